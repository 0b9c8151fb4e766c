"""Reads what `stemme analyze` has written: texts with their orientation, and the mentions in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from stemme.errors import StemmeError, UsageError
from stemme.exports.columns import ID_COLUMN, SAMPLE_ROWS, choose_text_column
from stemme.exports.formats import format_of, mentions_target, open_reader
from stemme.exports.mentions import MENTION_COLUMNS
from stemme.exports.reader import Row
from stemme.exports.reading import Reading
from stemme.exports.results import TABLE_COLUMNS, one_line
from stemme.exports.xlsx import MENTIONS_SHEET
from stemme.labels import MENTION_KINDS, ORIENTATIONS, SEVERITIES, TOPICS

_COUNTS = ("stemme_needs_count", "stemme_complaints_count")
_NEEDED = ("stemme_lang", "stemme_orientation", *_COUNTS)


@dataclass(frozen=True, slots=True)
class Found:
    """A need or a complaint; `start` and `end` are code points into the text it was found in."""

    kind: str
    text: str
    topic: str
    severity: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Result:
    """An analysed text with the columns that came with it; its id need not be unique."""

    id: str
    text: str
    lang: str
    orientation: str
    mentions: tuple[Found, ...]
    columns: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Results:
    """All texts of a file of results.

    Attributes:
        texts: In the order of the file.
        columns: Names of the user's own columns, without the text's and the id's.
    """

    texts: list[Result]
    columns: tuple[str, ...]


def read_results(path: Path, text_column: str | None = None) -> Results:
    """Read results of any format that `stemme analyze` writes.

    Args:
        path: A table with the columns that Stemme adds, or JSONL that keeps the input.
        text_column: Name of the texts' column; found where it is not said.

    Raises:
        UsageError: The file holds no results, or no texts.
        StemmeError: It cannot be read, or a row of it is not what Stemme writes.
    """
    if format_of(path) in ("jsonl", "json"):
        return _read_objects(path, text_column)
    return _read_table(path, text_column)


def _read_table(path: Path, text_column: str | None) -> Results:
    with open_reader(str(path)) as reader:
        if missing := [name for name in _NEEDED if name not in reader.columns]:
            raise UsageError(f"{path}: no column {', '.join(missing)}; make it with: stemme analyze EXPORT -o {path}")
        rows = list(reader.rows())
        own = [name for name in reader.columns if name not in TABLE_COLUMNS]
    column = choose_text_column(own, rows[:SAMPLE_ROWS], text_column).name
    mentions = iter(_mentions_of(path))
    texts = []
    for row in rows:
        _refuse_problem(path, row)
        text = str(row.fields.get(column) or "")
        found = tuple(islice(mentions, sum(int(row.fields[name]) for name in _COUNTS)))
        for mention in found:
            if one_line(text[mention.start : mention.end]) != mention.text:
                raise UsageError(
                    f"{path}: row {row.number}: its mentions are of another text; leave the rows in the order of the "
                    "analysis, and say --text-column as it was said there"
                )
        texts.append(
            Result(
                _id(row),
                text,
                str(row.fields["stemme_lang"]),
                _known(path, row, "stemme_orientation", row.fields["stemme_orientation"], ORIENTATIONS),
                found,
                {key: row.fields.get(key) for key in own if key not in (column, ID_COLUMN)},
            )
        )
    return _checked(path, texts, [key for key in own if key not in (column, ID_COLUMN)])


def _read_objects(path: Path, text_column: str | None) -> Results:
    with open_reader(str(path)) as reader:
        rows = reader.rows()
        sample = list(islice(rows, SAMPLE_ROWS))
        kept = [row.fields.get("input") for row in sample if row.problem is None]
        inputs = [fields for fields in kept if isinstance(fields, dict)]
        if not inputs or len(inputs) < len(kept):
            raise UsageError(
                f"{path}: its rows hold no texts; analyse with --keep-input, or into a table (-o RESULTS.csv)"
            )
        own = list(dict.fromkeys(name for fields in inputs for name in fields))
        column = choose_text_column(own, [Row(n, fields) for n, fields in enumerate(inputs, 1)], text_column).name
        texts = [_result_of_object(path, row, column) for row in _both(sample, rows)]
    return _checked(path, texts, [key for key in own if key not in (column, ID_COLUMN)])


def _both(first: Sequence[Row], rest: Iterator[Row]) -> Iterator[Row]:
    yield from first
    yield from rest


def _result_of_object(path: Path, row: Row, column: str) -> Result:
    _refuse_problem(path, row)
    fields = row.fields
    kept = fields.get("input")
    if not isinstance(kept, dict):
        raise StemmeError(f'{path}: row {row.number}: no "input"; analyse the whole export with --keep-input')
    mentions = []
    for kind, key in (("need", "needs"), ("complaint", "complaints")):
        for raw in fields.get(key) or ():
            mentions.append(_found(path, row, {**raw, "kind": kind}))
    return Result(
        str(fields.get("id", row.number)),
        str(kept.get(column) or ""),
        str(fields.get("lang") or "und"),
        _known(path, row, "orientation", fields.get("orientation"), ORIENTATIONS),
        tuple(sorted(mentions, key=lambda m: (m.start, m.end))),
        {key: value for key, value in kept.items() if key not in (column, ID_COLUMN)},
    )


def _mentions_of(path: Path) -> list[Found]:
    """Read the table of mentions that belongs to a table of results; they are in the order of the texts.

    A row is told its mentions by that order and its counts: ids need not be unique, and row numbers are those of the
    export, some rows of which may have no result.
    """
    beside = mentions_target(str(path))
    source, reading = (path, Reading(sheet=MENTIONS_SHEET)) if beside is None else (Path(beside), Reading())
    if not source.is_file():
        raise StemmeError(f"{source}: not there; `stemme analyze` writes it beside {path.name} unless told otherwise")
    with open_reader(str(source), reading) as reader:
        if missing := MENTION_COLUMNS.keys() - set(reader.columns):
            raise StemmeError(f"{source}: no column {', '.join(sorted(missing))}; it is no table of mentions")
        found = []
        for row in reader.rows():
            _refuse_problem(source, row)
            found.append(_found(source, row, row.fields))
    return found


def _found(path: Path, row: Row, raw: Mapping[str, Any]) -> Found:
    try:
        severity = raw.get("severity")
        found = Found(
            _known(path, row, "kind", raw["kind"], MENTION_KINDS),
            str(raw["text"]),
            _known(path, row, "topic", raw["topic"], TOPICS),
            None if severity in (None, "") else int(severity),
            int(raw["start"]),
            int(raw["end"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StemmeError(f"{path}: row {row.number}: not a mention that Stemme writes ({error})") from error
    if found.severity is not None and found.severity not in SEVERITIES:
        raise StemmeError(f"{path}: row {row.number}: severity {found.severity}; there are 1, 2 and 3")
    return found


def _known(path: Path, row: Row, name: str, value: object, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise StemmeError(f"{path}: row {row.number}: {name} is {value!r}; there are {', '.join(allowed)}")
    return str(value)


def _refuse_problem(path: Path, row: Row) -> None:
    if row.problem is not None:
        raise StemmeError(f"{path}: row {row.number}: {row.problem}")


def _id(row: Row) -> str:
    value = row.fields.get(ID_COLUMN)
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # A workbook knows numbers only as floats.
    return str(row.number) if value in (None, "") else str(value)


def _checked(path: Path, texts: list[Result], columns: Sequence[str]) -> Results:
    if not texts:
        raise StemmeError(f"{path}: no analysed row in it")
    return Results(texts, tuple(columns))
