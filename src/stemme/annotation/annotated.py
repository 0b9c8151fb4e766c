"""An export of Label Studio as gold records: which annotation of a task counts, and which tasks are left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from stemme.annotation.gold import gold_record
from stemme.annotation.interface import TEXT
from stemme.annotation.regions import AnnotationError
from stemme.annotation.tasks import storable
from stemme.corpus.check import near_duplicates
from stemme.corpus.records import parse_record
from stemme.errors import StemmeError
from stemme.labels import Domain, RecordKind
from stemme.text import tags

_TIME = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)


@dataclass
class Annotated:
    """What an export has come to.

    Attributes:
        records: In the order of the tasks.
        refused: Number of the task and why there is no record of it.
        skipped: How many tasks nobody has annotated, or annotators have skipped.
        several: How many tasks had several annotations, of which the last one was taken.
    """

    records: list[dict[str, Any]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    skipped: int = 0
    several: int = 0


def read_annotations(path: Path, domain: Domain, kind: RecordKind = "comment", lang: str | None = None) -> Annotated:
    """Read what Label Studio has exported as JSON.

    Args:
        path: Of the export.
        domain: The line of business that the texts come from.
        kind: Of the texts.
        lang: Of all texts; without it, the language that `stemme annotate export` found.

    Raises:
        StemmeError: The file is no such export.
    """
    found = Annotated()
    names: set[str] = set()
    numbers: list[str] = []
    for number, task in enumerate(_tasks(path), 1):
        annotations = [a for a in task["annotations"] if isinstance(a, dict) and not a.get("was_cancelled")]
        if not annotations:
            found.skipped += 1
            continue
        found.several += len(annotations) > 1
        data = task["data"]
        shown = str(task.get("id", number))
        # Of equal times max() takes the first: from the end on, that is the last one.
        last = max(reversed(annotations), key=_time)
        try:
            name = _unused(_id(data.get("id")) or _id(task.get("id")) or str(number), names)
            record = gold_record(name, _text(data), lang or _language(data), last["result"], domain, kind)
        except AnnotationError as error:
            found.refused.append((shown, str(error)))
        else:
            names.add(name)
            numbers.append(shown)
            found.records.append(record)
    _refuse_near_duplicates(found, numbers)
    return found


def _refuse_near_duplicates(found: Annotated, numbers: list[str]) -> None:
    """Leave out records that `stemme corpus check` would not let stand beside earlier ones.

    Args:
        found: Its records are thinned out.
        numbers: Of the records' tasks.
    """
    parsed = [parse_record(json.dumps(record)) for record in found.records]
    kept = list(range(len(parsed)))
    # Again and again: among fewer texts, what was a phrase of many may be a copy.
    while near := sorted((kept[b], kept[a]) for a, b in near_duplicates([parsed[i] for i in kept])):
        for later, earlier in near:
            if later in kept and earlier in kept:
                kept.remove(later)
                reason = f"its text is nearly that of task {numbers[earlier]}; skip one of the two in Label Studio"
                found.refused.append((numbers[later], reason))
    found.records = [found.records[i] for i in kept]


def _tasks(path: Path) -> Iterator[dict[str, Any]]:
    try:
        tasks = json.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise StemmeError(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise StemmeError(f"{path}: not JSON ({error}); export from Label Studio as JSON") from error
    if not isinstance(tasks, list) or not tasks:
        raise StemmeError(f"{path}: no list of tasks; export from Label Studio as JSON")
    for number, task in enumerate(tasks, 1):
        if isinstance(task, dict) and isinstance(task.get("data"), dict) and "annotations" not in task:
            raise StemmeError(
                f"{path}: task {number} has not been annotated; import it into Label Studio, then export it as JSON"
            )
        if (
            not isinstance(task, dict)
            or not isinstance(task.get("data"), dict)
            or not isinstance(task.get("annotations"), list)
            or not all(isinstance(a, dict) and isinstance(a.get("result"), list) for a in task["annotations"])
        ):
            raise StemmeError(
                f"{path}: task {number} has no data and annotations; export from Label Studio as JSON, not JSON-MIN"
            )
        yield task


def _time(annotation: dict[str, Any]) -> datetime:
    """Return when an annotation was made or last changed; one that does not say is older than all others."""
    for name in ("updated_at", "created_at"):
        if found := _TIME.fullmatch(str(annotation.get(name))):
            second, fraction, zone = found.groups(default="")
            # Python 3.10 reads neither a Z nor a fraction of other than three or six digits.
            zone = f"{zone[:3]}:{zone[-2:]}" if zone.strip("Z") else "+00:00"
            try:
                return datetime.fromisoformat(f"{second}.{fraction:0<6}{zone}")
            except ValueError:  # no day of the calendar
                continue
    return _LONG_AGO


def _id(given: object) -> str:
    """Return an id as text, empty where there is none."""
    if given is None:
        return ""
    if type(given) not in (str, int):
        raise AnnotationError("its id is neither a text nor a whole number; give it another in the data")
    if not storable(name := str(given).strip()):
        raise AnnotationError(
            "its id holds a NUL or half a character, which no record can; give it another in the data"
        )
    return name


def _text(data: dict[str, Any]) -> str:
    text = data.get(TEXT)
    if not isinstance(text, str) or not text.strip():
        raise AnnotationError(f'no "{TEXT}" in its data; make the tasks with stemme annotate export')
    if not storable(text):
        raise AnnotationError(
            "the text holds a NUL or half a character, which no record can; mend it and annotate it anew"
        )
    return text


def _language(data: dict[str, Any]) -> str:
    given = data.get("lang")
    lang = tags.normal(given) if isinstance(given, str) else None
    if lang is None or lang == "und":
        raise AnnotationError("its language is not known; say it with --lang, for all texts of an import")
    return lang


def _unused(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        number, free = number + 1, f"{name}-{number}"
    return free
