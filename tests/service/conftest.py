"""A server for every test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from harness import Held, Running, running

from stemme.service import batching


@pytest.fixture
def held(monkeypatch) -> Held:
    """Held by its one thread, so that what waits behind it is known."""
    monkeypatch.setattr(batching, "WORKERS", 1)
    return Held()


@pytest.fixture
def service(held: Held) -> Iterator[Running]:
    with running(held) as server:
        yield server
