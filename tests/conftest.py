"""The model that ships, loaded once for all tests."""

from __future__ import annotations

import os

import pytest

import stemme
from samples import MODEL


@pytest.fixture(scope="session")
def analyzer() -> stemme.Analyzer:
    return stemme.load(MODEL)


@pytest.fixture(autouse=True)
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system write to the disk when it likes: no test cuts the power."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
