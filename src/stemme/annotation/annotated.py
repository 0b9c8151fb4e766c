"""An export of Label Studio as gold records: which annotation of a task counts, and which tasks are left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stemme.annotation.gold import gold_record
from stemme.annotation.interface import TEXT
from stemme.annotation.regions import AnnotationError
from stemme.errors import StemmeError
from stemme.labels import Domain, RecordKind


@dataclass
class Annotated:
    """What an export has come to.

    Attributes:
        records: In the order of the tasks.
        refused: Number of the task and what is wrong with its annotation.
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
    for number, task in enumerate(_tasks(path), 1):
        annotations = [a for a in task["annotations"] if isinstance(a, dict) and not a.get("was_cancelled")]
        if not annotations:
            found.skipped += 1
            continue
        found.several += len(annotations) > 1
        data = task["data"]
        name = _unused(str(data.get("id") or task.get("id") or number), names)
        try:
            record = gold_record(
                name,
                _text(data),
                lang or _language(data),
                max(annotations, key=lambda a: str(a.get("updated_at") or a.get("created_at") or ""))["result"],
                domain,
                kind,
            )
        except AnnotationError as error:
            found.refused.append((str(task.get("id", number)), str(error)))
        else:
            names.add(name)
            found.records.append(record)
    return found


def _tasks(path: Path) -> Iterator[dict[str, Any]]:
    try:
        tasks = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise StemmeError(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise StemmeError(f"{path}: not JSON ({error}); export from Label Studio as JSON") from error
    if not isinstance(tasks, list) or not tasks:
        raise StemmeError(f"{path}: no list of tasks; export from Label Studio as JSON")
    for number, task in enumerate(tasks, 1):
        if isinstance(task, dict) and "predictions" in task and "annotations" not in task:
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


def _text(data: dict[str, Any]) -> str:
    text = data.get(TEXT)
    if not isinstance(text, str) or not text.strip():
        raise AnnotationError(f'no "{TEXT}" in its data; make the tasks with stemme annotate export')
    return text


def _language(data: dict[str, Any]) -> str:
    lang = data.get("lang")
    if not isinstance(lang, str) or lang in ("", "und"):
        raise AnnotationError("its language is not known; say it with --lang, for all texts of an import")
    return lang


def _unused(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        number, free = number + 1, f"{name}-{number}"
    return free
