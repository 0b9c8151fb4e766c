"""An annotated task as a gold record of the corpora (annotation guide, section 6)."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from stemme.annotation.interface import MENTION, SENTENCE, SENTENCE_LABELS, SEVERITY, TOPIC
from stemme.annotation.regions import AnnotationError, Region, regions
from stemme.corpus.markup import Mention, write
from stemme.corpus.records import RecordError, parse_record
from stemme.labels import MENTION_KINDS, SEVERITIES, TOPICS, Domain, RecordKind, orientation_of


def gold_record(
    name: str, text: str, lang: str, result: Sequence[Any], domain: Domain, kind: RecordKind = "comment"
) -> dict[str, Any]:
    """Return the record of an annotated text, without a split.

    White space between sentences becomes what the corpora have there: line breaks stay, all else is one space, or
    nothing in Chinese and Japanese. The orientation follows from the frames.

    Raises:
        AnnotationError: The annotation says less or more than a record can.
    """
    if not unicodedata.is_normalized("NFC", text):
        raise AnnotationError("the text is not in Unicode's form NFC; make the tasks with stemme annotate export")
    marked = regions(text, result)
    sentences = [region for region in marked if SENTENCE in region.values]
    mentions = [region for region in marked if MENTION in region.values or SENTENCE not in region.values]
    _check_cover(text, sentences)
    inside: list[list[Mention]] = [[] for _ in sentences]
    for region in mentions:
        number = _sentence_of(text, sentences, region)
        inside[number].append(_mention(text, region, sentences[number].start))
    for found in inside:
        _check_apart(found)
    record: dict[str, Any] = {
        "id": name,
        "lang": lang,
        "kind": kind,
        "domain": domain,
        "orientation": "",
        "sentences": [
            _sentence(text, region, before, found)
            for before, region, found in zip([None, *sentences], sentences, inside, strict=False)
        ],
    }
    record["orientation"] = orientation_of(sentence["frame"] for sentence in record["sentences"])
    try:
        parse_record(json.dumps(record, ensure_ascii=False))
    except RecordError as error:
        raise AnnotationError(str(error)) from error
    return record


def _check_cover(text: str, sentences: Sequence[Region]) -> None:
    """Refuse sentences that overlap, and text that no sentence covers."""
    for one, other in pairwise(sentences):
        if other.start < one.end:
            raise AnnotationError(f"two sentences overlap at {_quoted(text, other.start, one.end)}; make them adjoin")
    edges = [0, *(edge for region in sentences for edge in (region.start, region.end)), len(text)]
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if text[start:end].strip():
            raise AnnotationError(f"{_quoted(text, start, end)} is in no sentence; mark it as one, with its frame")


def _sentence_of(text: str, sentences: Sequence[Region], region: Region) -> int:
    for number, sentence in enumerate(sentences):
        if sentence.start <= region.start and region.end <= sentence.end:
            return number
    raise AnnotationError(
        f"{_quoted(text, region.start, region.end)} goes beyond one sentence; shorten it, or join the sentences"
    )


def _mention(text: str, region: Region, offset: int) -> Mention:
    shown = _quoted(text, region.start, region.end)
    kind, topic, severity = (region.one(control) for control in (MENTION, TOPIC, SEVERITY))
    if kind not in MENTION_KINDS:
        raise AnnotationError(f"{shown} is marked without need or complaint; give it one of the two, or remove it")
    known_topic = next((name for name in TOPICS if name == topic), None)
    if known_topic is None:
        raise AnnotationError(f"{shown} has the topic {topic or 'none'}; choose one of {', '.join(TOPICS)}")
    start, end = region.start - offset, region.end - offset
    if kind == "need":
        return Mention(start, end, "need", known_topic)
    known_severity = next((number for number in SEVERITIES if str(number) == severity), None)
    if known_severity is None:
        raise AnnotationError(f"{shown} has the severity {severity or 'none'}; choose 1, 2 or 3")
    return Mention(start, end, "complaint", known_topic, known_severity)


def _check_apart(mentions: Sequence[Mention]) -> None:
    for one, other in pairwise(mentions):
        if other.start < one.end:
            raise AnnotationError(
                f"a {one.kind} and a {other.kind} overlap from {other.start} to {min(one.end, other.end)} of their "
                "sentence; shorten or remove one"
            )


def _sentence(text: str, region: Region, before: Region | None, mentions: list[Mention]) -> dict[str, Any]:
    label = region.one(SENTENCE)
    if label not in SENTENCE_LABELS:
        raise AnnotationError(
            f"{_quoted(text, region.start, region.end)} has the frame {label or 'none'}; "
            f"give it one of {', '.join(SENTENCE_LABELS)}"
        )
    frame, dimension = SENTENCE_LABELS[label]
    breaks = text[before.end if before else 0 : region.start].count("\n")
    marked = "\n" * breaks + write(text[region.start : region.end], mentions)
    return {"text": marked, "frame": frame} | ({"dimension": dimension} if dimension else {})


def _quoted(text: str, start: int, end: int) -> str:
    shown = " ".join(text[start:end].split())
    return f'"{shown if len(shown) <= 40 else shown[:39] + "…"}"'
