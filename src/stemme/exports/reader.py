"""What every export looks like once it is open: rows in order, under column names that are unique."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stemme.errors import UsageError
from stemme.exports.printable import listed

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an export: its number from 1 (the header is not counted) and its fields in column order.

    `problem` says why a row could not be read; its fields are then what was left of it.
    """

    number: int
    fields: Mapping[str, Any]
    problem: str | None = None

    @property
    def characters(self) -> int:
        """Of all cells that are text; of Arrow data 0, for a row of it holds only a place in a batch."""
        cells = self.fields.values() if isinstance(self.fields, dict) else ()
        return sum(len(cell) for cell in cells if isinstance(cell, str))


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What a reader gives in place of the fields of a row that it cannot read: the reason, and what there is."""

    reason: str
    fields: Mapping[str, Any]


class Reader(ABC):
    """An open export. What can be refused is refused on opening, before hours of analysis.

    Attributes:
        name: What messages call the export.
        columns: The names, unique and in order.
        notes: What was assumed about the format, for one line to the user.
        total: How many rows there are, None where only reading tells.
        live: Whether rows arrive as they are made (a pipe), so that nobody should wait for many of them.
        delimiter: What stands between the cells of a CSV, None for anything else and for one column.
        schema: Of Arrow data that passes through with its types, None for anything else.
        bom: Whether it is a text table that begins with a byte order mark.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.columns: tuple[str, ...] = ()
        self.notes: list[str] = []
        self.total: int | None = None
        self.live = False
        self.delimiter: str | None = None
        self.bom = False
        self.schema: Any = None
        self._number = 0

    def rows(self) -> Iterator[Row]:
        """Yield the rows in order; to be called once."""
        for record in self._records():
            self._number += 1
            if isinstance(record, Unreadable):
                yield Row(self._number, record.fields, record.reason)
            else:
                yield Row(self._number, record)

    def require(self, column: str) -> None:
        """Raise UsageError where there are rows and no such column: their texts would be lost."""
        if column not in self.columns and any(row.problem is None for row in self.rows()):
            raise UsageError(
                f'{self.name}: there is no column "{column}", which holds the texts of the other files; rename the '
                f"column of its texts, or analyse it by itself. Columns: {listed(self.columns)}"
            )

    @property
    def fraction(self) -> float | None:
        """The share of the export read so far, None where its size is unknown."""
        return self._number / self.total if self.total else None

    @abstractmethod
    def close(self) -> None:
        """Give back the file."""

    @abstractmethod
    def _records(self) -> Iterator[Mapping[str, Any] | Unreadable]:
        """Yield the fields of every row, or why there are none."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def unique_names(header: Iterable[str]) -> tuple[tuple[str, ...], list[str]]:
    """Return the column names made unique, and a note for each that had to change.

    An empty name becomes `column_3` (its position from 1), a repeated one `name_2`.
    """
    given = list(header)
    taken = set(given)
    names: list[str] = []
    notes: list[str] = []
    for position, name in enumerate(given, 1):
        if name.strip() and name not in names:
            names.append(name)
            continue
        base, number = (name, 2) if name.strip() else ("column", position)
        while f"{base}_{number}" in taken:
            number += 1
        names.append(f"{base}_{number}")
        taken.add(names[-1])
        notes.append(f'column {position} is called "{names[-1]}"')
    return tuple(names), notes
