"""Reading workbooks by calamine: XLSX, XLSB, XLS and ODS."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stemme.errors import StemmeError, UsageError
from stemme.exports.cells import as_text
from stemme.exports.header import SAMPLE_ROWS, codes_below, find_header, header_notes
from stemme.exports.reader import Reader, unique_names
from stemme.exports.reading import FOUND, Reading
from stemme.exports.workbook_guard import ZIPPED, refuse_bomb
from stemme.exports.xlsx_hidden import hidden_parts

MAX_EXACT = 2**53
"""Up to it a sheet's numbers are exact."""

_WITH_HIDDEN = (".xlsx", ".xlsm")


class WorkbookReader(Reader):
    """One sheet of a workbook, the first visible one if none is named. Rows without any cell are no rows.

    Hidden rows and columns are read as any other, and in XLSX their number is said; formulas are read as the values
    they had when saved.
    """

    def __init__(self, path: Path, reading: Reading = FOUND) -> None:
        import python_calamine as calamine

        super().__init__(str(path))
        if path.suffix.lower() in ZIPPED:
            refuse_bomb(path)
        try:
            self._workbook = calamine.load_workbook(path)
            name, among = _chosen(self._workbook, calamine, self.name, reading.sheet)
            self._sheet = self._workbook.get_sheet_by_name(name)
        except calamine.CalamineError as error:
            kind = path.suffix.lstrip(".").upper()
            raise StemmeError(f"{path}: not an {kind} workbook that can be read: {error}") from error
        self._passed = 0
        self._rows = self._filled()
        self._first = list(itertools.islice(self._rows, SAMPLE_ROWS))
        texts = [[as_text(_value(cell)) for cell in row] for row in self._first]
        header = find_header(texts, reading) if texts else 0
        codes = codes_below(texts, header)
        del self._first[: header + 1 + codes]
        self.columns, renamed = unique_names(texts[header] if texts else ())
        sheet = [f'sheet "{name}", {among}'] if among else []
        self.notes = [*sheet, *self._hidden(path, name, calamine), *header_notes(header, codes), *renamed]

    @property
    def fraction(self) -> float | None:
        """The share of the sheet's rows read so far."""
        return self._passed / (self._sheet.end[0] + 1) if self._sheet.end else None

    def close(self) -> None:
        """Close the workbook."""
        self._workbook.close()

    def _hidden(self, path: Path, name: str, calamine: Any) -> list[str]:
        """Return notes of what nobody sees in the spreadsheet program."""
        sheets = [sheet for sheet in self._workbook.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
        others = [s.name for s in sheets if s.visible != calamine.SheetVisibleEnum.Visible and s.name != name]
        rows, columns = hidden_parts(path, name, len(self.columns)) if path.suffix.lower() in _WITH_HIDDEN else (0, 0)
        return [
            *([f"{_counted(rows, 'hidden row')} read too"] if rows else []),
            *([f"{_counted(columns, 'hidden column')} read too"] if columns else []),
            *([f"{_counted(len(others), 'hidden sheet')} not read"] if others else []),
        ]

    def _filled(self) -> Iterator[list[Any]]:
        for row in self._sheet.iter_rows():
            self._passed += 1
            if any(cell != "" for cell in row):
                yield row

    def _records(self) -> Iterator[Mapping[str, Any]]:
        for row in itertools.chain(self._first, self._rows):
            yield dict(zip(self.columns, map(_value, row), strict=False))


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' if number > 1 else ''}"


def _chosen(workbook: Any, calamine: Any, name: str, wanted: str | None) -> tuple[str, str | None]:
    """Return the sheet to read, and which it is among the others where there are any."""
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
    visible = [sheet.name for sheet in sheets if sheet.visible == calamine.SheetVisibleEnum.Visible]
    if wanted is not None:
        if wanted not in [sheet.name for sheet in sheets]:
            raise UsageError(f'{name}: no sheet "{wanted}"; there are {", ".join(sheet.name for sheet in sheets)}')
        return wanted, "as told"
    if not visible:
        raise StemmeError(f"{name}: the workbook has no visible sheet of cells")
    return visible[0], f"the first of {len(visible)}" if len(visible) > 1 else None


def _value(cell: Any) -> Any:
    """Return the cell as it was meant: a sheet has no whole numbers and no missing values of its own."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) <= MAX_EXACT:
        return int(cell)
    return None if cell == "" else cell
