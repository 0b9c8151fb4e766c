"""What a record adds to the figures: counts, so that figures of any set of records follow from a sum.

One row of counts a unit, a unit being a record or the two members of a minimal pair: sums of rows give the
figures of a language, weighted sums those of a resample (`stemme.training.bootstrap`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stemme.analysis import Analysis
from stemme.corpus.pairs import units
from stemme.corpus.records import Record
from stemme.labels import FRAMES, MENTION_KINDS, ORIENTATIONS
from stemme.training.metrics import HALF, match_spans

Counts = NDArray[np.float64]

FIGURES = (
    "records",
    "frame_macro_f1",
    "dimension_accuracy",
    "orientation_accuracy",
    "orientation_macro_f1",
    "need_exact_f1",
    "need_half_f1",
    "need_text_f1",
    "complaint_exact_f1",
    "complaint_half_f1",
    "complaint_text_f1",
    "topic_accuracy",
    "severity_accuracy",
    "trap_accuracy",
    "pair_accuracy",
    "language_accuracy",
)
"""Names of the figures, in the order of their table."""

WAYS = ("exact", "half", "text")
"""How spans are matched: the same, sharing at least half of their union, any in the text."""
_RATIOS = ("dimension", "topic", "severity", "trap", "pair", "language")


def _layout() -> dict[str, slice]:
    sizes = {"records": 1, "frame": len(FRAMES) ** 2, "orientation": len(ORIENTATIONS) ** 2}
    sizes |= {f"{kind}_{way}": 3 for kind in MENTION_KINDS for way in WAYS} | dict.fromkeys(_RATIOS, 2)
    stops = np.cumsum(list(sizes.values())).tolist()
    return {name: slice(stop - size, stop) for (name, size), stop in zip(sizes.items(), stops, strict=True)}


_LAYOUT = _layout()
_WIDTH = max(part.stop for part in _LAYOUT.values())


def tally(records: Sequence[Record], analyses: Sequence[Analysis]) -> Counts:
    """Return the counts of each unit, of shape (units, counts), in the order of `units`."""
    rows = np.zeros((0, _WIDTH))
    single = [_of_record(record, found) for record, found in zip(records, analyses, strict=True)]
    for numbers in units(records):
        row = np.sum([single[n] for n in numbers], axis=0)
        if records[numbers[0]].pair:
            right = all(records[n].orientation == analyses[n].orientation for n in numbers)
            row[_LAYOUT["pair"]] = (right, 1)
        rows = np.vstack([rows, row])
    return rows


def figures(counts: Counts) -> dict[str, Any]:
    """Return the figures of summed counts; one with nothing to measure is NaN.

    Args:
        counts: Of shape (..., counts).

    Returns:
        By name, in the order of `FIGURES`, each of shape (...).
    """
    part = {name: counts[..., place] for name, place in _LAYOUT.items()}
    found = {"records": part["records"][..., 0]}
    found["frame_macro_f1"] = _macro_f1(part["frame"], len(FRAMES))
    found["orientation_macro_f1"] = _macro_f1(part["orientation"], len(ORIENTATIONS))
    diagonal = part["orientation"][..., :: len(ORIENTATIONS) + 1]
    found["orientation_accuracy"] = _ratio(diagonal.sum(-1), part["orientation"].sum(-1))
    for name in (f"{kind}_{way}" for kind in MENTION_KINDS for way in WAYS):
        matched, predicted, gold = np.moveaxis(part[name], -1, 0)
        found[f"{name}_f1"] = _ratio(2 * matched, predicted + gold)
    for name in _RATIOS:
        found[f"{name}_accuracy"] = _ratio(part[name][..., 0], part[name][..., 1])
    return {name: found[name] for name in FIGURES}


def _of_record(record: Record, analysis: Analysis) -> Counts:
    row = np.zeros(_WIDTH)
    row[_LAYOUT["records"]] = 1
    confusion = np.zeros((len(FRAMES), len(FRAMES)))
    dimension = row[_LAYOUT["dimension"]]
    for gold in record.sentences:
        middle = (gold.start + gold.end) // 2
        found = next((s for s in analysis.sentences if s.start <= middle < s.end), None)
        confusion[FRAMES.index(gold.frame), FRAMES.index(found.frame if found else "neither")] += 1
        if gold.dimension:
            dimension += (found is not None and found.dimension == gold.dimension, 1)
    row[_LAYOUT["frame"]] = confusion.ravel()
    place = ORIENTATIONS.index(record.orientation) * len(ORIENTATIONS) + ORIENTATIONS.index(analysis.orientation)
    row[_LAYOUT["orientation"].start + place] = 1
    if record.trap:
        row[_LAYOUT["trap"]] = (record.orientation == analysis.orientation, 1)
    row[_LAYOUT["language"]] = (record.lang == analysis.lang, 1)
    _count_mentions(row, record, analysis)
    return row


def _count_mentions(row: Counts, record: Record, analysis: Analysis) -> None:
    for kind in MENTION_KINDS:
        gold = [m for m in record.mentions if m.kind == kind]
        found = analysis.needs if kind == "need" else analysis.complaints
        gold_spans, found_spans = [(m.start, m.end) for m in gold], [(m.start, m.end) for m in found]
        matches = match_spans(gold_spans, found_spans, HALF)
        exact = match_spans(gold_spans, found_spans, 1.0)
        row[_LAYOUT[f"{kind}_exact"]] = (len(exact), len(found), len(gold))
        row[_LAYOUT[f"{kind}_half"]] = (len(matches), len(found), len(gold))
        row[_LAYOUT[f"{kind}_text"]] = (bool(gold and found), bool(found), bool(gold))
        row[_LAYOUT["topic"]] += (sum(gold[g].topic == found[p].topic for g, p in matches), len(matches))
        if kind == "complaint":
            right = sum(gold[g].severity == analysis.complaints[p].severity for g, p in matches)
            row[_LAYOUT["severity"]] = (right, len(matches))


def _macro_f1(confusion: Counts, labels: int) -> Counts:
    """Mean F1 over the labels that occur among gold or predicted."""
    table = confusion.reshape(*confusion.shape[:-1], labels, labels)
    matched, total = np.diagonal(table, axis1=-2, axis2=-1), table.sum(-1) + table.sum(-2)
    each = np.nan_to_num(_ratio(2 * matched, total))
    return _ratio(each.sum(-1), (total > 0).sum(-1))


def _ratio(part: NDArray[Any], whole: NDArray[Any]) -> Counts:
    out = np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan)
    np.divide(part, whole, out=out, where=whole > 0)
    return out
