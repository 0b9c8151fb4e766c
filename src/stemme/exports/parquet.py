"""Parquet: the user's columns pass through as Arrow data, so every type stays what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stemme.errors import StemmeError
from stemme.exports.cells import as_text, encodable
from stemme.exports.mentions import MENTION_COLUMNS, Cells, mention_rows
from stemme.exports.reader import Reader, Unreadable, unique_names
from stemme.exports.results import TABLE_COLUMNS, table_cells
from stemme.exports.writer import Result, TableWriter, Writer

BATCH_ROWS = 1024
GROUP_ROWS = 10_000
GROUP_CHARACTERS = 1 << 25
"""A row group is written when it has this many rows or characters: very long texts stay bounded."""

_WIDTHS = {"BOOLEAN": 1, "INT32": 4, "INT64": 8, "INT96": 12, "FLOAT": 4, "DOUBLE": 8, "BYTE_ARRAY": 4}
"""Bytes of a value by its physical type; a byte array has its length there, a fixed one is as long as it says."""

_ARROW_TYPES = {str: pa.string(), float: pa.float64(), int: pa.int32()}


class ArrowFields(Mapping[str, Any]):
    """The fields of one row of a record batch, made into Python values only where they are asked for."""

    __slots__ = ("batch", "index")

    def __init__(self, batch: Any, index: int) -> None:
        self.batch = batch
        self.index = index

    def __getitem__(self, name: str) -> Any:
        position = self.batch.schema.get_field_index(name)
        if position < 0:
            raise KeyError(name)
        scalar = self.batch.column(position)[self.index]
        try:
            return scalar.as_py()
        except (ValueError, OverflowError):
            return scalar.cast(pa.string()).as_py()  # nanoseconds, years after 9999: Python has no value for them

    def __iter__(self) -> Iterator[str]:
        return iter(self.batch.schema.names)

    def __len__(self) -> int:
        return int(self.batch.num_columns)


class ParquetReader(Reader):
    """A Parquet file, read in small batches."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        try:
            self._file = pq.ParquetFile(path)
            names = self._file.schema_arrow.names
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise StemmeError(f"{path}: not a Parquet file that can be read: {_first_line(error)}") from error
        self.total = self._file.metadata.num_rows
        self.schema = self._file.schema_arrow
        self.columns, self.notes = unique_names(names)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _records(self) -> Iterator[Mapping[str, Any] | Unreadable]:
        for group in range(self._file.num_row_groups):
            left = self._file.metadata.row_group(group).num_rows
            batches = self._file.iter_batches(batch_size=BATCH_ROWS, row_groups=[group])
            while left:
                try:
                    batch = next(batches)
                except (pa.ArrowException, OSError, StopIteration) as error:
                    # The row group is lost from here on, and every row of it is named; the next one may be sound.
                    reason = f"the file is damaged here or soon before: {_first_line(error)}"
                    yield from (Unreadable(reason, {}) for _ in range(left))
                    break
                left -= batch.num_rows
                yield from self._fields(batch)

    def _fields(self, batch: Any) -> Iterator[Mapping[str, Any] | Unreadable]:
        batch = batch.rename_columns(list(self.columns))
        batch = batch.replace_schema_metadata(self._file.schema_arrow.metadata)
        sound = not _damage(batch)
        for index in range(batch.num_rows):
            damage = None if sound else _damage(batch.slice(index, 1))
            yield Unreadable(damage, {}) if damage else ArrowFields(batch, index)


def is_larger(path: Path, limit: int) -> bool:
    """Return whether the values of a Parquet file take more bytes than a limit: a few bytes may repeat one as often.

    Texts are read as dictionaries, so one that is repeated is held once here.

    Raises:
        StemmeError: The file is damaged.
    """
    try:
        with pq.ParquetFile(path) as file:
            leaves = [file.schema.column(index) for index in range(len(file.schema))]
            groups = [file.metadata.row_group(index) for index in range(file.num_row_groups)]
        size = 0
        for group in groups:
            for index, leaf in enumerate(leaves):
                column = group.column(index)
                width = _WIDTHS.get(leaf.physical_type, leaf.length)
                size += max(column.total_uncompressed_size, column.num_values * width)
        if size > limit:
            return True
        texts = [
            leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY" and leaf.converted_type != "DECIMAL"
        ]
        size = 0
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            for batch in file.iter_batches(columns=texts):
                size += sum(map(_text_bytes, batch.columns))
                if size > limit:
                    return True
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise StemmeError(f"{path}: not a Parquet file that can be read: {_first_line(error)}") from error
    return False


