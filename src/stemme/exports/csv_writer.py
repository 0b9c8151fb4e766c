"""Writing CSV and TSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import IO, Any

from stemme.exports.cells import as_text, encodable
from stemme.exports.mentions import MENTION_COLUMNS, mention_rows
from stemme.exports.results import TABLE_COLUMNS, table_cells
from stemme.exports.writer import Result, TableWriter, Writer

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class _Cells:
    """A text table in UTF-8: rows of cells go in.

    Args:
        stream: Where the bytes go.
        delimiter: What stands between the cells.
        bom: Whether to begin with a byte order mark: Excel takes UTF-8 without one for a local code page.
    """

    def __init__(self, stream: IO[bytes], delimiter: str, *, bom: bool) -> None:
        self._text = io.TextIOWrapper(stream, encoding="utf-8-sig" if bom else "utf-8", newline="")
        # The two characters of the line end are also those that make the csv module quote a cell.
        self.write = csv.writer(self._text, delimiter=delimiter, lineterminator="\r\n").writerow

    def close(self) -> None:
        self._text.detach()


class DelimitedWriter(TableWriter):
    """Writes the user's own cells as they were and the added ones beside them.

    Args:
        stream: Where the bytes go.
        columns: The user's own columns.
        delimiter: What stands between the cells.
        bom: Whether to begin with a byte order mark.
        excel: Whether the user's own cells, too, are to be text where a spreadsheet would run them.
    """

    def __init__(
        self, stream: IO[bytes], columns: Sequence[str], *, delimiter: str, bom: bool, excel: bool = False
    ) -> None:
        super().__init__(columns)
        self._cells = _Cells(stream, delimiter, bom=bom)
        self._excel = excel
        self._cells.write([*self._kept(columns), *TABLE_COLUMNS])

    def write(self, result: Result) -> None:
        """Append one row."""
        self._cells.write([*self._kept(self._own(result.row)), *map(never_run, table_cells(result.analysis))])

    def close(self) -> None:
        """Flush the text."""
        self._cells.close()

    def _kept(self, values: Iterable[Any]) -> Iterable[str]:
        kept = (encodable(as_text(value)) for value in values)
        return (_for_excel(value) for value in kept) if self._excel else kept


class DelimitedMentions(Writer):
    """Writes the table of mentions."""

    def __init__(self, stream: IO[bytes], *, delimiter: str, bom: bool) -> None:
        super().__init__()
        self._cells = _Cells(stream, delimiter, bom=bom)
        self._cells.write(MENTION_COLUMNS)

    def write(self, result: Result) -> None:
        """Append the mentions of one row."""
        for number, *cells in mention_rows(result):
            self._cells.write([_for_excel(encodable(number)), *map(never_run, cells)])

    def close(self) -> None:
        """Flush the text."""
        self._cells.close()


def never_run(value: Any) -> Any:
    """Return the cell so that no spreadsheet runs it as a formula: what we add quotes customers."""
    if isinstance(value, str):
        value = encodable(value)
        return f"'{value}" if _runs(value) else value
    return value


def as_given(value: Any) -> Any:
    """Return what `never_run` was given for a cell: its inverse, an apostrophe of the customer's own stays."""
    if isinstance(value, str) and value.startswith("'") and _runs(value[1:]):
        return value[1:]
    return value


def _runs(value: str) -> bool:
    # Apostrophes are looked past, so that those that were there can be told from the one that is added.
    return value.lstrip("' ").startswith(_FORMULA)


def _for_excel(value: str) -> str:
    """Return one of the user's own cells as text where it is a formula; a number with a sign is none."""
    try:
        float(value.replace(",", "."))
    except ValueError:
        return str(never_run(value))
    return value
