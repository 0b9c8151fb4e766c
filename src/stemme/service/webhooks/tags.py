"""An analysis as a help desk can keep it: tags from a closed set, and values for custom fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stemme.analysis import SCORE_DIGITS, Analysis
from stemme.labels import MENTION_KINDS, ORIENTATIONS, SEVERITIES, TOPICS, MentionKind, Orientation, Severity, Topic

PREFIX = "stemme"


def _orientation(orientation: Orientation) -> str:
    return f"{PREFIX}_{orientation}"


def _mention(kind: MentionKind, topic: Topic) -> str:
    return f"{PREFIX}_{kind}_{topic}"


def _severity(severity: Severity) -> str:
    return f"{PREFIX}_severity_{severity}"


TAGS: Sequence[str] = (
    *map(_orientation, ORIENTATIONS),
    *(_mention(kind, topic) for kind in MENTION_KINDS for topic in TOPICS),
    *map(_severity, SEVERITIES),
)
"""Every tag there is, in the order in which they are given."""


def tags_of(analysis: Analysis) -> list[str]:
    """Return the tags of an analysis: its orientation, the topics of its needs and complaints, the worst severity."""
    found = {_orientation(analysis.orientation)}
    found |= {_mention("need", need.topic) for need in analysis.needs}
    found |= {_mention("complaint", complaint.topic) for complaint in analysis.complaints}
    if analysis.complaints:
        found.add(_severity(max(complaint.severity for complaint in analysis.complaints)))
    return [tag for tag in TAGS if tag in found]


def fields_of(analysis: Analysis) -> dict[str, Any]:
    """Return the values for custom fields: the surest need, the worst complaint (of several, the surest)."""
    need = max(analysis.needs, key=lambda need: need.score, default=None)
    complaint = max(analysis.complaints, key=lambda complaint: (complaint.severity, complaint.score), default=None)
    return {
        "orientation": analysis.orientation,
        "balance": None if analysis.balance is None else round(analysis.balance, SCORE_DIGITS),
        "lang": analysis.lang,
        "top_need": need and need.text,
        "top_need_topic": need and need.topic,
        "top_complaint": complaint and complaint.text,
        "top_complaint_topic": complaint and complaint.topic,
        "severity": complaint and complaint.severity,
    }
