"""Measures a model on gold records, per language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from stemme.analysis import Analysis
from stemme.corpus.records import Record
from stemme.labels import MENTION_KINDS
from stemme.training.metrics import F1, HALF, accuracy, macro_f1, match_spans

Report = dict[str, dict[str, float]]
"""Figures by language (`all` for the whole), then by name."""

Sentences = Literal["gold", "own"]
"""Whose sentence boundaries the frames are measured on; `own` runs a text as a user's."""

Analyze = Callable[[Sequence[str], Sequence[Sequence[tuple[int, int]]] | None], list[Analysis]]
"""Analyses texts, within given sentences where there are any."""

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
"""Names of a report's figures, in the order of its table."""


def language_group(lang: str) -> str:
    """Return the language that a record is counted under: variants and scripts go with their own."""
    base = lang.split("-", maxsplit=1)[0]
    return "nb" if base == "nn" else base


def evaluate(records: Iterable[Record], analyze: Analyze, sentences: Sentences = "gold") -> Report:
    """Analyse gold records and return the figures of each language and of all together.

    Args:
        records: With gold labels.
        analyze: The model.
        sentences: With `own` boundaries, frames and dimensions are those of the sentence that covers the middle
            of a gold sentence.
    """
    chosen = list(records)
    given = [[(s.start, s.end) for s in r.sentences] for r in chosen] if sentences == "gold" else None
    analyses = analyze([r.text for r in chosen], given)
    groups: defaultdict[str, list[tuple[Record, Analysis]]] = defaultdict(list)
    for record, analysis in zip(chosen, analyses, strict=True):
        groups[language_group(record.lang)].append((record, analysis))
    report = {lang: _figures(pairs) for lang, pairs in sorted(groups.items())}
    return report | {"all": _figures([pair for pairs in groups.values() for pair in pairs])}


def _figures(pairs: list[tuple[Record, Analysis]]) -> dict[str, float]:
    frames: list[tuple[str, str]] = []
    dimensions: list[tuple[object, object]] = []
    for record, analysis in pairs:
        for gold in record.sentences:
            middle = (gold.start + gold.end) // 2
            found = next((s for s in analysis.sentences if s.start <= middle < s.end), None)
            frames.append((gold.frame, found.frame if found else "neither"))
            if gold.dimension:
                dimensions.append((gold.dimension, found.dimension if found else None))
    orientations: list[tuple[str, str]] = [(r.orientation, a.orientation) for r, a in pairs]
    figures = {
        "records": float(len(pairs)),
        "frame_macro_f1": macro_f1(frames),
        "dimension_accuracy": accuracy(dimensions),
        "orientation_accuracy": accuracy(orientations),
        "orientation_macro_f1": macro_f1(orientations),
        **_span_figures(pairs),
        "trap_accuracy": accuracy([(r.orientation, a.orientation) for r, a in pairs if r.trap]),
        "pair_accuracy": _pair_accuracy(pairs),
        "language_accuracy": accuracy([(r.lang, a.lang) for r, a in pairs]),
    }
    return {name: figures[name] for name in FIGURES}


def _span_figures(pairs: list[tuple[Record, Analysis]]) -> dict[str, float]:
    figures: dict[str, float] = {}
    topics: list[tuple[object, object]] = []
    severities: list[tuple[object, object]] = []
    for kind in MENTION_KINDS:
        exact = half = present = F1(0, 0, 0)
        for record, analysis in pairs:
            gold = [m for m in record.mentions if m.kind == kind]
            found = analysis.needs if kind == "need" else analysis.complaints
            gold_spans, found_spans = [(m.start, m.end) for m in gold], [(m.start, m.end) for m in found]
            matches = match_spans(gold_spans, found_spans, HALF)
            sizes = (len(found), len(gold))
            exact += F1(len(match_spans(gold_spans, found_spans, 1.0)), *sizes)
            half += F1(len(matches), *sizes)
            present += F1(int(bool(gold and found)), int(bool(found)), int(bool(gold)))
            topics += [(gold[g].topic, found[p].topic) for g, p in matches]
            if kind == "complaint":
                severities += [(gold[g].severity, analysis.complaints[p].severity) for g, p in matches]
        figures |= {
            f"{kind}_exact_f1": exact.value,
            f"{kind}_half_f1": half.value,
            f"{kind}_text_f1": present.value,
        }
    return figures | {"topic_accuracy": accuracy(topics), "severity_accuracy": accuracy(severities)}


def _pair_accuracy(pairs: list[tuple[Record, Analysis]]) -> float:
    """Share of the minimal pairs of which both members have the right orientation."""
    right: defaultdict[str, list[bool]] = defaultdict(list)
    for record, analysis in pairs:
        if record.pair:
            right[record.pair].append(record.orientation == analysis.orientation)
    return sum(all(members) for members in right.values()) / len(right) if right else 0.0
