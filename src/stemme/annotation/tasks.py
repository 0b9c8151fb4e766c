"""Texts as tasks of Label Studio, with what the model says of them as predictions to correct."""

from __future__ import annotations

import heapq
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from stemme.analysis import SCORE_DIGITS, Analysis, Complaint, Need
from stemme.annotation.interface import MENTION, SENTENCE, SEVERITY, TEXT, TOPIC, label_of
from stemme.exports.cells import encodable
from stemme.text.units import Unit, boundaries

_LINE_END = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")


def prepared(text: str) -> str:
    """Return a text as records hold it: in Unicode's form NFC, its lines ended by a newline, nothing at its edges."""
    return unicodedata.normalize("NFC", _LINE_END.sub("\n", text)).strip()


def storable(text: str) -> bool:
    """Return whether Label Studio and a file of records can hold a text: no NUL, and no half a character."""
    return "\0" not in text and encodable(text) == text


def uncertainty(analysis: Analysis) -> float:
    """Return the share of the model's answers about a text that are expected to be wrong, 0 to 1.

    Scores are calibrated: one of 0.7 is right seven times of ten. The answers are the frame of each sentence and each
    mention found; a text without any has none to be wrong about.
    """
    scores = [item.score for items in (analysis.sentences, analysis.needs, analysis.complaints) for item in items]
    return 1 - sum(scores) / len(scores) if scores else 0.0


def most_uncertain(analyses: Iterable[tuple[str, Analysis]], count: int | None) -> list[tuple[str, Analysis]]:
    """Return (id, analysis) from the most uncertain on, `count` at the most; equals stay in their order."""

    def rank(numbered: tuple[int, tuple[str, Analysis]]) -> tuple[float, int]:
        number, (_, analysis) = numbered
        return -uncertainty(analysis), number

    numbered = enumerate(analyses)
    ranked = sorted(numbered, key=rank) if count is None else heapq.nsmallest(count, numbered, key=rank)
    return [pair for _, pair in ranked]


def task(name: str, analysis: Analysis, model: str, unit: Unit = "codepoint") -> dict[str, Any]:
    """Return a task as Label Studio imports it.

    Args:
        name: The text's id; it comes back with the annotations, as does the language.
        analysis: Of the text.
        model: What the predictions are called.
        unit: What offsets count. Label Studio's editor counts code points since the end of 2021, before it did code
            units of UTF-16 (HumanSignal/label-studio-frontend#308).
    """
    places = boundaries(analysis.text, unit)
    result: list[dict[str, Any]] = []

    def add(region: str, control: str, values: list[str], start: int, end: int, score: float) -> None:
        kind = "labels" if control in (SENTENCE, MENTION) else "choices"
        result.append(
            {
                "id": region,
                "from_name": control,
                "to_name": TEXT,
                "type": kind,
                "value": {"start": places[start], "end": places[end], "text": analysis.text[start:end], kind: values},
                "score": round(score, SCORE_DIGITS),
            }
        )

    for number, sentence in enumerate(analysis.sentences, 1):
        label = label_of(sentence.frame, sentence.dimension)
        add(f"s{number}", SENTENCE, [label], sentence.start, sentence.end, sentence.score)
    mentions: list[Need | Complaint] = [*analysis.needs, *analysis.complaints]
    for number, mention in enumerate(sorted(mentions, key=lambda m: m.start), 1):
        region, place = f"m{number}", (mention.start, mention.end, mention.score)
        add(region, MENTION, ["complaint" if isinstance(mention, Complaint) else "need"], *place)
        add(region, TOPIC, [mention.topic], *place)
        if isinstance(mention, Complaint):
            add(region, SEVERITY, [str(mention.severity)], *place)

    sure = round(1 - uncertainty(analysis), SCORE_DIGITS)
    return {
        "data": {TEXT: analysis.text, "id": name, "lang": analysis.lang, "uncertainty": round(1 - sure, SCORE_DIGITS)},
        "predictions": [{"model_version": model, "score": sure, "result": result}],
    }
