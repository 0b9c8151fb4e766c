"""The columns that Stemme adds to a table. Nothing else names one.

`stemme.analysis` owns the JSON schema; this is the same result in cells that a spreadsheet can sort, filter
and count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from stemme.analysis import SCORE_DIGITS, Analysis, Complaint, Need
from stemme.errors import UsageError

TABLE_COLUMNS: dict[str, type] = {
    "stemme_lang": str,
    "stemme_orientation": str,
    "stemme_balance": float,
    "stemme_score_centric": float,
    "stemme_score_focused": float,
    "stemme_score_neither": float,
    "stemme_evidence": str,
    "stemme_needs": str,
    "stemme_needs_count": int,
    "stemme_complaints": str,
    "stemme_complaints_count": int,
    "stemme_worst_severity": int,
}
"""Every added column with the type of its cells, in order; any cell but the counts may be None."""

_BETWEEN = " | "


def table_cells(analysis: Analysis) -> tuple[Any, ...]:
    """Return one cell for every column of `TABLE_COLUMNS`."""
    evidence = analysis.evidence
    return (
        analysis.lang,
        analysis.orientation,
        None if analysis.balance is None else round(analysis.balance, SCORE_DIGITS),
        *(round(analysis.scores[frame], SCORE_DIGITS) for frame in ("centric", "focused", "neither")),
        None if evidence is None else one_line(analysis.text[evidence.start : evidence.end]),
        _mentions(analysis.needs),
        len(analysis.needs),
        _mentions(analysis.complaints),
        len(analysis.complaints),
        max((complaint.severity for complaint in analysis.complaints), default=None),
    )


def refuse_collisions(columns: Sequence[str]) -> None:
    """Raise UsageError where the export already has a column that would be added."""
    taken = [name for name in columns if name in TABLE_COLUMNS]
    if taken:
        raise UsageError(
            f"the export already has the column{'s' if len(taken) > 1 else ''} {', '.join(taken)}: analyse "
            "the original export, rename the columns, or write JSONL (-o OUT.jsonl)"
        )


def one_line(text: str) -> str:
    """Return the text with every run of white space, line breaks too, as one space."""
    return " ".join(text.split())


def _mentions(mentions: Iterable[Need | Complaint]) -> str | None:
    return _BETWEEN.join(map(_mention, mentions)) or None


def _mention(mention: Need | Complaint) -> str:
    severity = f" {mention.severity}" if isinstance(mention, Complaint) else ""
    return f"{mention.topic}{severity}: {one_line(mention.text)}"
