"""The second table: one row a need or complaint. Nothing else names its columns."""

from __future__ import annotations

from collections.abc import Iterator

from stemme.analysis import SCORE_DIGITS, Complaint, Need
from stemme.exports.results import one_line
from stemme.exports.writer import Result

MENTION_COLUMNS: dict[str, type] = {
    "id": str,
    "kind": str,
    "text": str,
    "topic": str,
    "severity": int,
    "score": float,
    "start": int,
    "end": int,
}
"""Every column with the type of its cells, in order; `severity` is None for a need."""

Cells = tuple[str, str, str, str, int | None, float, int, int]


def mention_rows(result: Result) -> Iterator[Cells]:
    """Yield one row of `MENTION_COLUMNS` for every mention, in the order of the text; the text is on one line."""
    mentions: list[Need | Complaint] = [*result.analysis.needs, *result.analysis.complaints]
    for mention in sorted(mentions, key=lambda mention: (mention.start, mention.end)):
        severity = mention.severity if isinstance(mention, Complaint) else None
        kind = "need" if severity is None else "complaint"
        score = round(mention.score, SCORE_DIGITS)
        yield (result.id, kind, one_line(mention.text), mention.topic, severity, score, mention.start, mention.end)
