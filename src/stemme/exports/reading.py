"""How an export is to be read, where the user knows better than what would be found."""

from __future__ import annotations

from dataclasses import dataclass

from stemme.errors import UsageError


@dataclass(frozen=True, slots=True)
class Reading:
    """None leaves each thing to be found.

    Attributes:
        encoding: Of a text table, as Python names it.
        delimiter: Of a text table, one character.
        header_row: Which row that is not blank holds the column names, from 1.
        sheet: Name of a workbook's sheet.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    sheet: str | None = None

    def check(self) -> None:
        """Raise UsageError where something cannot be meant."""
        if self.encoding is not None:
            try:
                " ".encode(self.encoding).decode(self.encoding, "ignore")
            except (LookupError, ValueError):  # of some, as "undefined" and "idna", also the name is known
                raise UsageError(
                    f"--encoding {self.encoding}: not known; write utf-8, utf-16, cp1252, gb18030, big5 or another "
                    "that Python knows"
                ) from None
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '\r\n"'):
            raise UsageError(f"--delimiter {self.delimiter!r}: one character is needed, as ';' or a tab (or \"tab\")")


FOUND = Reading()
"""Everything is found."""
