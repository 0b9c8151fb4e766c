"""CSV and TSV: cells stay the exact strings they are."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import re
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stemme.errors import StemmeError
from stemme.exports.cells import encodable
from stemme.exports.compression import open_bytes
from stemme.exports.encoding import find_encoding
from stemme.exports.header import SAMPLE_ROWS, codes_below, find_header, header_notes
from stemme.exports.reader import Reader, Unreadable, unique_names
from stemme.exports.reading import FOUND, Reading

MAX_CELL = 1 << 25
"""Characters of the longest cell; one that is longer is a quotation mark that nobody closed."""

DELIMITERS = ",;\t|"
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_NONE = "\x1f"
"""Stands for the delimiter of a table with one column: a character that separates and that nobody types."""

_SAMPLE_CHARACTERS = 1 << 16
_SEP = re.compile(r'"?sep=(.)"?\s*')
"""The first line by which Excel is told the delimiter."""

_BROKEN = re.compile("[\udc80-\udcff]")
"""What stands for a byte that the encoding does not allow."""

BEYOND = "(no column)"
"""Under which the cells that have no column stand in the report of errors."""


class DelimitedReader(Reader):
    """A CSV or TSV file; encoding, delimiter and header are found where the reading does not say them."""

    def __init__(self, path: Path, reading: Reading = FOUND) -> None:
        super().__init__(str(path))
        found = find_encoding(path, reading.encoding)
        self.encoding = found.name
        self._broken = found.broken
        self._path = path
        with self._opened() as text:
            sample = text.read(_SAMPLE_CHARACTERS)
        separator = _SEP.fullmatch(sample.splitlines()[0]) if sample else None
        self.delimiter = reading.delimiter or (separator[1] if separator else find_delimiter(sample))
        self.bom = self.encoding in ("utf-8-sig", "utf-16", "utf-32")
        self._separator = separator is not None
        csv.field_size_limit(MAX_CELL)
        self._dialect: dict[str, Any] = {"delimiter": self.delimiter or _NONE}
        if _escapes(sample, self._dialect["delimiter"]):
            self._dialect |= {"escapechar": "\\", "doublequote": False}
        self._restart()
        try:
            self.columns = self._begin(reading)
            if any(isinstance(cells, list) and len(cells) != len(self.columns) for cells in self._first):
                # Now that the width is known, rows that a quotation mark has swallowed show.
                self._text.close()
                self._restart()
                self.columns = self._begin(reading)
        except BaseException:
            self.close()
            raise

    def _restart(self) -> None:
        self._text = self._opened()
        if self._separator:
            self._text.readline()
        self._cells = self._parsed()

    def _begin(self, reading: Reading) -> tuple[str, ...]:
        self._first = list(itertools.islice(self._cells, SAMPLE_ROWS))
        if not self._first:
            raise StemmeError(f"{self.name}: the file is empty")
        rows = [[] if isinstance(cells, Unreadable) else cells for cells in self._first]
        header = find_header(rows, reading)
        names = self._first[header]
        if isinstance(names, Unreadable):
            raise StemmeError(f"{self.name}: the header cannot be read: {names.reason}")
        codes = codes_below(rows, header)
        del self._first[: header + 1 + codes]
        columns, renamed = unique_names(map(encodable, names))
        separated = f"separated by {_NAMES.get(self.delimiter or '', repr(self.delimiter))}"
        self.notes = [
            self.encoding.removesuffix("-sig"),
            separated if self.delimiter else "one column",
            *(["quotation marks escaped by \\"] if "escapechar" in self._dialect else []),
            *header_notes(header, codes),
            *renamed,
        ]
        return columns

    @property
    def fraction(self) -> float | None:
        """The share of the file's bytes read so far."""
        return self._bytes.fraction

    def close(self) -> None:
        """Close the file."""
        self._text.close()

    def _opened(self) -> io.TextIOWrapper:
        self._bytes = open_bytes(self._path)
        errors = "surrogateescape" if self._broken else "strict"
        return io.TextIOWrapper(self._bytes, encoding=self.encoding, errors=errors, newline="")

    def _lines(self) -> Iterator[str]:
        while line := self._text.readline(MAX_CELL):
            yield line
            if len(line) == MAX_CELL:  # the csv module refuses it, and the rest goes where its beginning goes
                while not line.endswith(("\n", "\r")) and (line := self._text.readline(MAX_CELL)):
                    pass

    def _parsed(self) -> Iterator[list[str] | Unreadable]:
        """Yield the cells of each row that is not blank.

        Where a quotation mark is never closed, the csv module would take all that follows for one cell. Then the
        line it stands in is one that cannot be read, and the lines after it are parsed again. So it is where
        another one closes it by chance, if that shows.
        """
        lines = self._lines()
        again: deque[str] = deque()
        of_row: list[str] = []

        def feed() -> Iterator[str]:
            while line := again.popleft() if again else next(lines, None):
                of_row.append(line)
                if len(line) >= MAX_CELL:
                    raise csv.Error(f"a line of over {MAX_CELL:,} characters")
                yield line

        while True:
            try:
                for cells in csv.reader(feed(), strict=True, **self._dialect):
                    if len(of_row) > 2 and self._swallowed(cells, of_row):
                        raise csv.Error("a quotation mark is opened and closed lines later, in another row")
                    if cells:
                        yield cells
                    of_row.clear()
            except csv.Error as error:
                first, *rest = of_row
                of_row.clear()
                again.extendleft(reversed(rest))
                yield self._loosely(first, str(error))
            else:
                return

    def _swallowed(self, cells: list[str], lines: list[str]) -> bool:
        """Return whether a row of several lines is rather several rows: its width is wrong, and theirs is right."""
        width = len(self.columns)
        if width < 2 or len(cells) == width:
            return False
        return all(len(self._alone(line)) == width for line in lines[1:-1])

    def _alone(self, line: str) -> list[str]:
        try:
            return next(csv.reader([line], **self._dialect), [])
        except csv.Error:
            return []

    def _loosely(self, line: str, reason: str) -> list[str] | Unreadable:
        """Return the cells of a line that is wrong by the letter: text may follow on a quotation mark."""
        if len(line) < MAX_CELL:
            with contextlib.suppress(csv.Error, StopIteration):
                # The line end belongs to the last cell where a quotation mark is still open.
                cells = next(csv.reader([line], **self._dialect))
                if not cells[-1].endswith(("\n", "\r")):
                    return cells
                reason = "a quotation mark is opened and never closed"
        return Unreadable(reason, {"line": encodable(line[:_SAMPLE_CHARACTERS].rstrip("\r\n"))})

    def _records(self) -> Iterator[Mapping[str, Any] | Unreadable]:
        width = len(self.columns)
        for cells in itertools.chain(self._first, self._cells):
            if isinstance(cells, Unreadable):
                yield cells
                continue
            fields = dict(itertools.zip_longest(self.columns, cells[:width], fillvalue=""))
            if any(cells[width:]):
                reason = f"{len(cells)} cells under {width} columns; quote the cells that hold the delimiter"
                yield Unreadable(reason, fields | {BEYOND: cells[width:]})
            elif self._broken and any(map(_BROKEN.search, cells)):
                yield Unreadable(f"a byte that {self.encoding} does not allow", fields)
            else:
                yield fields


