"""The model that ships, loaded once for all tests."""

from __future__ import annotations

import pytest

import stemme
from samples import MODEL


@pytest.fixture(scope="session")
def analyzer() -> stemme.Analyzer:
    return stemme.load(MODEL)
