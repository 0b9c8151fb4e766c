"""Runs the baselines and writes their figures side by side."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stemme.corpus.records import Record
from stemme.training.evaluate import Analyze, Report, evaluate
from stemme.training.report import shown

SENTENCE_FIGURES = ("frame_macro_f1", "orientation_accuracy", "trap_accuracy", "pair_accuracy")
SPAN_FIGURES = tuple(f"{kind}_{way}_f1" for kind in ("need", "complaint") for way in ("half", "exact", "text"))


@dataclass(frozen=True, slots=True)
class Baseline:
    """A method: where its function stands, whether it finds spans, and which package it needs of its own.

    The function learns from records and returns what analyses texts; it is imported only when it is run.
    """

    title: str
    module: str
    function: str
    spans: bool = False
    package: str | None = None

    @property
    def missing(self) -> str | None:
        """The package beyond `stemme[train]` that it needs, where that is not installed."""
        return self.package if self.package and importlib.util.find_spec(self.package) is None else None

    def fit(self, records: Sequence[Record]) -> Analyze:
        """Learn from records."""
        module = importlib.import_module(f"stemme.training.baselines.{self.module}")
        function: Callable[[Sequence[Record]], Analyze] = getattr(module, self.function)
        return function(records)


BASELINES: dict[str, Baseline] = {
    "keywords": Baseline("keyword lists (chi-squared)", "words", "keyword_lists"),
    "ngrams": Baseline("TF-IDF of characters, logistic regression", "words", "character_ngrams"),
    "spacy": Baseline("spaCy textcat and spancat", "spacy_models", "textcat_and_spancat", spans=True),
    "frozen": Baseline("frozen encoder, linear heads", "encoder", "frozen_with_linear_heads", spans=True),
    "setfit": Baseline("SetFit on the encoder", "encoder", "setfit", package="setfit"),
}


def measure(baseline: Baseline, learned: Sequence[Record], held: Sequence[Record]) -> Report:
    """Train a baseline on `learned`, and return its figures on `held`, those alone that it can give."""
    names = ("records", *SENTENCE_FIGURES, *(SPAN_FIGURES if baseline.spans else ()))
    return chosen(evaluate(held, baseline.fit(learned)), names)


def chosen(report: Report, names: Sequence[str] = ("records", *SENTENCE_FIGURES, *SPAN_FIGURES)) -> Report:
    """Return a report with some of its figures."""
    return {lang: {name: figures[name] for name in names} for lang, figures in report.items()}


def tables(reports: dict[str, Report]) -> str:
    """Return Markdown: a table of all languages together, then one a language; a row a method.

    Args:
        reports: By the title of the method, in the order of the rows.
    """
    languages = list(next(iter(reports.values())))
    return "\n\n".join(_table(lang, reports) for lang in ["all", *(lang for lang in languages if lang != "all")])


def _table(lang: str, reports: dict[str, Report]) -> str:
    names = (*SENTENCE_FIGURES, *SPAN_FIGURES)
    rows = [f"| {lang} | {' | '.join(name.replace('_', ' ') for name in names)} |", f"|---|{'---:|' * len(names)}"]
    for title, report in reports.items():
        values = [shown(report[lang][name]) if name in report[lang] else "" for name in names]
        rows.append(f"| {title} | {' | '.join(values)} |")
    return "\n".join(rows)
