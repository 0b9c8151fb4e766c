"""How many rows and columns of a sheet are hidden: calamine reads them as any other, and people forget them."""

from __future__ import annotations

import posixpath
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from pathlib import Path

_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\s[^<>]*?\bhidden=["'](?:1|true)["'][^<>]*(?<!/)>""")
_HIDDEN_COLUMN = re.compile(rb"""<(?:\w+:)?col\s[^<>]*?\bhidden=["'](?:1|true)["'][^<>]*>""")
_BOUNDS = re.compile(rb"""\b(min|max)=["'](\d+)["']""")
_CHUNK = 1 << 22


def hidden_parts(path: Path, sheet: str, width: int) -> tuple[int, int]:
    """Return how many rows that hold something, and how many of the first columns, are hidden.

    Args:
        path: An XLSX or XLSM workbook that calamine has opened.
        sheet: The sheet's name.
        width: How many columns count: whole empty halves of sheets are hidden often.
    """
    rows = 0
    columns: set[int] = set()
    try:
        with zipfile.ZipFile(path) as archive:
            for piece in _tags(archive, _part(archive, sheet)):
                rows += len(_HIDDEN_ROW.findall(piece))
                for column in _HIDDEN_COLUMN.findall(piece):
                    bounds = {name: int(value) for name, value in _BOUNDS.findall(column)}
                    columns.update(range(bounds.get(b"min", 1), min(bounds.get(b"max", 0), width) + 1))
    except (KeyError, StopIteration, ET.ParseError, zipfile.BadZipFile):
        return 0, 0  # calamine reads more than is by the book; what it could not tell is not worth a failure
    return rows, len(columns)


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the part of the archive that holds the sheet."""
    book = ET.fromstring(archive.read("xl/workbook.xml"))
    entry = next(item for item in book.iter() if item.tag.endswith("}sheet") and item.get("name") == sheet)
    identity = next(value for name, value in entry.items() if name.endswith("}id"))
    relations = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    found = next(item for item in relations.iter(f"{_RELATIONS}Relationship") if item.get("Id") == identity)
    return posixpath.normpath(posixpath.join("/xl", found.get("Target", ""))).lstrip("/")


def _tags(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Yield a part in pieces that end between tags."""
    kept = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            piece, _, kept = (kept + chunk).rpartition(b"<")
            kept = b"<" + kept
            yield piece
    yield kept
