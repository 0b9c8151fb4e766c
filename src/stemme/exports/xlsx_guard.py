"""What must not reach the spreadsheet reader, which unpacks a whole sheet and lays out every cell it spans.

A few kilobytes can unpack to many gigabytes, and two cells in opposite corners of a sheet span seventeen
thousand million; over either the reader would end the process.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import IO

from stemme.errors import StemmeError

MAX_UNPACKED = 1 << 30
"""Bytes that all parts of a workbook may unpack to together."""

MAX_CELLS = 25_000_000
"""Cells of the rectangle that a sheet spans, empty ones counted."""

_CELL = re.compile(rb"""<(?:\w+:)?c\s[^<>]*?\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_ROW = re.compile(rb"""<(?:\w+:)?row\s[^<>]*?\br=["'](\d{1,7})["']""")
_CHUNK = 1 << 22
_OVERLAP = 1 << 10


def refuse_bomb(path: Path, max_cells: int = MAX_CELLS) -> None:
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
                _refuse_wide(path, part.filename, archive.open(part), max_cells)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise StemmeError(f"{path}: not an XLSX workbook that can be read: {error}") from error


def _refuse_wide(path: Path, name: str, part: IO[bytes], max_cells: int) -> None:
    columns: set[bytes] = set()
    first, last = 1 << 20, 0
    kept = b""
    with part:
        while chunk := part.read(_CHUNK):
            for column, row in _CELL.findall(kept + chunk):
                columns.add(column)
                first, last = min(first, int(row)), max(last, int(row))
            for row in _ROW.findall(kept + chunk):
                first, last = min(first, int(row)), max(last, int(row))
            kept = chunk[-_OVERLAP:]
    positions = [_position(column) for column in columns]
    height, width = (last - first + 1, max(positions) - min(positions) + 1) if positions else (0, 0)
    if height * width > max_cells:
        raise StemmeError(
            f"{path}: the cells of {name} span {height:,} rows and {width:,} columns; delete the stray cells "
            "far outside the table, or save the sheet as CSV"
        )


def _position(column: bytes) -> int:
    position = 0
    for letter in column:
        position = position * 26 + letter - ord("A") + 1
    return position
