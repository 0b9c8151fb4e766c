"""Every label there is, as the annotation guide defines them.

Nothing else in the package defines a label: the corpora are validated against this module, the network's
heads take their order from it, and the output schema names its values.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

Frame = Literal["centric", "focused", "neither"]
"""How one sentence looks at the customer: the relationship over time, what is at hand, or nothing of the two."""

Orientation = Literal["centric", "focused", "mixed", "neither"]
"""How a whole text looks at the customer; it follows from the frames of its sentences."""

Dimension = Literal["horizon", "initiative", "offer", "understanding", "scope"]
"""What carries the frame of a centric or focused sentence."""

MentionKind = Literal["need", "complaint"]
"""What an extracted span says: something wanted, or something that went wrong."""

Topic = Literal[
    "product",
    "delivery",
    "price",
    "service",
    "usability",
    "information",
    "availability",
    "trust",
    "terms",
    "other",
]
"""What a need or a complaint is about."""

Severity = Literal[1, 2, 3]
"""Of a complaint: 1 an annoyance, 2 a clear failure, 3 harm, deceit or a customer who leaves."""

RecordKind = Literal["comment", "document"]
"""A customer writes (comment), or a business or somebody about business (document)."""

Domain = Literal[
    "telecom",
    "bank",
    "insurance",
    "retail",
    "hotel",
    "restaurant",
    "software",
    "health",
    "transport",
    "energy",
    "public",
    "manufacturing",
    "media",
    "education",
    "other",
]
"""The line of business a corpus record comes from."""

FRAMES: tuple[Frame, ...] = get_args(Frame)
ORIENTATIONS: tuple[Orientation, ...] = get_args(Orientation)
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
MENTION_KINDS: tuple[MentionKind, ...] = get_args(MentionKind)
TOPICS: tuple[Topic, ...] = get_args(Topic)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
RECORD_KINDS: tuple[RecordKind, ...] = get_args(RecordKind)
DOMAINS: tuple[Domain, ...] = get_args(Domain)

MIXED_SHARE = 0.35
"""The share of the rarer pole from which a text counts as mixed (annotation guide, section 2)."""


def orientation_of(frames: Iterable[Frame]) -> Orientation:
    """Return the orientation that follows from the frames of a text's sentences.

    The rule is section 2 of the annotation guide: `neither` without a centric or focused sentence, `mixed`
    where the rarer of the two holds at least `MIXED_SHARE` of both, else the commoner one.
    """
    centric, focused = _poles(frames)
    if centric + focused == 0:
        return "neither"
    if min(centric, focused) >= 1 and min(centric, focused) >= MIXED_SHARE * (centric + focused):
        return "mixed"
    return "centric" if centric > focused else "focused"


def balance_of(frames: Iterable[Frame]) -> float | None:
    """Return (c - f) / (c + f) over the frames, from -1 (all focused) to 1 (all centric).

    None where no sentence is centric or focused.
    """
    centric, focused = _poles(frames)
    return (centric - focused) / (centric + focused) if centric + focused else None


def _poles(frames: Iterable[Frame]) -> tuple[int, int]:
    seen = list(frames)
    return seen.count("centric"), seen.count("focused")
