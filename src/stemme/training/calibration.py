"""Whether scores mean what they say: calibration error, temperatures, risk and coverage. Numbers in, numbers out.

Probabilities of shape (n, classes) come with the index of the right class; those of a single event (a mention is
right or not) have shape (n, 1) and labels 0 and 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from stemme.labels import FRAMES, ORIENTATIONS, Frame, orientation_of

Numbers = NDArray[np.floating[Any]]
Labels = NDArray[np.integer[Any]]

BINS = 15
"""Of the calibration error, each with as many scores as the others."""

COVERAGES = (1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5)

_TEMPERATURES = (0.05, 20.0)
_SMALLEST = 1e-12
_CENTRIC: tuple[Frame] = ("centric",)
_FOCUSED: tuple[Frame] = ("focused",)


@dataclass(frozen=True, slots=True)
class Bin:
    """Scores that lie together: how sure they are on average, and how often they are right."""

    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Risk:
    """How often the model errs on the share of texts whose score is at least `threshold`."""

    coverage: float
    threshold: float
    risk: float


def confidences(probabilities: Numbers, labels: Labels) -> tuple[Numbers, NDArray[np.bool_]]:
    """Return the score of each answer given, of shape (n,), and whether it is right."""
    if probabilities.shape[-1] == 1:
        return probabilities[:, 0], labels == 1
    return probabilities.max(-1), probabilities.argmax(-1) == labels


def reliability(scores: Numbers, right: NDArray[np.bool_], bins: int = BINS) -> list[Bin]:
    """Return the scores in bins of equal mass, from the least sure to the surest; fewer where scores are few."""
    order = np.argsort(scores, kind="stable")
    return [
        Bin(len(part), float(scores[part].mean()), float(right[part].mean()))
        for part in np.array_split(order, bins)
        if len(part)
    ]


def expected_calibration_error(scores: Numbers, right: NDArray[np.bool_], bins: int = BINS) -> float:
    """Return the mean distance of score and accuracy over bins of equal mass (Naeini et al. 2015); 0 of none."""
    found = reliability(scores, right, bins)
    total = sum(b.count for b in found)
    return sum(b.count * abs(b.confidence - b.accuracy) for b in found) / total if total else 0.0


def fit_temperature(probabilities: Numbers, labels: Labels) -> float:
    """Return the temperature under which held-out labels are likeliest (Guo et al. 2017); 1 without labels.

    Args:
        probabilities: Of shape (n, classes), or (n, 1) of one event. Softmaxed logits serve as well as logits
            would: the softmax takes no notice of what is common to all classes.
        labels: Of shape (n,).
    """
    if not len(labels):
        return 1.0
    logits = _logits(probabilities)
    targets = np.asarray(labels)

    def loss(log_temperature: float) -> float:
        likely = log_softmax(logits / np.exp(log_temperature), -1)
        return float(-likely[np.arange(len(targets)), targets].mean())

    best = minimize_scalar(loss, bounds=tuple(np.log(_TEMPERATURES)), method="bounded", options={"xatol": 1e-4})
    return float(np.exp(best.x))


def tempered(probabilities: Numbers, temperature: float) -> Numbers:
    """Return the probabilities that their logits make when divided by a temperature; the shape stays."""
    scaled: Numbers = softmax(_logits(probabilities) / temperature, -1)
    return scaled[:, 1:] if probabilities.shape[-1] == 1 else scaled


def risk_coverage(scores: Numbers, right: NDArray[np.bool_], coverages: Iterable[float] = COVERAGES) -> list[Risk]:
    """Return how often the surest answers are wrong, for each share of answers kept (El-Yaniv and Wiener 2010)."""
    order = np.argsort(-scores, kind="stable")
    found = []
    for coverage in coverages:
        kept = order[: max(1, round(coverage * len(order)))]
        if len(kept):
            found.append(Risk(coverage, float(scores[kept].min()), float(1 - right[kept].mean())))
    return found


def orientation_probabilities(frames: Numbers) -> Numbers:
    """Return the probability of each orientation, of shape (orientations,), from those of a text's sentences.

    The sentences are taken to be independent; the probabilities of all counts of centric and focused sentences are
    summed under the rule of the annotation guide.

    Args:
        frames: Of shape (sentences, frames). The work grows with the third power of the sentences.
    """
    centric, focused, neither = (FRAMES.index(frame) for frame in ("centric", "focused", "neither"))
    size = len(frames)
    # counts[c, f]: the probability of c centric and f focused sentences among those seen.
    counts = np.zeros((size + 1, size + 1))
    counts[0, 0] = 1
    for row in frames:
        following = counts * row[neither]
        following[1:] += counts[:-1] * row[centric]
        following[:, 1:] += counts[:, :-1] * row[focused]
        counts = following
    found = np.zeros(len(ORIENTATIONS))
    for c in range(size + 1):
        for f in range(size + 1 - c):
            made: list[Frame] = [*_CENTRIC * c, *_FOCUSED * f]
            found[ORIENTATIONS.index(orientation_of(made))] += counts[c, f]
    return found


def _logits(probabilities: Numbers) -> Numbers:
    if probabilities.shape[-1] == 1:
        probabilities = np.concatenate([1 - probabilities, probabilities], -1)
    return np.log(np.maximum(probabilities, _SMALLEST))
