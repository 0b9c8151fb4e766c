"""How much calamine makes of an ODS workbook: it writes out every row and cell that the file holds once and repeats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO
from xml.parsers import expat

_CHUNK = 1 << 22
_CELLS = ("table:table-cell", "table:covered-table-cell")
_TEXTS = ("office:string-value", "office:date-value", "office:time-value", "table:formula")
"""The attributes whose values are kept as text."""


def extent_of_ods(content: IO[bytes]) -> tuple[int, int]:
    """Return how many cells and characters of text the sheets of a `content.xml` come to.

    Blank cells at the end of a row and blank rows at the end of a sheet do not count: programs write them to the
    edges of the sheet, and calamine leaves them out.

    Raises:
        ValueError: It is not XML, or not the XML of a spreadsheet.
    """
    counter = _Counter()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = counter.start
    parser.EndElementHandler = counter.end
    parser.CharacterDataHandler = counter.characters
    try:
        while chunk := content.read(_CHUNK):
            parser.Parse(chunk)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error
    return max(counter.read, counter.written_out), counter.text


class _Counter:
    """Follows calamine, which keeps the cells as they are read, then writes out the rectangle of each sheet."""

    def __init__(self) -> None:
        self.read = 0
        self.written_out = 0
        self.text = 0
        self._height = self._blank_rows = self._width = 0
        self._rows: int | None = None
        self._start_row()
        self._repeats = self._length = 0

    def _start_row(self) -> None:
        self._filled_to = self._passed = self._blank_cells = self._row_text = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in _CELLS:
            repeats = _number(attributes.get("table:number-columns-repeated"))
            self._passed += self._blank_cells
            self._blank_cells = self._repeats = self._length = 0
            if any(key.startswith("office:") or key == "table:formula" for key in attributes):
                self._passed += repeats
                self._filled_to = self._passed
                self._repeats = repeats
                self._length = sum(len(attributes.get(key, "")) for key in _TEXTS)
            else:
                self._blank_cells = repeats
        elif name == "table:table-row":
            if self._rows is not None:
                raise ValueError("a table within a cell")
            self._rows = _number(attributes.get("table:number-rows-repeated"))
            self._start_row()
        elif name == "text:s":
            self._length += _number(attributes.get("text:c"))

    def end(self, name: str) -> None:
        if name in _CELLS:
            self._row_text += self._repeats * self._length
            self._repeats = 0
        elif name == "table:table-row":
            self._end_row(self._rows or 0)
            self._rows = None
        elif name == "table:table":
            self.written_out += self._height * self._width
            self._height = self._blank_rows = self._width = 0

    def characters(self, text: str) -> None:
        self._length += len(text)

    def _end_row(self, rows: int) -> None:
        self.read += self._passed
        self.text += rows * self._row_text
        if self._filled_to:
            self._height += rows + (self._blank_rows if self._height else 0)
            self._width = max(self._width, self._filled_to)
            self._blank_rows = 0
        else:
            self._blank_rows += rows


def _number(repeats: str | None) -> int:
    return 1 if repeats is None else max(0, int(repeats))
