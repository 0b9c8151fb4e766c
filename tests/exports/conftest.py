from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_analyzer import FakeAnalyzer

from stemme.exports.formats import open_reader

TEXTS = [
    "డెలివరీ తొమ్మిది రోజులు ఆలస్యమైంది. మీరు ఎప్పుడూ మాతోనే ఉన్నారు!",
    "ডেলিভারি নয় দিন দেরিতে এসেছে। আরও ভালো সেবা চাই।",
    "Leveransen kom ni dager for sent; æ, ø og å – «aldri mer».",
    "Tarne hilines üheksa päeva. Palun vastake mulle õigel ajal!",
    "快递晚了九天。希望以后能提前通知我们！",
    "Family 👩‍👩‍👧‍👦 loved it ❤️ but 快递 was late – kjempedårlig 😡",
    "क़ e\u0301 \u200fשלום\u200e ＝full，width",
    'two\nlines, "quoted"; and\ttabs | bars',
    "",
]
"""All five languages, emoji with joiners, mixed scripts, what a table has to quote, and nothing at all."""


@pytest.fixture
def texts() -> list[str]:
    return list(TEXTS)


@pytest.fixture
def analyzer() -> FakeAnalyzer:
    return FakeAnalyzer()


@pytest.fixture
def read() -> Callable[[Path], list[dict[str, Any]]]:
    """Read a file back to the rows of it that can be read."""

    def rows(path: Path) -> list[dict[str, Any]]:
        with open_reader(str(path)) as reader:
            return [dict(row.fields) for row in reader.rows() if row.problem is None]

    return rows


@pytest.fixture
def problems() -> Callable[[Path], list[tuple[int, str]]]:
    """Read the rows of a file that cannot be read."""

    def rows(path: Path) -> list[tuple[int, str]]:
        with open_reader(str(path)) as reader:
            return [(row.number, row.problem) for row in reader.rows() if row.problem is not None]

    return rows
