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
    """Return the confidence interval of every figure over the records; the same seed gives the same ones.

    Records are drawn with replacement, the members of a minimal pair together.
    """
    return resampled(tally(records, analyses), resamples, level, seed)


def resampled(counts: Counts, resamples: int = RESAMPLES, level: float = LEVEL, seed: int = 0) -> dict[str, Interval]:
    """Return the intervals of the figures that counts of shape (units, counts) make."""
    size = len(counts)
    drawn = np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), resamples)
    edges = ((1 - level) / 2, (1 + level) / 2)
    return {
        name: (float(low), float(high))
        for name, values in figures(drawn @ counts).items()
        for low, high in [np.quantile(values, edges)]
        if name != "records"
    }
