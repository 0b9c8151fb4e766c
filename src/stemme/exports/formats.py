"""The formats there are, by the ending of a file name."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Literal, cast, get_args

from stemme.errors import StemmeError, UsageError
from stemme.exports.compression import COMPRESSIONS, compression_of, without_compression
from stemme.exports.locations import base_name, beside
from stemme.exports.reader import Reader
from stemme.exports.reading import FOUND, Reading
from stemme.exports.results import refuse_collisions
from stemme.exports.writer import Writer

STREAM = "-"
"""Stands for standard input or output, which are JSONL."""

Format = Literal["csv", "tsv", "jsonl", "json", "parquet", "xlsx", "workbook"]
Written = Literal["csv", "tsv", "jsonl", "parquet", "xlsx"]
"""The formats that results can be written in."""

FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "workbook",
    ".xlsb": "workbook",
    ".xls": "workbook",
    ".ods": "workbook",
}

_WRITABLE = [ending for ending, kind in FORMATS.items() if kind in get_args(Written) and ending != ".tab"]
_TEXTS = ("csv", "tsv", "jsonl", "json")
"""What may be compressed."""


def format_of(path: Path, called: str | None = None) -> Format:
    """Return the format that the ending names; UsageError where it names none."""
    bare = without_compression(path)
    kind = FORMATS.get(bare.suffix.lower())
    if kind is None or (bare != path and kind not in _TEXTS):
        ending = f'the ending "{path.suffix}" is' if path.suffix else "a name without an ending is"
        packed = ", ".join(sorted(COMPRESSIONS))
        raise UsageError(
            f"{called or path}: {ending} no format that is known; there are {', '.join(FORMATS)}, the text formats "
            f'also with {packed}, and "{STREAM}" for JSONL through a pipe'
        )
    return kind


def is_known(path: Path) -> bool:
    """Return whether the ending names a format."""
    try:
        format_of(path)
    except UsageError:
        return False
    return True


def written_format(target: str) -> Written:
    """Return the format of the results; UsageError where the ending names none that is written."""
    if target == STREAM:
        return "jsonl"
    path = Path(base_name(target))
    if not is_known(path) or (kind := format_of(path)) not in get_args(Written):
        packed = ", ".join(sorted(COMPRESSIONS))
        raise UsageError(
            f"{target}: results are written as {', '.join(_WRITABLE)}, the text formats also with {packed}"
        )
    return cast("Written", kind)


def open_reader(sources: str | Sequence[str], reading: Reading = FOUND, names: Sequence[str] | None = None) -> Reader:
    """Open the files of an export for reading.

    Args:
        sources: Local files, in order.
        reading: How they are to be read.
        names: What messages call them, where they are copies.

    Raises:
        UsageError: The reading does not fit.
        StemmeError: A file is not what its ending says, or is damaged.
    """
    sources = [sources] if isinstance(sources, str) else sources
    names = names or sources
    if len(sources) == 1:
        return _open_one(sources[0], reading, names[0])
    from stemme.exports.many import ManyReader

    return ManyReader(sources, lambda source, name: _open_one(source, reading, name), names)


def _open_one(source: str, reading: Reading, name: str) -> Reader:
    if source == STREAM:
        from stemme.exports.jsonl import JsonlReader

        return JsonlReader(sys.stdin.buffer, "standard input", live=True)
    path = Path(source)
    try:
        reader = _open(path, format_of(path), reading)
    except OSError as error:
        raise StemmeError(f"{name}: cannot be read: {error.strerror or error}") from error
    except StemmeError as error:
        raise type(error)(str(error).replace(source, name)) from error
    reader.name = name
    return reader


def _open(path: Path, kind: Format, reading: Reading) -> Reader:
    match kind:
        case "csv" | "tsv":
            from stemme.exports.delimited import DelimitedReader

            table = DelimitedReader(path, reading)
            if kind == "tsv":
                table.delimiter = None  # a CSV that comes of it is separated as any other
            return table
        case "json" | "jsonl":
            from stemme.exports.json_array import JsonArrayReader, is_array
            from stemme.exports.jsonl import JsonlReader

            return JsonArrayReader(path) if kind == "json" and is_array(path) else JsonlReader.open(path)
        case "parquet":
            from stemme.exports.parquet import ParquetReader

            return ParquetReader(path)
        case "xlsx" | "workbook":
            from stemme.exports.workbook import WorkbookReader

            return WorkbookReader(path, reading)


def check_columns(target: str, reader: Reader) -> None:
    """Raise UsageError where a table cannot take the columns of the export beside ours."""
    if written_format(target) != "jsonl":
        refuse_collisions(reader.columns)


def open_writer(
    target: str,
    stream: IO[bytes],
    reader: Reader,
    *,
    keep_input: bool = False,
    excel: bool = False,
    mentions: bool = False,
) -> Writer:
    """Return the writer for results that go to the target; a CSV resembles the CSV it comes from.

    Args:
        target: Its ending names the format.
        stream: Where the bytes go.
        reader: The export.
        keep_input: Whether JSONL holds the row under "input".
        excel: Whether a text table is for Excel.
        mentions: Whether a workbook has the sheet of mentions.
    """
    match kind := written_format(target):
        case "csv" | "tsv":
            from stemme.exports.csv_writer import DelimitedWriter

            delimiter, bom = _dialect(kind, reader, excel=excel)
            return DelimitedWriter(stream, reader.columns, delimiter=delimiter, bom=bom, excel=excel)
        case "jsonl":
            from stemme.exports.jsonl import JsonlWriter

            return JsonlWriter(stream, keep_input=keep_input, live=target == STREAM)
        case "parquet":
            from stemme.exports.parquet import ParquetWriter

            return ParquetWriter(stream, reader.columns)
        case "xlsx":
            from stemme.exports.xlsx import XlsxWriter

            return XlsxWriter(stream, reader.columns, mentions=mentions)


def mentions_target(target: str) -> str | None:
    """Return where the table of mentions goes, None where it is in the same file or there is none."""
    if target == STREAM or written_format(target) in ("jsonl", "xlsx"):
        return None
    path = Path(base_name(target))
    bare = without_compression(path)
    return beside(target, f"{bare.stem}.mentions{bare.suffix}{path.suffix if bare != path else ''}")


def open_mentions(target: str, stream: IO[bytes], reader: Reader, *, excel: bool = False) -> Writer:
    """Return the writer of the table of mentions, which resembles the table of results."""
    kind = written_format(target)
    if kind == "parquet":
        from stemme.exports.parquet import ParquetMentions

        return ParquetMentions(stream)
    from stemme.exports.csv_writer import DelimitedMentions

    delimiter, bom = _dialect(kind, reader, excel=excel)
    return DelimitedMentions(stream, delimiter=delimiter, bom=bom)


def packed_as(target: str) -> str | None:
    """Return how the target is compressed."""
    return None if target == STREAM else compression_of(Path(target))


def _dialect(kind: Written, reader: Reader, *, excel: bool) -> tuple[str, bool]:
    own = reader.delimiter if reader.delimiter in (",", ";", "\t", "|") else ","
    return "\t" if kind == "tsv" else own, excel or reader.bom
