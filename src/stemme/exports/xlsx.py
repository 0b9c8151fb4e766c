"""XLSX: read by calamine, written by XlsxWriter a row at a time."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from stemme.errors import StemmeError
from stemme.exports.cells import as_text, encodable
from stemme.exports.reader import Reader, unique_names
from stemme.exports.results import TABLE_COLUMNS, table_cells
from stemme.exports.writer import Result, TableWriter
from stemme.exports.xlsx_guard import refuse_bomb

MAX_CELL = 32_767
"""UTF-16 units that a cell can hold (Excel's specification); Excel cuts what is longer."""

MAX_ROWS = 1_048_575
"""Rows under a header that a sheet can hold."""

_MAX_EXACT = 2**53
_FIRST_DATE = dt.date(1900, 3, 1)
"""Before it Excel counts days otherwise than the calendar (it takes 1900 for a leap year)."""

_PROSE_COLUMNS = {"stemme_evidence": 60, "stemme_needs": 50, "stemme_complaints": 50}


class XlsxReader(Reader):
    """The first visible sheet of a workbook; its first row that is not empty is the header."""

    def __init__(self, path: Path) -> None:
        import python_calamine as calamine

        super().__init__(str(path))
        refuse_bomb(path)
        try:
            workbook = calamine.load_workbook(path)
            names = [
                sheet.name
                for sheet in workbook.sheets_metadata
                if sheet.typ == calamine.SheetTypeEnum.WorkSheet and sheet.visible == calamine.SheetVisibleEnum.Visible
            ]
            if not names:
                raise StemmeError(f"{path}: the workbook has no visible sheet of cells")
            sheet = workbook.get_sheet_by_name(names[0])
        except calamine.CalamineError as error:
            raise StemmeError(f"{path}: not an XLSX workbook that can be read: {error}") from error
        self._workbook = workbook
        self._sheet = sheet
        self._passed = 0
        self._rows = self._filled()
        self.columns, self.notes = unique_names(as_text(_value(cell)) for cell in next(self._rows, []))
        if len(names) > 1:
            self.notes.insert(0, f'sheet "{names[0]}", the first of {len(names)}')

    @property
    def fraction(self) -> float | None:
        """The share of the sheet's rows read so far."""
        return self._passed / (self._sheet.end[0] + 1) if self._sheet.end else None

    def close(self) -> None:
        """Close the workbook."""
        self._workbook.close()

    def _filled(self) -> Iterator[list[Any]]:
        for row in self._sheet.iter_rows():
            self._passed += 1
            if any(cell != "" for cell in row):
                yield row

    def _records(self) -> Iterator[Mapping[str, Any]]:
        for row in self._rows:
            yield dict(zip(self.columns, map(_value, row), strict=False))


class XlsxWriter(TableWriter):
    """Writes one sheet. Text is always written as text, so no cell becomes a formula or a link."""

    def __init__(self, stream: IO[bytes], columns: Sequence[str]) -> None:
        import xlsxwriter

        super().__init__(columns)
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._workbook = xlsxwriter.Workbook(stream, options)
        self._sheet = self._workbook.add_worksheet()
        self._formats = {
            kind: self._workbook.add_format({"num_format": pattern})
            for kind, pattern in (
                (dt.datetime, "yyyy-mm-dd hh:mm:ss"),
                (dt.date, "yyyy-mm-dd"),
                (dt.time, "hh:mm:ss"),
                (dt.timedelta, "[hh]:mm:ss"),
            )
        }
        self._shortened = 0
        header = [*columns, *TABLE_COLUMNS]
        for position, name in enumerate(header):
            self._sheet.set_column(position, position, _PROSE_COLUMNS.get(name, 14))
            self._sheet.write_string(0, position, encodable(name)[:MAX_CELL], self._workbook.add_format({"bold": True}))
        self._sheet.freeze_panes(1, 0)
        self._last_column = len(header) - 1
        self._row = 0

    def write(self, result: Result) -> None:
        """Append one row."""
        self._row += 1
        if self._row > MAX_ROWS:
            raise StemmeError(f"a sheet ends after {MAX_ROWS:,} rows; write .csv, .parquet or .jsonl instead")
        own = self._own(result.row)
        self._refuse_long(result.row.number, own)
        added = map(self._shortest, table_cells(result.analysis))
        for position, value in enumerate(itertools.chain(own, added)):
            self._write_cell(position, value)

    def close(self) -> None:
        """Assemble the workbook into the stream."""
        self._sheet.autofilter(0, 0, self._row, self._last_column)
        self._workbook.close()
        if self._shortened:
            self.notes.append(
                f"{self._shortened} stemme_ cell{'s' if self._shortened > 1 else ''} ran over Excel's "
                f"{MAX_CELL:,} characters and end in …; write .csv, .parquet or .jsonl for all of it"
            )

    def _refuse_long(self, number: int, values: Sequence[Any]) -> None:
        for name, value in zip(self._columns, values, strict=True):
            length = _units(as_text(value)) if isinstance(value, str | bytes | Mapping | list | tuple) else 0
            if length > MAX_CELL:
                raise StemmeError(
                    f'row {number}: the cell in "{name}" has {length:,} characters and Excel holds '
                    f"{MAX_CELL:,}; write .csv, .parquet or .jsonl instead"
                )

    def _shortest(self, value: Any) -> Any:
        if not isinstance(value, str) or _units(value) <= MAX_CELL:
            return value
        self._shortened += 1
        kept = value.encode("utf-16-le", "replace")[: 2 * (MAX_CELL - 1)].decode("utf-16-le", "ignore")
        return f"{kept}…"

    def _write_cell(self, position: int, value: Any) -> None:
        if value is None or value == "":
            return
        if isinstance(value, bool):
            self._sheet.write_boolean(self._row, position, value)
        elif _is_exact_number(value):
            self._sheet.write_number(self._row, position, value)
        elif _is_sheet_time(value):
            self._sheet.write_datetime(self._row, position, value, self._formats[type(value)])
        else:
            self._sheet.write_string(self._row, position, encodable(as_text(value)))


def _value(cell: Any) -> Any:
    """Return the cell as it was meant: a sheet has no whole numbers and no missing values of its own."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) <= _MAX_EXACT:
        return int(cell)
    return None if cell == "" else cell


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
