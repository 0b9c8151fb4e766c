"""Writing XLSX by XlsxWriter, a row at a time: the results on one sheet, the mentions on a second."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from stemme.exports.cells import as_text, encodable
from stemme.exports.mentions import MENTION_COLUMNS, mention_rows
from stemme.exports.reader import Row
from stemme.exports.results import TABLE_COLUMNS, table_cells
from stemme.exports.writer import Result, TableWriter

MAX_CELL = 32_767
"""UTF-16 units that a cell can hold (Excel's specification); Excel cuts what is longer."""

MAX_ROWS = 1_048_575
"""Rows under a header that a sheet can hold."""

_MAX_EXACT = 2**53
_FIRST_DATE = dt.date(1900, 3, 1)
"""Before it Excel counts days otherwise than the calendar (it takes 1900 for a leap year)."""

_MADE = dt.datetime(2020, 1, 1)
_WIDTHS = {"stemme_evidence": 60, "stemme_needs": 50, "stemme_complaints": 50, "text": 60}


MENTIONS_SHEET = "mentions"


class XlsxWriter(TableWriter):
    """Writes a workbook. Text is always written as text, so no cell becomes a formula or a link.

    Args:
        stream: Where the bytes go.
        columns: The user's own columns.
        mentions: Whether to write the sheet of mentions too.
    """

    def __init__(self, stream: IO[bytes], columns: Sequence[str], *, mentions: bool = False) -> None:
        import xlsxwriter

        super().__init__(columns)
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._workbook = xlsxwriter.Workbook(stream, options)
        # The same results give the same bytes: a workbook holds the time it was made at.
        self._workbook.set_properties({"created": _MADE})
        self._formats = {
            kind: self._workbook.add_format({"num_format": pattern})
            for kind, pattern in (
                (dt.datetime, "yyyy-mm-dd hh:mm:ss"),
                (dt.date, "yyyy-mm-dd"),
                (dt.time, "hh:mm:ss"),
                (dt.timedelta, "[hh]:mm:ss"),
            )
        }
        self._bold = self._workbook.add_format({"bold": True})
        self._fit = 0
        self._shortened = 0
        self._left_out = 0
        self._results = self._sheet([*columns, *TABLE_COLUMNS])
        self._mentions = self._sheet(list(MENTION_COLUMNS), MENTIONS_SHEET) if mentions else None

    def unfit(self, row: Row) -> str | None:
        """Return which cell is longer than Excel holds, which field has no column, or that the sheet is full."""
        for name in self._columns:
            value = row.fields.get(name)
            length = _units(as_text(value)) if isinstance(value, str | bytes | Mapping | list | tuple) else 0
            if length > MAX_CELL:
                return (
                    f'the cell in "{name}" has {length:,} characters and Excel holds {MAX_CELL:,}; '
                    "write .csv, .parquet or .jsonl instead"
                )
        if problem := super().unfit(row):
            return problem
        self._fit += 1
        return (
            f"a sheet ends after {MAX_ROWS:,} rows; write .csv, .parquet or .jsonl instead"
            if self._fit > MAX_ROWS
            else None
        )

    def write(self, result: Result) -> None:
        """Append one row, and its mentions to their sheet."""
        self._append(self._results, itertools.chain(self._own(result.row), table_cells(result.analysis)))
        if self._mentions is not None:
            for cells in mention_rows(result):
                if self._mentions.rows == MAX_ROWS:
                    self._left_out += 1
                else:
                    self._append(self._mentions, cells)

    def close(self) -> None:
        """Assemble the workbook into the stream."""
        for sheet in filter(None, (self._results, self._mentions)):
            sheet.cells.autofilter(0, 0, sheet.rows, sheet.columns - 1)
        self._workbook.close()
        if self._shortened:
            self.notes.append(
                f"{self._shortened} stemme_ cell{'s' if self._shortened > 1 else ''} ran over Excel's "
                f"{MAX_CELL:,} characters and end in …; write .csv, .parquet or .jsonl for all of it"
            )
        if self._left_out:
            self.notes.append(
                f"{self._left_out:,} mentions have no place on a sheet of {MAX_ROWS:,} rows; write .csv or .parquet"
            )

    def abandon(self) -> None:
        """Remove the temporary files of the sheets."""
        for sheet in self._workbook.worksheets():
            with contextlib.suppress(AttributeError, TypeError, OSError):  # there is none, or no longer
                sheet.row_data_fh.close()
                Path(sheet.row_data_filename).unlink(missing_ok=True)

    def _sheet(self, header: Sequence[str], name: str | None = None) -> _Sheet:
        cells = self._workbook.add_worksheet(name)
        for position, title in enumerate(header):
            cells.set_column(position, position, _WIDTHS.get(title, 14))
            cells.write_string(0, position, encodable(title)[:MAX_CELL], self._bold)
        cells.freeze_panes(1, 0)
        return _Sheet(cells, len(header))

    def _append(self, sheet: _Sheet, values: Iterable[Any]) -> None:
        sheet.rows += 1
        for position, value in enumerate(values):
            self._write_cell(sheet, position, self._shortest(value))

    def _shortest(self, value: Any) -> Any:
        if not isinstance(value, str) or _units(value) <= MAX_CELL:
            return value
        self._shortened += 1
        kept = value.encode("utf-16-le", "replace")[: 2 * (MAX_CELL - 1)].decode("utf-16-le", "ignore")
        return f"{kept}…"

    def _write_cell(self, sheet: _Sheet, position: int, value: Any) -> None:
        if value is None or value == "":
            return
        if isinstance(value, bool):
            sheet.cells.write_boolean(sheet.rows, position, value)
        elif _is_exact_number(value):
            sheet.cells.write_number(sheet.rows, position, value)
        elif _is_sheet_time(value):
            sheet.cells.write_datetime(sheet.rows, position, value, self._formats[type(value)])
        else:
            sheet.cells.write_string(sheet.rows, position, encodable(as_text(value)))


@dataclass(slots=True)
class _Sheet:
    """A sheet of a workbook being written, and how many rows stand under its header."""

    cells: Any
    columns: int
    rows: int = 0


def _is_exact_number(value: Any) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite() and len(value.as_tuple().digits) <= 15
    if isinstance(value, int):
        return abs(value) <= _MAX_EXACT
    return isinstance(value, float) and math.isfinite(value)


def _is_sheet_time(value: Any) -> bool:
    if isinstance(value, dt.datetime):
        return type(value) is dt.datetime and value.tzinfo is None and value.date() >= _FIRST_DATE
    if isinstance(value, dt.date):
        return value >= _FIRST_DATE
    if isinstance(value, dt.time):
        return value.tzinfo is None
    return type(value) is dt.timedelta and value >= dt.timedelta(0)


def _units(text: str) -> int:
    """Return the length as Excel counts it, where a character beyond the basic plane counts twice."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
