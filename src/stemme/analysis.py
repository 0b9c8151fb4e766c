"""The result of analysing one text: the types, and the output schema they are written in.

Nothing else in the package names a field of the output. Offsets are code points into the text exactly as it
was given, end exclusive: `text[start:end]` is the span.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, TypeVar

from stemme.labels import (
    Dimension,
    Frame,
    Orientation,
    Severity,
    Topic,
)

SCORE_DIGITS = 4
"""Decimals of the scores in the written schema; more would only carry noise of the int8 arithmetic."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its frame; `dimension` is None where the frame is `neither`."""

    start: int
    end: int
    frame: Frame
    score: float
    dimension: Dimension | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """A span that says what somebody wants, asks for, suggests or lacks."""

    start: int
    end: int
    text: str
    topic: Topic
    score: float


@dataclass(frozen=True, slots=True)
class Complaint:
    """A span that says what went wrong or displeases, with a severity from 1 to 3."""

    start: int
    end: int
    text: str
    topic: Topic
    severity: Severity
    score: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one text says about the customer.

    Attributes:
        text: The text exactly as it was given.
        lang: BCP 47 tag, `und` where nothing can be said.
        lang_score: From 0 to 1.
        orientation: Of the text as a whole; it follows from the frames (`labels.orientation_of`).
        balance: (c - f) / (c + f) over the sentences, None where the orientation is `neither`.
        scores: Mean probability of each frame over the sentences, weighted by their length; sums to 1.
        sentences: In the order of the text, never overlapping.
        needs: In the order of the text, never overlapping one another.
        complaints: In the order of the text, never overlapping one another.
    """

    text: str
    lang: str
    lang_score: float
    orientation: Orientation
    balance: float | None
    scores: dict[Frame, float]
    sentences: list[Sentence] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)

    @property
    def evidence(self) -> Sentence | None:
        """The sentence that speaks most surely for the orientation; None where the text is `neither`."""
        frames = ("centric", "focused") if self.orientation == "mixed" else (self.orientation,)
        if self.orientation == "neither":
            return None
        return max((s for s in self.sentences if s.frame in frames), key=lambda s: s.score, default=None)

    def _repr_html_(self) -> str:
        """Draw the analysis in a notebook."""
        from stemme.drawing import render

        return render(self)

    def to_fields(self) -> dict[str, Any]:
        """Return all fields as plain values, nothing rounded; `from_fields` reads them back."""
        return dataclasses.asdict(self)

    @classmethod
    def from_fields(cls, fields: dict[str, Any]) -> Analysis:
        """Return the analysis that `to_fields` has written."""
        return cls(
            **fields
            | {
                "sentences": _with(Sentence, fields["sentences"]),
                "needs": _with(Need, fields["needs"]),
                "complaints": _with(Complaint, fields["complaints"]),
            }
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the analysis in the output schema: a JSON-ready dict without the text, scores rounded."""
        return {
            "lang": self.lang,
            "lang_score": round(self.lang_score, SCORE_DIGITS),
            "orientation": self.orientation,
            "balance": None if self.balance is None else round(self.balance, SCORE_DIGITS),
            "scores": {frame: round(score, SCORE_DIGITS) for frame, score in self.scores.items()},
            "sentences": [_written(sentence) for sentence in self.sentences],
            "needs": [_written(need) for need in self.needs],
            "complaints": [_written(complaint) for complaint in self.complaints],
        }


_Item = TypeVar("_Item", Sentence, Need, Complaint)


def _with(cls: type[_Item], fields: list[dict[str, Any]]) -> list[_Item]:
    return [cls(**item) for item in fields]


def _written(item: Sentence | Need | Complaint) -> dict[str, Any]:
    # Not by `dataclasses.asdict`, which copies every value.
    written = {name: getattr(item, name) for name in _NAMES[type(item)]}
    written["score"] = round(item.score, SCORE_DIGITS)
    return {name: value for name, value in written.items() if value is not None}


_NAMES = {cls: tuple(part.name for part in dataclasses.fields(cls)) for cls in (Sentence, Need, Complaint)}
