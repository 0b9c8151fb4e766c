"""Reads what `stemme analyze` has written: texts with their orientation, and the mentions in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path
from typing import Any

from stemme.errors import StemmeError, UsageError
from stemme.exports.cells import as_text, encodable
from stemme.exports.columns import SAMPLE_ROWS, choose_id_column, choose_text_column
from stemme.exports.csv_writer import as_given
from stemme.exports.formats import format_of, mentions_target, open_reader
from stemme.exports.mentions import MENTION_COLUMNS
from stemme.exports.problems import errors_target
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
    """An analysed text with the columns that came with it; its id need not be unique, and is empty if unknown."""

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


def read_results(path: Path, text_column: str | None = None, id_column: str | None = None) -> Results:
    """Read results of any format that `stemme analyze` writes.

    Every text in them can be encoded: a lone surrogate of a JSON export is U+FFFD.

    Args:
        path: A table with the columns that Stemme adds, or JSONL that keeps the input.
        text_column: Name of the texts' column; found where it is not said.
        id_column: Name of the ids' column; "id" where it is not said. Mentions and JSONL know the ids of their texts.

    Raises:
        UsageError: The file holds no results, or no texts, or not a column that was said.
        StemmeError: It cannot be read, or a row of it is not what Stemme writes.
    """
    if format_of(path) in ("jsonl", "json"):
        return _read_objects(path, text_column, id_column)
    return _read_table(path, text_column, id_column)


def _read_table(path: Path, text_column: str | None, id_column: str | None) -> Results:
    with open_reader(str(path)) as reader:
        if missing := [name for name in _NEEDED if name not in reader.columns]:
            raise UsageError(f"{path}: no column {', '.join(missing)}; make it with: stemme analyze EXPORT -o {path}")
        rows = list(reader.rows())
        own = [name for name in reader.columns if name not in TABLE_COLUMNS]
    column = choose_text_column(own, rows[:SAMPLE_ROWS], text_column).name
    ids = choose_id_column(own, id_column)
    mentions = iter(_mentions_of(path))
    known, found = [], []
    for row in rows:
        _refuse_problem(path, row)
        of_row = list(islice(mentions, sum(_count(path, row, name) for name in _COUNTS)))
        known.append(of_row[0][0] if of_row else None)
        found.append(tuple(mention for _, mention in of_row))
    rows = _as_analysed(path, rows, column, found)
    cells = [_id(row.fields.get(ids)) if ids else "" for row in rows]
    row_ids = _ids(cells, known, _numbers(path, len(rows)), told=id_column is not None)
    kept = [name for name in own if name not in (column, ids)]
    texts = [
        Result(
            row_id,
            _text(row, column),
            str(row.fields["stemme_lang"]),
            _known(path, row, "stemme_orientation", row.fields["stemme_orientation"], ORIENTATIONS),
            of_row,
            {key: row.fields.get(key) for key in kept},
        )
        for row, of_row, row_id in zip(rows, found, row_ids, strict=True)
    ]
    return _checked(path, texts, kept)


def _numbers(path: Path, rows: int) -> list[str]:
    """Return the number that each row had in the export, empty where the report of errors does not tell."""
    errors = Path(errors_target(str(path)))
    left_out = set()
    if errors.is_file():
        try:
            with open_reader(str(errors)) as reader:
                left_out = {int(row.fields["row"]) for row in reader.rows()}
        except (StemmeError, KeyError, TypeError, ValueError):
            return [""] * rows
    return [str(number) for number in islice((n for n in count(1) if n not in left_out), rows)]


def _ids(cells: Sequence[str], known: Sequence[str | None], numbers: Sequence[str], *, told: bool) -> list[str]:
    """Return the id of each row: that of its mentions, else the column's, else the number it had in the export.

    The analysis may have had another column, and the report of its errors may have gone: where the mentions tell of
    other ids than the column and the numbers here, those are not to be trusted, and the id is unknown.
    """
    pairs = list(zip(known, cells, numbers, strict=True))
    if not told and any(row_id is not None and cell not in ("", row_id) for row_id, cell, _ in pairs):
        return [row_id or "" for row_id in known]
    numbered = all(cell or row_id in (None, number) for row_id, cell, number in pairs)
    return [(cell or (number if numbered else "")) if row_id is None else row_id for row_id, cell, number in pairs]


def _as_analysed(path: Path, rows: list[Row], column: str, mentions: Sequence[Sequence[Found]]) -> list[Row]:
    """Return the rows as the export held them; nothing but the mentions tells whether `--excel` has changed cells."""
    stray = _stray(rows, column, mentions)
    if stray is None:
        return rows
    given = [replace(row, fields={name: as_given(value) for name, value in row.fields.items()}) for row in rows]
    later = _stray(given, column, mentions)
    if later is None:
        return given
    raise UsageError(
        f"{path}: row {max(stray, later)}: its mentions are of another text; leave the rows in the order of the "
        "analysis, and say --text-column as it was said there"
    )


def _stray(rows: Sequence[Row], column: str, mentions: Sequence[Sequence[Found]]) -> int | None:
    """Return the number of the first row that has a mention of another text."""
    for row, found in zip(rows, mentions, strict=True):
        text = _text(row, column)
        if any(one_line(text[mention.start : mention.end]) != mention.text for mention in found):
            return row.number
    return None


def _text(row: Row, column: str) -> str:
    return str(row.fields.get(column) or "")


def _count(path: Path, row: Row, name: str) -> int:
    value = row.fields[name]
    try:
        return int(value)
    except (TypeError, ValueError):
        raise StemmeError(
            f"{path}: row {row.number}: {name} is {value!r}, which is no count; analyse the export again"
        ) from None


def _read_objects(path: Path, text_column: str | None, id_column: str | None) -> Results:
    with open_reader(str(path)) as reader:
        rows = reader.rows()
        sample = list(islice(rows, SAMPLE_ROWS))
        given = [row.fields.get("input") for row in sample if row.problem is None]
        inputs = [fields for fields in given if isinstance(fields, dict)]
        if not inputs or len(inputs) < len(given):
            raise UsageError(
                f"{path}: its rows hold no texts; analyse with --keep-input, or into a table (-o RESULTS.csv)"
            )
        own = list(dict.fromkeys(name for fields in inputs for name in fields))
        column = choose_text_column(own, [Row(n, fields) for n, fields in enumerate(inputs, 1)], text_column).name
        kept = [name for name in own if name not in (column, choose_id_column(own, id_column))]
        texts = [_result_of_object(path, row, column, kept) for row in _both(sample, rows)]
    return _checked(path, texts, list(map(encodable, kept)))


def _both(first: Sequence[Row], rest: Iterator[Row]) -> Iterator[Row]:
    yield from first
    yield from rest


def _result_of_object(path: Path, row: Row, column: str, kept: Sequence[str]) -> Result:
    _refuse_problem(path, row)
    fields = row.fields
    given = fields.get("input")
    if not isinstance(given, dict):
        raise StemmeError(f'{path}: row {row.number}: no "input"; analyse the whole export with --keep-input')
    mentions = []
    for kind, key in (("need", "needs"), ("complaint", "complaints")):
        for raw in fields.get(key) or ():
            mentions.append(_found(path, row, {**raw, "kind": kind}))
    return Result(
        encodable(str(fields.get("id", row.number))),
        encodable(str(given.get(column) or "")),
        encodable(str(fields.get("lang") or "und")),
        _known(path, row, "orientation", fields.get("orientation"), ORIENTATIONS),
        tuple(sorted(mentions, key=lambda m: (m.start, m.end))),
        {encodable(name): _encodable(given.get(name)) for name in kept},
    )


def _encodable(value: Any) -> Any:
    return encodable(as_text(value)) if isinstance(value, str | dict | list) else value


def _mentions_of(path: Path) -> list[tuple[str, Found]]:
    """Read the table of mentions that belongs to a table of results, each with its text's id, in the texts' order.

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
        quoted = as_given if format_of(source) in ("csv", "tsv") else as_text
        found = []
        for row in reader.rows():
            _refuse_problem(source, row)
            mention = _found(source, row, {**row.fields, "text": quoted(row.fields["text"])})
            found.append((_id(quoted(row.fields["id"])), mention))
    return found


def _found(path: Path, row: Row, raw: Mapping[str, Any]) -> Found:
    try:
        severity = raw.get("severity")
        found = Found(
            _known(path, row, "kind", raw["kind"], MENTION_KINDS),
            encodable(str(raw["text"])),
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


def _id(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # A workbook knows numbers only as floats.
    return as_text(value)


def _checked(path: Path, texts: list[Result], columns: Sequence[str]) -> Results:
    if not texts:
        raise StemmeError(f"{path}: no analysed row in it")
    return Results(texts, tuple(columns))
