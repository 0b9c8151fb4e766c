"""The formats there are, by the ending of a file name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Literal

from stemme.errors import StemmeError, UsageError
from stemme.exports.reader import Reader
from stemme.exports.results import refuse_collisions
from stemme.exports.writer import Writer

STREAM = "-"
"""Stands for standard input or output, which are JSONL."""

Format = Literal["csv", "tsv", "jsonl", "parquet", "xlsx"]

FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}


def format_of(path: Path) -> Format:
    """Return the format that the ending names; UsageError where it names none."""
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        ending = f'the ending "{path.suffix}" is' if path.suffix else "a name without an ending is"
        raise UsageError(
            f'{path}: {ending} no format that is known; there are {", ".join(FORMATS)}, and "{STREAM}" for '
            "JSONL through a pipe"
        ) from None


def check_source(source: str) -> None:
    """Raise UsageError where there is no such file, or its ending names no format."""
    if source == STREAM:
        return
    path = Path(source)
    if path.is_dir():
        raise UsageError(f"{source}: a folder; name one file of it")
    if not path.exists():
        raise UsageError(f"{source}: there is no such file")
    format_of(path)


def open_reader(source: str) -> Reader:
    """Open an export for reading.

    Raises:
        UsageError: As `check_source` says.
        StemmeError: The file is not what its ending says, or is damaged.
    """
    check_source(source)
    if source == STREAM:
        from stemme.exports.jsonl import JsonlReader

        return JsonlReader(sys.stdin.buffer, "standard input", live=True)
    path = Path(source)
    try:
        return _open(path, format_of(path))
    except OSError as error:
        raise StemmeError(f"{source}: cannot be read: {error.strerror or error}") from error


def _open(path: Path, kind: Format) -> Reader:
    match kind:
        case "csv" | "tsv":
            from stemme.exports.delimited import DelimitedReader

            return DelimitedReader(path)
        case "jsonl":
            from stemme.exports.jsonl import JsonlReader

            return JsonlReader.open(path)
        case "parquet":
            from stemme.exports.parquet import ParquetReader

            return ParquetReader(path)
        case "xlsx":
            from stemme.exports.xlsx import XlsxReader

            return XlsxReader(path)


def check_columns(target: str, reader: Reader) -> None:
    """Raise UsageError where a table cannot take the columns of the export beside ours."""
    if target != STREAM and format_of(Path(target)) != "jsonl":
        refuse_collisions(reader.columns)


def open_writer(target: str, stream: IO[bytes], reader: Reader, *, keep_input: bool = False) -> Writer:
    """Return the writer for results that go to the target; a CSV resembles the CSV it comes from."""
    kind = "jsonl" if target == STREAM else format_of(Path(target))
    match kind:
        case "csv" | "tsv":
            from stemme.exports.delimited import DelimitedWriter, delimiter_like, has_bom

            delimiter = "\t" if kind == "tsv" else delimiter_like(reader)
            return DelimitedWriter(stream, reader.columns, delimiter=delimiter, bom=has_bom(reader))
        case "jsonl":
            from stemme.exports.jsonl import JsonlWriter

            return JsonlWriter(stream, keep_input=keep_input, live=target == STREAM)
        case "parquet":
            from stemme.exports.parquet import ParquetWriter

            return ParquetWriter(stream, reader.columns)
        case "xlsx":
            from stemme.exports.xlsx import XlsxWriter

            return XlsxWriter(stream, reader.columns)