def _text_bytes(array: Any) -> int:
    """Return how many bytes the texts of an array have, each counted as often as it stands there."""
    if pa.types.is_dictionary(array.type):
        return pc.sum(pc.take(pc.binary_length(array.dictionary), array.indices)).as_py() or 0
    parts: Any = []
    if pa.types.is_map(array.type):  # has no method to flatten it
        first, last = array.offsets[0].as_py(), array.offsets[-1].as_py()
        parts = [array.keys[first:last], array.items[first:last]]
    elif pa.types.is_nested(array.type):
        parts = array.flatten()
    return sum(map(_text_bytes, parts if isinstance(parts, list) else [parts]))


def _damage(batch: Any) -> str | None:
    """Return what is wrong with a batch: strings are UTF-8 by definition only, nothing has looked at them yet."""
    try:
        batch.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        return _first_line(error)
    return None


class ParquetWriter(TableWriter):
    """Writes row groups: own columns with their types, those of a source without types as text."""

    def __init__(self, stream: IO[bytes], columns: Sequence[str]) -> None:
        super().__init__(columns)
        self._stream = stream
        self._writer: Any = None
        self._results: list[Result] = []
        self._characters = 0

    def write(self, result: Result) -> None:
        """Append one row."""
        self._results.append(result)
        self._characters += max(len(result.analysis.text), result.row.characters)
        if len(self._results) >= GROUP_ROWS or self._characters >= GROUP_CHARACTERS:
            self._flush()

    def close(self) -> None:
        """Write the last row group and the footer."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if not self._results and self._writer is not None:
            return
        table = self._own_table()
        cells = list(zip(*(table_cells(result.analysis) for result in self._results), strict=True))
        for (name, kind), column in zip(TABLE_COLUMNS.items(), cells or [()] * len(TABLE_COLUMNS), strict=True):
            values = [encodable(cell) if isinstance(cell, str) else cell for cell in column]
            table = table.append_column(name, pa.array(values, _ARROW_TYPES[kind]))
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._stream, table.schema)
        self._writer.write_table(table)
        self._results, self._characters = [], 0

    def _own_table(self) -> Any:
        rows = [result.row.fields for result in self._results]
        arrow = [fields for fields in rows if isinstance(fields, ArrowFields)]
        if rows and len(arrow) == len(rows):
            runs = [batch.slice(start, length) for batch, start, length in _runs(arrow)]
            return pa.Table.from_batches(runs)
        own = [map(_text, self._own(result.row)) for result in self._results]
        columns = list(zip(*own, strict=True)) or [()] * len(self._columns)
        return pa.table([pa.array(column, pa.string()) for column in columns], names=list(self._columns))


class ParquetMentions(Writer):
    """Writes the table of mentions."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._schema = pa.schema([(name, _ARROW_TYPES[kind]) for name, kind in MENTION_COLUMNS.items()])
        self._writer = pq.ParquetWriter(stream, self._schema)
        self._rows: list[Cells] = []

    def write(self, result: Result) -> None:
        """Append the mentions of one row."""
        self._rows.extend(mention_rows(result))
        if len(self._rows) >= GROUP_ROWS:
            self._flush()

    def close(self) -> None:
        """Write the last row group and the footer."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        columns = zip(*self._rows, strict=True) if self._rows else [()] * len(self._schema)
        arrays = [
            pa.array([encodable(cell) if isinstance(cell, str) else cell for cell in column], kind)
            for column, kind in zip(columns, self._schema.types, strict=True)
        ]
        self._writer.write_table(pa.table(arrays, self._schema))
        self._rows = []


def _text(value: Any) -> str | None:
    return None if value is None else encodable(as_text(value))


def _runs(rows: Sequence[ArrowFields]) -> list[tuple[Any, int, int]]:
    """Return the rows as slices (batch, start, length), neighbours of one batch together."""
    runs: list[tuple[Any, int, int]] = []
    for fields in rows:
        if runs and runs[-1][0] is fields.batch and sum(runs[-1][1:]) == fields.index:
            runs[-1] = (*runs[-1][:2], runs[-1][2] + 1)
        else:
            runs.append((fields.batch, fields.index, 1))
    return runs


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
