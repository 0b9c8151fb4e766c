"""The model that ships, loaded once for all tests, and a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import stemme
from samples import MODEL


@pytest.fixture(scope="session")
def analyzer() -> stemme.Analyzer:
    return stemme.load(MODEL)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The system's Chromium, else the one that `playwright install chromium` has fetched.

    Not of the whole session: while Playwright is started, no other test of its thread can run an event loop.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        path = shutil.which("chromium") or shutil.which("google-chrome") or started.chromium.executable_path
        if not Path(path).exists():
            pytest.skip("no browser: apt-get install chromium, or playwright install chromium")
        chromium = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system write to the disk when it likes: no test cuts the power."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
