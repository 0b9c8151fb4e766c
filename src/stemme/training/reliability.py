"""The scores of every head beside the gold labels, and tables of how far they can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stemme.corpus.records import Record, language_group
from stemme.labels import DIMENSIONS, FRAMES, ORIENTATIONS, SEVERITIES, TOPICS, orientation_of
from stemme.model.predict import Mention, Prediction, begin
from stemme.pipeline import Analyzer
from stemme.training.calibration import (
    Labels,
    Numbers,
    confidences,
    expected_calibration_error,
    fit_temperature,
    orientation_probabilities,
    risk_coverage,
    tempered,
)
from stemme.training.metrics import HALF, match_spans

HEADS = ("frame", "orientation", "dimension", "topic", "severity", "mention")


@dataclass(frozen=True, slots=True)
class Scored:
    """What one head says of n items, and what is right.

    Attributes:
        probabilities: Of shape (n, classes), or (n, 1) of one event.
        labels: Of shape (n,), indices of the right class.
        languages: Of the items.
    """

    probabilities: Numbers
    labels: Labels
    languages: list[str]

    def of(self, language: str) -> Scored:
        """Return the items of one language; `all` are all."""
        if language == "all":
            return self
        kept = np.array([own == language for own in self.languages], bool)
        return Scored(self.probabilities[kept], self.labels[kept], [language] * int(kept.sum()))


def predictions(records: Sequence[Record], analyzer: Analyzer) -> list[Prediction]:
    """Return what the network says of records within their gold sentences."""
    sentences = [[(s.start, s.end) for s in record.sentences] for record in records]
    return begin([r.text for r in records], sentences, analyzer.runtime.tokenizer, analyzer.runtime.each)()


def scored(records: Sequence[Record], found: Sequence[Prediction]) -> dict[str, Scored]:
    """Return the scores of each of `HEADS`.

    Dimensions are those of sentences with a gold one, topics and severities of mentions that match a gold one by
    half; a mention is right if it does. The orientation scored is the one that the frames make; its score is
    `calibration.orientation_probabilities`.
    """
    rows: dict[str, list[tuple[Numbers, int, str]]] = {head: [] for head in HEADS}
    for record, prediction in zip(records, found, strict=True):
        lang = language_group(record.lang)
        for sentence, frame, dimension in zip(record.sentences, prediction.frames, prediction.dimensions, strict=True):
            rows["frame"].append((frame, FRAMES.index(sentence.frame), lang))
            if sentence.dimension:
                rows["dimension"].append((dimension, DIMENSIONS.index(sentence.dimension), lang))
        made = orientation_of(FRAMES[int(frame.argmax())] for frame in prediction.frames)
        chance = orientation_probabilities(prediction.frames)[ORIENTATIONS.index(made)]
        rows["orientation"].append((np.array([chance]), int(made == record.orientation), lang))
        for mention, gold in _matched(record, prediction):
            rows["mention"].append((np.array([mention.span.score]), int(gold is not None), lang))
            if gold is not None:
                rows["topic"].append((mention.topics, TOPICS.index(gold[0]), lang))
                if gold[1] is not None:
                    rows["severity"].append((mention.severities, SEVERITIES.index(gold[1]), lang))
    return {
        head: Scored(
            np.array([p for p, _, _ in items], np.float64).reshape(len(items), -1 if items else 1),
            np.array([label for _, label, _ in items], np.int64),
            [lang for _, _, lang in items],
        )
        for head, items in rows.items()
    }


def temperatures(held: dict[str, Scored]) -> dict[str, float]:
    """Return the temperature of each head, fitted on scores of records that were not trained on."""
    return {head: fit_temperature(own.probabilities, own.labels) for head, own in held.items()}


def calibration_table(measured: dict[str, Scored], *temperatures: Mapping[str, float]) -> str:
    """Return Markdown: the expected calibration error of each head by language, without and with temperatures.

    Args:
        measured: As `scored` gives it, of predictions without temperatures.
        temperatures: Of some or all heads; those of a head that are alike make one row.
    """
    languages = [*sorted({lang for own in measured.values() for lang in own.languages}), "all"]
    rows = [f"| calibration error | scores | temperature | {' | '.join(languages)} |"]
    rows.append(f"|---|---:|---:|{'---:|' * len(languages)}")
    for head, own in measured.items():
        own_temperatures = (round(given[head], 4) for given in temperatures if head in given)
        for temperature in dict.fromkeys((1.0, *own_temperatures)):
            errors = []
            for lang in languages:
                part = own.of(lang)
                scores, right = confidences(tempered(part.probabilities, temperature), part.labels)
                errors.append(f"{expected_calibration_error(scores, right):.3f}")
            rows.append(f"| {head} | {len(own.labels)} | {temperature:.2f} | {' | '.join(errors)} |")
    return "\n".join(rows)


def risk_table(measured: Scored) -> str:
    """Return Markdown: how often orientations are wrong when only the surest are kept."""
    scores, right = confidences(measured.probabilities, measured.labels)
    rows = ["| share of texts kept | score at least | wrong |", "|---:|---:|---:|"]
    rows += [f"| {r.coverage:.0%} | {r.threshold:.3f} | {r.risk:.3f} |" for r in risk_coverage(scores, right)]
    return "\n".join(rows)


def _matched(record: Record, prediction: Prediction) -> list[tuple[Mention, tuple[str, int | None] | None]]:
    """Return each predicted mention with topic and severity of the gold one it matches by half."""
    pairs: list[tuple[Mention, tuple[str, int | None] | None]] = []
    for kind in ("need", "complaint"):
        gold = [m for m in record.mentions if m.kind == kind]
        own = [m for m in prediction.mentions if m.span.kind == kind]
        spans = [(m.start, m.end) for m in gold], [(m.span.start, m.span.end) for m in own]
        hits = {p: gold[g] for g, p in match_spans(*spans, HALF)}
        pairs += [(m, (hits[n].topic, hits[n].severity) if n in hits else None) for n, m in enumerate(own)]
    return pairs
