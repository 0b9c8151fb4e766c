"""How sure the figures are: percentile bootstrap over records (Efron 1979)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stemme.analysis import Analysis
from stemme.corpus.records import Record
from stemme.training.tally import Counts, figures, tally

Interval = tuple[float, float]

RESAMPLES = 1000
LEVEL = 0.95


def intervals(
    records: Sequence[Record],
    analyses: Sequence[Analysis],
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> dict[str, Interval]:
    """Return the confidence interval of every figure that can be measured; the same seed gives the same ones.

    Records are drawn with replacement, the members of a minimal pair together.
    """
    return resampled(tally(records, analyses), resamples, level, seed)


def resampled(counts: Counts, resamples: int = RESAMPLES, level: float = LEVEL, seed: int = 0) -> dict[str, Interval]:
    """Return the intervals of the figures that counts of shape (units, counts) make."""
    return _edges(figures(_drawn(len(counts), resamples, seed) @ counts), level)


def differences(
    before: Counts,
    after: Counts,
    mean_of: Sequence[str] = (),
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> dict[str, Interval]:
    """Return the intervals of how much each figure changes; the same units, in the same order, are drawn for both.

    Args:
        before: Counts of shape (units, counts).
        after: The same of other analyses.
        mean_of: Figures whose mean is one more figure, `mean`.
        resamples: How often units are drawn.
        level: Share of the resamples within an interval.
        seed: Of the draws.
    """
    drawn = _drawn(len(before), resamples, seed)
    old, new = figures(drawn @ before), figures(drawn @ after)
    changes = {name: new[name] - old[name] for name in new}
    if mean_of:
        changes["mean"] = np.mean([changes[name] for name in mean_of], axis=0)
    return _edges(changes, level)


def _drawn(size: int, resamples: int, seed: int) -> Counts:
    """Return how often each unit is drawn in each resample, of shape (resamples, units)."""
    return np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), resamples).astype(np.float64)


def _edges(values: dict[str, Counts], level: float) -> dict[str, Interval]:
    edges = ((1 - level) / 2, (1 + level) / 2)
    measured = {name: drawn[~np.isnan(drawn)] for name, drawn in values.items() if name != "records"}
    return {
        name: (float(low), float(high))
        for name, drawn in measured.items()
        if drawn.size
        for low, high in [np.quantile(drawn, edges)]
    }