def find_delimiter(sample: str) -> str | None:
    """Return the delimiter that cuts most rows of the sample into as many cells as its header has.

    None where there is only one column.
    """
    tables = {delimiter: rows for delimiter in DELIMITERS if (rows := _rows(sample, delimiter))}
    scores = {delimiter: _regularity(rows) for delimiter, rows in tables.items() if len(rows[0]) > 1}
    best = max(scores, key=scores.__getitem__, default=None)
    if best is not None and scores[best][0] >= 0.5:
        return best
    for delimiter, rows in tables.items():  # a title may stand above the header
        below = rows[find_header(rows, FOUND) :]
        if len(below) > 2 and len(below[0]) > 1 and _regularity(below)[0] >= 0.8:
            return delimiter
    return best


def _rows(sample: str, delimiter: str) -> list[list[str]]:
    try:
        rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        return [row for row in itertools.islice(rows, 100) if row]
    except csv.Error:
        return []


def _regularity(rows: list[list[str]]) -> tuple[float, int]:
    """Return the share of the rows that are as long as the first one, and its length."""
    length = len(rows[0])
    return round(sum(len(row) == length for row in rows) / len(rows), 1), length


def _escapes(sample: str, delimiter: str) -> bool:
    """Return whether quotation marks within cells are escaped by a backslash, as databases do, and not doubled."""
    if '\\"' not in sample:
        return False
    whole = sample[: sample.rfind("\n") + 1]
    return not _is_sound(whole, delimiter, None) and _is_sound(whole, delimiter, "\\")


def _is_sound(sample: str, delimiter: str, escape: str | None) -> bool:
    try:
        for _ in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, escapechar=escape, strict=True):
            pass
    except csv.Error as error:
        return str(error) == "unexpected end of data"
    return True
