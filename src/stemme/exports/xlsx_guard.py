"""What must not reach the spreadsheet reader, which unpacks a whole sheet and lays out every cell it spans.

A few kilobytes can unpack to many gigabytes, two cells in opposite corners of a sheet span seventeen thousand
million, and an ODS can repeat one cell as often; over any of it the reader would end the process.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO, cast

from stemme.errors import StemmeError
from stemme.exports.ods_guard import extent

MAX_UNPACKED = 1 << 30
"""Bytes that all parts of a workbook may unpack to together, and characters of an ODS, repeated ones counted."""

MAX_CELLS = 25_000_000
"""Cells of the rectangle that a sheet spans, empty ones counted."""

_PLACE = rb"""\br\s*=\s*["']([A-Za-z]{0,20})(\d{1,20})["']"""
_MARK = re.compile(rb"<(?:[\w.-]+:)?(row|c)(?=[\s/>])(?:\s+" + _PLACE + rb")?|" + _PLACE)
"""Where a row or a cell begins, mostly with its number or place, and numbers and places further on."""

_CHUNK = 1 << 22
_OVERLAP = 1 << 10
_ROW_HEADER, _LAST_CELL, _BEGIN_CELLS, _END_CELLS = 0x00, 0x0B, 0x91, 0x92
"""Kinds of XLSB records ([MS-XLSB] 2.3); those of cells lie between the first two."""


def refuse_bomb(path: Path, max_cells: int = MAX_CELLS, max_text: int = MAX_UNPACKED) -> None:
    """Raise StemmeError where the workbook is damaged, or unpacks or spans more than the limits.

    The directory of an archive may lie about sizes, so every part is unpacked here in pieces: `zipfile` stops
    at the size that the directory states and then finds the checksum wrong.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            if unpacked > MAX_UNPACKED:
                raise StemmeError(
                    f"{path}: the workbook unpacks to {unpacked >> 20:,} MiB and at most "
                    f"{MAX_UNPACKED >> 20:,} are read; save the sheet as CSV"
                )
            for part in parts:
                with archive.open(part) as stream:
                    _refuse_part(path, part.filename, stream, max_cells, max_text)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        kind = path.suffix.lstrip(".").upper()
        raise StemmeError(f"{path}: not an {kind} workbook that can be read: {error}") from error


def _refuse_part(path: Path, name: str, part: IO[bytes], max_cells: int, max_text: int) -> None:
    kind = path.suffix.lower()
    if kind == ".ods" and name == "content.xml":
        cells, characters = extent(part)
        if cells > max_cells or characters > max_text:
            raise StemmeError(
                f"{path}: with what is repeated, the sheets hold {cells:,} cells and {characters:,} characters, and at "
                f"most {max_cells:,} and {max_text:,} are read; delete what fills whole rows and columns outside the "
                "table, or save the sheet as CSV"
            )
    elif kind == ".xlsb":
        _refuse_wide(path, name, _cells_of_xlsb(part), max_cells)
    else:
        _refuse_wide(path, name, _cells_of_xlsx(part), max_cells)


def _refuse_wide(path: Path, name: str, cells: Iterator[tuple[int, int]], max_cells: int) -> None:
    first, last, width = 1 << 20, 0, 0
    for row, column in cells:
        first, last, width = min(first, row), max(last, row), max(width, column)
    height = last - first + 1
    if height * width > max_cells:
        raise StemmeError(
            f"{path}: the cells of {name} span {height:,} rows and {width:,} columns; delete the stray cells "
            "far outside the table, or save the sheet as CSV"
        )


def _cells_of_xlsx(part: IO[bytes]) -> Iterator[tuple[int, int]]:
    """Yield row and column of the cells; what only looks like one, as in a comment of the XML, does no harm.

    A row without a number and a cell without a place follow the one before.
    """
    row = column = 0
    kept = b""
    while chunk := part.read(_CHUNK):
        piece, end = kept + chunk, 0
        for mark in _MARK.finditer(piece):
            end = mark.end()
            begun, letters, number, later_letters, later_number = mark.groups()
            if place := number or later_number:
                row, column = int(place), _position(letters or later_letters or b"")
            elif begun == b"row":
                row, column = row + 1, 0
            else:
                column += 1
            if column:
                yield row, column
        kept = piece[max(end, len(piece) - _OVERLAP) :]


def _cells_of_xlsb(part: IO[bytes]) -> Iterator[tuple[int, int]]:
    """Yield row and column of the cells. Every part is a run of records here, as the reader takes any for a sheet."""
    stream = io.BufferedReader(cast("io.RawIOBase", part), _CHUNK)
    row, within = 0, False
    while (kind := _packed(stream, 2)) is not None:
        record = stream.read(_packed(stream, 4) or 0)
        if kind in (_BEGIN_CELLS, _END_CELLS):
            within = kind == _BEGIN_CELLS
        elif within and kind <= _LAST_CELL:
            number = int.from_bytes(record[:4], "little") + 1
            if kind == _ROW_HEADER:
                row = number
            else:
                yield row, number


def _packed(stream: IO[bytes], longest: int) -> int | None:
    """Return a number that stands in up to so many bytes, seven bits in each; None at the end."""
    number = 0
    for position in range(longest):
        byte = stream.read(1)
        if not byte:
            return None
        number |= (byte[0] & 0x7F) << 7 * position
        if byte[0] < 0x80:
            break
    return number


@lru_cache
def _position(column: bytes) -> int:
    position = 0
    for letter in column.upper():
        position = position * 26 + letter - ord("A") + 1
    return position
