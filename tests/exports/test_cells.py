from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from stemme.exports.cells import as_json, as_text, encodable


@pytest.mark.parametrize(
    ("value", "text", "json"),
    [
        (None, "", None),
        ("తెలుగు", "తెలుగు", "తెలుగు"),
        (17, "17", 17),
        (True, "true", True),
        (2.5, "2.5", 2.5),
        (float("nan"), "nan", None),
        (Decimal("1.50"), "1.50", "1.50"),
        (dt.date(2026, 5, 1), "2026-05-01", "2026-05-01"),
        (dt.datetime(2026, 5, 1, 9), "2026-05-01 09:00:00", "2026-05-01 09:00:00"),
        (dt.time(9, 5), "09:05:00", "09:05:00"),
        (dt.timedelta(hours=30), "1 day, 6:00:00", "1 day, 6:00:00"),
        ("øl".encode(), "øl", "øl"),
        (b"\xff\x00", "ff00", "ff00"),
        (["å", None, float("inf")], '["å", null, null]', ["å", None, None]),
        ({"a": {"b": dt.date(2026, 5, 1)}}, '{"a": {"b": "2026-05-01"}}', {"a": {"b": "2026-05-01"}}),
    ],
)
def test_values_in_text_and_json(value, text, json):
    assert as_text(value) == text
    assert as_json(value) == json


def test_lone_surrogates_become_encodable():
    assert encodable("a\ud83db 👍") == "a\ufffdb 👍"
