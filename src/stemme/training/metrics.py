"""Figures of merit, on gold and predicted labels alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

HALF = 0.5
"""Share of their union that two spans must have in common to match by half."""

Offsets = tuple[int, int]


@dataclass(frozen=True, slots=True)
class F1:
    """Counts of a retrieval task and what follows from them; NaN where there is nothing to measure."""

    matched: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float:
        """Share of the predicted that are right."""
        return self.matched / self.predicted if self.predicted else math.nan

    @property
    def recall(self) -> float:
        """Share of the gold that are found."""
        return self.matched / self.gold if self.gold else math.nan

    @property
    def value(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.predicted + self.gold
        return 2 * self.matched / total if total else math.nan

    def __add__(self, other: F1) -> F1:
        return F1(self.matched + other.matched, self.predicted + other.predicted, self.gold + other.gold)


def match_spans(gold: Sequence[Offsets], predicted: Sequence[Offsets], share: float) -> list[tuple[int, int]]:
    """Return pairs of indices (gold, predicted) that share at least `share` of their union, one to one.

    The closest are paired first; a share of 1 wants equal spans.
    """
    candidates = []
    for g, (start, end) in enumerate(gold):
        for p, (begin, stop) in enumerate(predicted):
            common = min(end, stop) - max(start, begin)
            union = max(end, stop) - min(start, begin)
            if common > 0 and common >= share * union:
                candidates.append((-common / union, g, p))
    pairs: list[tuple[int, int]] = []
    taken_gold: set[int] = set()
    taken_predicted: set[int] = set()
    for _, g, p in sorted(candidates):
        if g not in taken_gold and p not in taken_predicted:
            pairs.append((g, p))
            taken_gold.add(g)
            taken_predicted.add(p)
    return sorted(pairs)


def accuracy(pairs: Sequence[tuple[object, object]]) -> float:
    """Share of (gold, predicted) pairs that are equal; NaN of none."""
    return sum(gold == predicted for gold, predicted in pairs) / len(pairs) if pairs else math.nan
