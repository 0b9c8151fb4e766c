"""How much calamine makes of a part of an XLSX or XLSB workbook: it writes a shared string out for each of its cells.

Any part may be a sheet or the table of shared strings: calamine finds them by names, and not always by the book.
"""

from __future__ import annotations

import io
import re
from array import array
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import IO, cast
from xml.parsers import expat

_CHUNK = 1 << 22
_ANY = (1 << 32) - 1
"""Stands for a shared string that is not told by a plain number, where calamine takes the first or none."""

_READ = re.compile(rb"[<:]sheetData|[<:/]sst")
_LONGEST_MARK = 16
_PLAIN = bytes(byte if byte in b"\t\n\r" or (byte >= 0x20 and byte != ord("&")) else ord("x") for byte in range(256))
"""Control characters, which calamine reads and expat does not, and references to characters are plain ones here, so
no entity is ever unfolded; calamine takes no reference for a part of a name, a type or a number either."""

_ROW_HEADER, _SHARED_CELL, _LAST_CELL, _STRING = 0x00, 0x07, 0x0B, 0x13
_BEGIN_EXTENSION, _END_EXTENSION, _BEGIN_CELLS, _END_CELLS, _BEGIN_STRINGS = 0x23, 0x24, 0x91, 0x92, 0x9F
"""Kinds of XLSB records ([MS-XLSB] 2.3); those of cells lie between the first and the last cell."""


class Extent:
    """What a part holds.

    Attributes:
        first: The first row with a cell, from 1.
        last: The last row with a cell, 0 where there is none.
        width: The last column with a cell, from 1.
        lengths: Characters of each shared string.
        references: Which shared string each cell has that has one.
    """

    def __init__(self) -> None:
        self.first, self.last, self.width = 1 << 62, 0, 0
        self.lengths = array("Q")
        self.references = array("I")

    def add_cell(self, row: int, column: int) -> None:
        """Take note of where a cell is."""
        if column > self.width or not self.first <= row <= self.last:
            self.first = min(self.first, row)
            self.last = max(self.last, row)
            self.width = max(self.width, column)


def extent_of_xlsx(part: IO[bytes]) -> Extent:
    """Return what a part of an XLSX workbook holds; nothing where it is neither a sheet nor the shared strings.

    Raises:
        ValueError: It is one of both, but not XML as spreadsheet programs write it.
    """
    found = _Xml()
    parser = expat.ParserCreate("utf-8")  # the only encoding that calamine reads, whatever the part declares
    parser.buffer_text = True
    parser.StartElementHandler = found.start
    parser.EndElementHandler = found.end
    parser.CharacterDataHandler = found.characters
    parser.CommentHandler = parser.ProcessingInstructionHandler = parser.StartCdataSectionHandler = found.interrupt
    parser.StartDoctypeDeclHandler = found.declare
    is_read, fault, kept = False, None, b""
    while True:
        chunk = part.read(_CHUNK)
        is_read = is_read or bool(_READ.search(kept + chunk))
        kept = chunk[-_LONGEST_MARK:]
        if fault is None:
            try:
                parser.Parse(chunk.translate(_PLAIN), not chunk)
            except (expat.ExpatError, ValueError) as error:
                fault = str(error)
        if not chunk:
            break
    if is_read and fault is not None:
        raise ValueError(fault)
    return found if is_read else Extent()


class _Xml(Extent):
    """Follows calamine, which knows elements by what stands after the first colon, and attributes by the whole name.

    A row without a number and a cell without a place follow the one before.
    """

    def __init__(self) -> None:
        super().__init__()
        self._row = self._column = 0
        self._is_shared = False
        self._value: str | None = None
        self._length: int | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._value is not None:
            raise ValueError("an element within a value")
        kind = _local(name)
        if kind == "c":
            if place := attributes.get("r"):
                self._row, self._column = _position(place)
            else:
                self._column += 1
            self.add_cell(self._row, self._column)
            self._is_shared = attributes.get("t") == "s"
        elif kind == "v" and self._is_shared:
            self._value = ""
        elif kind == "row":
            number = attributes.get("r")
            self._row, self._column = int(number) if number else self._row + 1, 0
        elif kind == "si":
            if self._length is not None:
                raise ValueError("a shared string within another")
            self._length = 0

    def end(self, name: str) -> None:
        if (value := self._value) is not None:
            if value:
                is_plain = len(value) < 10 and value.isascii() and value.isdigit()
                self.references.append(int(value) if is_plain else _ANY)
            self._value = None
        elif self._length is not None and _local(name) == "si":
            self.lengths.append(self._length)
            self._length = None

    def characters(self, text: str) -> None:
        if self._value is not None:
            self._value += text
        elif self._length is not None:
            self._length += len(text)

    def interrupt(self, *_: str) -> None:
        if self._value is not None:  # of which calamine reads only what stands before
            raise ValueError("a comment within a value")

    def declare(self, *_: object) -> None:
        raise ValueError("a declaration of the document's type")


def extent_of_xlsb(part: IO[bytes]) -> Extent:
    """Return what a part of an XLSB workbook holds. Every part is a run of records here: calamine reads any as such."""
    found = Extent()
    row = longest = 0
    within = begun = extended = False
    for kind, record in _records(part):
        longest = max(longest, len(record))
        if kind in (_BEGIN_CELLS, _END_CELLS):
            within = kind == _BEGIN_CELLS
        elif within and kind <= _LAST_CELL:
            number = int.from_bytes(record[:4], "little") + 1
            if kind == _ROW_HEADER:
                row = number
            else:
                found.add_cell(row, number)
                if kind == _SHARED_CELL:
                    found.references.append(int.from_bytes(record[8:12], "little"))
        if not begun:
            begun = kind == _BEGIN_STRINGS
        elif extended:
            extended = kind != _END_EXTENSION
        elif kind == _BEGIN_EXTENSION:
            extended = True
        elif kind == _STRING:
            length = int.from_bytes(record[1:5], "little")
            # Where a record is too short, calamine goes on in what a longer one has left in its place.
            found.lengths.append(length if 5 + 2 * length <= len(record) else longest // 2)
    return found


def _records(part: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    stream = io.BufferedReader(cast("io.RawIOBase", part), _CHUNK)
    while (kind := _packed(stream, 2)) is not None:
        yield kind, stream.read(_packed(stream, 4) or 0)


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


def _local(name: str) -> str:
    return name.partition(":")[2] if ":" in name else name


def _position(place: str) -> tuple[int, int]:
    letters = place.rstrip("0123456789")
    return int(place[len(letters) :]), _column(letters)


@lru_cache
def _column(letters: str) -> int:
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3):
        raise ValueError(f'"{letters[:20]}" is no column of a sheet')
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column
