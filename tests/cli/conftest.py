from __future__ import annotations

import sys
from pathlib import Path

import pytest

# The analyser without a model lives with the tests of the exports.
sys.path.insert(0, str(Path(__file__).parents[1] / "exports"))

from fake_analyzer import FakeAnalyzer

import stemme


@pytest.fixture(autouse=True)
def analyzer(monkeypatch) -> FakeAnalyzer:
    """What `stemme.load` gives in these tests."""
    fake = FakeAnalyzer()

    def load(model=None, threads=None, min_score=0.0):
        fake.min_score = min_score
        return fake

    monkeypatch.setitem(vars(stemme), "load", load)
    return fake


@pytest.fixture
def export(tmp_path) -> Path:
    path = tmp_path / "feedback.csv"
    path.write_text(
        "id,date,kommentar\n"
        "a1,2026-05-01,Leveransen kom ni dager for sent. Ingen svarte på e-post!\n"
        "a2,2026-05-02,డెలివరీ తొమ్మిది రోజులు ఆలస్యమైంది.\n"
        "a3,2026-05-03,快递 晚了九天啊 没有人回复 我的留言\n",
        encoding="utf-8",
    )
    return path
