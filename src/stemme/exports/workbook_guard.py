"""What must not reach the spreadsheet reader, which unpacks a whole sheet and lays out every cell it spans.

A few kilobytes can unpack to many gigabytes, two cells in opposite corners of a sheet span seventeen thousand
million, an ODS can repeat one cell as often, and all cells of an XLSX can share one long text; over any of it the
reader would end the process.
"""

from __future__ import annotations

import itertools
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from stemme.errors import StemmeError
from stemme.exports.ods_extent import extent_of_ods
from stemme.exports.xlsx_extent import Extent, extent_of_xlsb, extent_of_xlsx

ZIPPED = (".xlsx", ".xlsm", ".xlsb", ".ods")
"""Endings of the workbooks that are archives."""

MAX_UNPACKED = 1 << 30
"""Bytes that all parts of a workbook may unpack to together; also characters of an ODS, repeated ones
counted, and those of the texts that the cells of another sheet share, counted for each cell."""

MAX_CELLS = 25_000_000
"""Cells of the rectangle that a sheet spans, empty ones counted."""


def refuse_bomb(path: Path, max_cells: int = MAX_CELLS, max_text: int = MAX_UNPACKED) -> None:
    """Raise StemmeError where the workbook is damaged, or unpacks, spans or comes to more than the limits.

    The directory of an archive may lie about sizes, so every part is unpacked here in pieces: `zipfile` stops
    at the size that the directory states and then finds the checksum wrong.
    """
    kind = path.suffix.lstrip(".").upper()
    extent_of = extent_of_xlsb if kind == "XLSB" else extent_of_xlsx
    extents: list[tuple[str, Extent]] = []
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
                    if kind == "ODS" and part.filename == "content.xml":
                        _refuse_ods(path, stream, max_cells, max_text)
                    else:
                        extents.append((part.filename, extent_of(stream)))
                        _refuse_wide(path, *extents[-1], max_cells)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise StemmeError(f"{path}: not an {kind} workbook that can be read: {error}") from error
    _refuse_long(path, extents, max_text)


def _refuse_ods(path: Path, content: IO[bytes], max_cells: int, max_text: int) -> None:
    cells, characters = extent_of_ods(content)
    if cells > max_cells or characters > max_text:
        raise StemmeError(
            f"{path}: with what is repeated, the sheets hold {cells:,} cells and {characters:,} characters, and at "
            f"most {max_cells:,} and {max_text:,} are read; delete what fills whole rows and columns outside the "
            "table, or save the sheet as CSV"
        )


def _refuse_wide(path: Path, name: str, part: Extent, max_cells: int) -> None:
    height = part.last - part.first + 1
    if height * part.width > max_cells:
        raise StemmeError(
            f"{path}: the cells of {name} span {height:,} rows and {part.width:,} columns; delete the stray cells "
            "far outside the table, or save the sheet as CSV"
        )


def _refuse_long(path: Path, parts: Sequence[tuple[str, Extent]], max_text: int) -> None:
    """Refuse what comes to too much text: a shared string is written out for every cell that refers to it."""
    tables = [part.lengths for _, part in parts if part.lengths]
    lengths = tables[0] if len(tables) == 1 else [max(some) for some in itertools.zip_longest(*tables, fillvalue=0)]
    known, longest = len(lengths), max(lengths, default=0)
    for name, part in parts:
        characters = sum(part.lengths)
        if len(part.references) * longest > max_text:
            characters += sum(lengths[index] if index < known else longest for index in part.references)
        if characters > max_text:
            raise StemmeError(
                f"{path}: with the texts that its cells share, {name} comes to {characters:,} characters, and at most "
                f"{max_text:,} are read; divide the sheet, or save it as CSV"
            )
