"""CSV and TSV: cells stay the exact strings they are."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from stemme.errors import StemmeError
from stemme.exports.cells import as_text, encodable
from stemme.exports.encoding import find_encoding
from stemme.exports.reader import Reader, unique_names
from stemme.exports.results import TABLE_COLUMNS, table_cells
from stemme.exports.writer import Result, TableWriter

MAX_CELL = 1 << 25
"""Characters of the longest cell; one that is longer is a quotation mark that nobody closed."""

DELIMITERS = ",;\t|"
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_NONE = "\x1f"
"""Stands for the delimiter of a table with one column: a character that separates and that nobody types."""

_END = "\x1estemme-end\x1e"
"""Fed to the csv module after the last line: it comes back as its own row unless a quote is still open."""

_SAMPLE_CHARACTERS = 1 << 16
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class DelimitedReader(Reader):
    """A CSV or TSV file; encoding and delimiter are found."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self._size = path.stat().st_size
        self.encoding = find_encoding(path)
        self._bytes = path.open("rb")
        self._text = io.TextIOWrapper(self._bytes, encoding=self.encoding, newline="")
        self.delimiter = find_delimiter(self._text.read(_SAMPLE_CHARACTERS))
        self._text.seek(0)
        csv.field_size_limit(MAX_CELL)
        self._cells = csv.reader(self._lines(), delimiter=self.delimiter)
        header = self._next_cells()
        if header is None:
            raise StemmeError(f"{path}: the file is empty")
        self.columns, renamed = unique_names(header)
        separated = f"separated by {_NAMES[self.delimiter]}" if self.delimiter != _NONE else "one column"
        self.notes = [self.encoding.removesuffix("-sig"), separated, *renamed]

    @property
    def fraction(self) -> float | None:
        """The share of the file's bytes read so far."""
        return self._bytes.tell() / self._size

    def close(self) -> None:
        """Close the file."""
        self._text.close()

    def _lines(self) -> Iterator[str]:
        while line := self._text.readline(MAX_CELL):
            if len(line) == MAX_CELL:
                self._refuse_row(f"a line of over {MAX_CELL:,} characters")
            yield line
        yield _END

    def _next_cells(self) -> list[str] | None:
        """Return the next row that is not a blank line, None at the end."""
        try:
            cells = next(cells for cells in self._cells if cells)
        except csv.Error as error:
            unclosed = " (a quotation mark that is never closed?)" if "field limit" in str(error) else ""
            self._refuse_row(f"{error}{unclosed}")
        if cells == [_END]:
            return None
        if cells[-1].endswith(_END):
            self._refuse_row("a quotation mark is opened and never closed")
        return cells

    def _records(self) -> Iterator[Mapping[str, Any]]:
        width = len(self.columns)
        while (cells := self._next_cells()) is not None:
            if len(cells) != width:
                if any(cells[width:]):
                    self._refuse_row(
                        f"{len(cells)} cells under {width} columns; quote the cells that hold the delimiter"
                    )
                cells += [""] * (width - len(cells))
            yield dict(zip(self.columns, cells, strict=False))


class DelimitedWriter(TableWriter):
    """Writes the user's own cells as they were and the added ones beside them, in UTF-8.

    Args:
        stream: Where the bytes go.
        columns: The user's own columns.
        delimiter: What stands between the cells.
        bom: Whether to begin with a byte order mark: Excel takes UTF-8 without one for a local code page.
    """

    def __init__(self, stream: IO[bytes], columns: Sequence[str], *, delimiter: str, bom: bool) -> None:
        super().__init__(columns)
        self._text = io.TextIOWrapper(stream, encoding="utf-8-sig" if bom else "utf-8", newline="")
        # The two characters of the line end are also those that make the csv module quote a cell.
        self._csv = csv.writer(self._text, delimiter=delimiter, lineterminator="\r\n")
        self._csv.writerow([*(encodable(name) for name in columns), *TABLE_COLUMNS])

    def write(self, result: Result) -> None:
        """Append one row."""
        own = (encodable(as_text(value)) for value in self._own(result.row))
        self._csv.writerow([*own, *map(_added, table_cells(result.analysis))])

    def close(self) -> None:
        """Flush the text."""
        self._text.detach()


def find_delimiter(sample: str) -> str:
    """Return the delimiter that cuts most rows of the sample into as many cells as its header has."""
    scores: dict[str, tuple[float, int]] = {}
    for delimiter in DELIMITERS:
        try:
            cells = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
            rows = [row for row in itertools.islice(cells, 100) if row]
        except csv.Error:
            continue
        if rows and len(rows[0]) > 1:
            same = sum(len(row) == len(rows[0]) for row in rows)
            scores[delimiter] = (round(same / len(rows), 1), len(rows[0]))
    return max(scores, key=scores.__getitem__) if scores else _NONE


def delimiter_like(reader: Reader) -> str:
    """Return the delimiter a CSV beside this export should have: the export's own, else a comma."""
    own = reader.delimiter if isinstance(reader, DelimitedReader) else _NONE
    return own if own in DELIMITERS else ","


def has_bom(reader: Reader) -> bool:
    """Return whether the export is a text table that began with a byte order mark."""
    return isinstance(reader, DelimitedReader) and reader.encoding in ("utf-8-sig", "utf-16", "utf-32")


def _added(value: Any) -> Any:
    """Return the cell so that no spreadsheet runs it as a formula: what we add quotes customers."""
    if isinstance(value, str):
        value = encodable(value)
        return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value
    return value
