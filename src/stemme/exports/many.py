"""Several exports as one: their rows one after the other, under the columns of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from stemme.exports.reader import Reader, Unreadable

Open = Callable[[str, str], Reader]

_NAMED = 3
"""So many files are named in the line that says what is read."""


class ManyReader(Reader):
    """Each file is opened once beforehand, so that what is wrong with the last one is known at the start.

    Args:
        sources: The files, in order.
        open_one: Opens one of them, under a name.
        names: What messages call them.
    """

    def __init__(self, sources: Sequence[str], open_one: Open, names: Sequence[str]) -> None:
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        super().__init__(", ".join(names[:_NAMED]) + more)
        self._sources = list(zip(sources, names, strict=True))
        self._open = open_one
        self._done = 0
        self._current: Reader | None = None
        found: dict[str, None] = {}
        self._headers: list[tuple[str, ...]] = []
        schemas: list[Any] = []
        totals: list[int | None] = []
        notes: dict[str, None] = {}
        for source, name in self._sources:
            with open_one(source, name) as reader:
                found.update(dict.fromkeys(reader.columns))
                self._headers.append(reader.columns)
                schemas.append(reader.schema)
                totals.append(reader.total)
                notes.update(dict.fromkeys(reader.notes))
                self.delimiter = self.delimiter or reader.delimiter
                self.bom = self.bom or reader.bom
        self.columns = tuple(found)
        self.total = None if None in totals else sum(filter(None, totals))
        differ = any(columns != self.columns for columns in self._headers)
        first = schemas[0]
        # Columns of Parquet files that have not all the same types become plain values.
        self.schema = first if all(schema is not None and schema.equals(first) for schema in schemas) else None
        self.notes = [f"{len(sources)} files", *notes, *(["not all have the same columns"] if differ else [])]

    def require(self, column: str) -> None:
        """Raise UsageError where one of the files has rows and no such column."""
        for (source, name), columns in zip(self._sources, self._headers, strict=True):
            if column not in columns:
                with self._open(source, name) as reader:
                    reader.require(column)

    @property
    def fraction(self) -> float | None:
        """The share of the files read so far, the current one in part."""
        current = self._current
        within = (current.fraction or 0.0) if current else 0.0
        return (self._done + within) / len(self._sources)

    def close(self) -> None:
        """Close the file that is being read."""
        if self._current is not None:
            self._current.close()

    def _records(self) -> Iterator[Mapping[str, Any] | Unreadable]:
        for source, name in self._sources:
            with self._open(source, name) as self._current:
                for row in self._current.rows():
                    fields = row.fields if self.schema is not None else dict(row.fields)
                    reason = row.problem and f"{name}: row {row.number}: {row.problem}"
                    yield Unreadable(reason, fields) if reason else fields
            self._current = None
            self._done += 1
