from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from stemme.exports.columns import choose_text_column
from stemme.exports.formats import open_reader

SAMPLE = Path(__file__).parents[2] / "corpora" / "samples" / "feedback.csv"


@pytest.mark.skipif(not SAMPLE.exists(), reason="only a checkout has the corpora")
def test_the_sample_is_an_export_as_support_tools_write_them():
    with open_reader(str(SAMPLE)) as reader:
        rows = list(reader.rows())
    assert reader.columns == ("date", "channel", "product", "rating", "comment")
    assert choose_text_column(reader.columns, rows).name == "comment"
    assert len({row.fields["comment"] for row in rows}) == len(rows) >= 60
    assert all(unicodedata.is_normalized("NFC", row.fields["comment"]) for row in rows)
