"""Measures a model on gold records, per language."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Literal, TypeVar

from stemme.analysis import Analysis
from stemme.corpus.pairs import units
from stemme.corpus.records import Record, language_group
from stemme.training import bootstrap
from stemme.training.tally import FIGURES, figures, tally

__all__ = [
    "FIGURES",
    "Analyze",
    "Report",
    "analyse",
    "evaluate",
    "intervals_of",
    "report_of",
    "subsample",
]

Report = dict[str, dict[str, float]]
"""Figures by language (`all` for the whole), then by name; NaN where there is nothing to measure."""

Intervals = dict[str, dict[str, bootstrap.Interval]]
"""Confidence intervals by language, then by figure."""

Sentences = Literal["gold", "own"]
"""Whose sentence boundaries the frames are measured on; `own` runs a text as a user's."""

Analyze = Callable[[Sequence[str], Sequence[Sequence[tuple[int, int]]] | None], list[Analysis]]
"""Analyses texts, within given sentences where there are any."""

Pairs = tuple[list[Record], list[Analysis]]
Result = TypeVar("Result")


def subsample(records: Sequence[Record], size: int, seed: int = 0) -> list[Record]:
    """Return about `size` records of each language, drawn at random, in the order given.

    The members of a minimal pair are drawn together; so there may be one more. The same records and seed give the
    same ones.
    """
    drawn = units(records)
    random.Random(seed).shuffle(drawn)
    kept: defaultdict[str, list[int]] = defaultdict(list)
    for numbers in drawn:
        of_language = kept[language_group(records[numbers[0]].lang)]
        if len(of_language) < size:
            of_language += numbers
    return [records[number] for number in sorted(chain.from_iterable(kept.values()))]


def evaluate(records: Iterable[Record], analyze: Analyze, sentences: Sentences = "gold") -> Report:
    """Analyse gold records and return the figures of each language and of all together.

    Args:
        records: With gold labels.
        analyze: The model.
        sentences: With `own` boundaries, frames and dimensions are those of the sentence that covers the middle
            of a gold sentence.
    """
    chosen = list(records)
    return report_of(chosen, analyse(chosen, analyze, sentences))


def analyse(records: Sequence[Record], analyze: Analyze, sentences: Sentences = "gold") -> list[Analysis]:
    """Analyse the texts of gold records, by default within their gold sentences."""
    given = [[(s.start, s.end) for s in r.sentences] for r in records] if sentences == "gold" else None
    return analyze([r.text for r in records], given)


def report_of(records: Sequence[Record], analyses: Sequence[Analysis]) -> Report:
    """Return the figures of analyses, one a record, for each language and for all."""

    def measured(pairs: Pairs) -> dict[str, float]:
        return {name: float(value) for name, value in figures(tally(*pairs).sum(0)).items()}

    return _by_language(records, analyses, measured)


def intervals_of(records: Sequence[Record], analyses: Sequence[Analysis]) -> Intervals:
    """Return the confidence intervals of the figures that `report_of` gives."""
    return _by_language(records, analyses, lambda pairs: bootstrap.intervals(*pairs))


def _by_language(
    records: Sequence[Record], analyses: Sequence[Analysis], measured: Callable[[Pairs], Result]
) -> dict[str, Result]:
    groups: defaultdict[str, Pairs] = defaultdict(lambda: ([], []))
    for record, analysis in zip(records, analyses, strict=True):
        for name in (language_group(record.lang), "all"):
            groups[name][0].append(record)
            groups[name][1].append(analysis)
    return {lang: measured(groups[lang]) for lang in [*sorted(groups.keys() - {"all"}), "all"] if lang in groups}
