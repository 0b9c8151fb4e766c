"""What every output format offers: results go in, one a row, in order."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stemme.analysis import Analysis
from stemme.exports.reader import Row


@dataclass(frozen=True, slots=True)
class Result:
    """One analysed row: the row as it was read, the id of its text, and what the text says."""

    row: Row
    id: str
    analysis: Analysis


class Writer(ABC):
    """An open output. It is handed its stream and never closes it: whoever opened the file also names it.

    Attributes:
        notes: What a reader of the output ought to know, complete after `close`.
    """

    def __init__(self) -> None:
        self.notes: list[str] = []

    def unfit(self, row: Row) -> str | None:  # noqa: ARG002  (most formats hold any row)
        """Return why the format cannot hold a row, which is then told before the row is analysed."""
        return None

    @abstractmethod
    def write(self, result: Result) -> None:
        """Append one result."""

    @abstractmethod
    def close(self) -> None:
        """Write what is still buffered and whatever ends the format."""

    def abandon(self) -> None:
        """Let go of what the format holds, without finishing it."""
        with contextlib.suppress(Exception):
            self.close()


class TableWriter(Writer):
    """An open table: its header stands before the first row, so its columns are given on opening.

    Args:
        columns: The user's own columns.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__()
        self._columns = columns
        self._known = frozenset(columns)

    def unfit(self, row: Row) -> str | None:
        """Return which field has no column: the header is written by now, and nothing is ever dropped."""
        if unknown := row.fields.keys() - self._known:
            return (
                f'the field "{min(unknown)}" was not in the first row, and a table has its header written by now; '
                "write .jsonl, or save the input as a file first"
            )
        return None

    def _own(self, row: Row) -> list[Any]:
        """Return the row's own values, None where a column is missing."""
        return [row.fields.get(name) for name in self._columns]
