"""JSONL: one JSON object a line, in files and through pipes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NoReturn

from stemme.errors import StemmeError
from stemme.exports.cells import as_json
from stemme.exports.reader import Reader
from stemme.exports.writer import Result, Writer

MAX_LINE = 1 << 26
"""Bytes of the longest line; the largest comment there is fits in many times."""

BARE_TEXT_FIELD = "text"
"""The field that a line which is only a JSON string stands for."""


class JsonlReader(Reader):
    """JSON objects, one a line, or bare JSON strings; blank lines are skipped.

    A file is read once beforehand, so that its columns, its length and its errors are known at the start. A
    pipe cannot be, so there only the first object tells the columns.
    """

    def __init__(self, stream: IO[bytes], name: str, *, live: bool = False) -> None:
        super().__init__(name)
        self._stream = stream
        self._line = 0
        self.live = live
        self._first: Mapping[str, Any] | None = None
        if live:
            self._first = next(self._objects(), None)
            self.columns = tuple(self._first or ())
        else:
            self._survey()

    @classmethod
    def open(cls, path: Path) -> JsonlReader:
        """Open a file."""
        return cls(path.open("rb"), str(path))

    def close(self) -> None:
        """Close the file; a pipe is left to the process."""
        if not self.live:
            self._stream.close()

    def _survey(self) -> None:
        names: dict[str, None] = {}
        total = 0
        for total, fields in enumerate(self._objects(), 1):  # noqa: B007  (the count is what is wanted)
            names.update(dict.fromkeys(fields))
        self.columns, self.total = tuple(names), total
        self._stream.seek(0)
        self._line = 0

    def _records(self) -> Iterator[Mapping[str, Any]]:
        if self._first is not None:
            yield self._first
        yield from self._objects()

    def _objects(self) -> Iterator[Mapping[str, Any]]:
        while line := self._stream.readline(MAX_LINE):
            self._line += 1
            if len(line) == MAX_LINE:
                self._refuse_line(f"longer than {MAX_LINE:,} bytes")
            if self._line == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line.strip():
                yield self._object(line.rstrip(b"\r\n"))

    def _object(self, line: bytes) -> Mapping[str, Any]:
        try:
            value = json.loads(line.decode("utf-8"), parse_constant=_refuse_constant)
            as_json(value)  # writing it again nests deeper than reading it
        except UnicodeDecodeError as error:
            self._refuse_line(f"not UTF-8 at byte {error.start + 1}; JSON is UTF-8")
        except json.JSONDecodeError as error:
            self._refuse_line(f"not JSON: {error.msg} at character {error.pos + 1}; one JSON object a line is needed")
        except RecursionError:
            self._refuse_line("JSON nested too deep")
        except ValueError as error:
            self._refuse_line(str(error).partition(";")[0])
        if isinstance(value, str):
            return {BARE_TEXT_FIELD: value}
        if not isinstance(value, dict):
            kind = {list: "an array", type(None): "null", bool: "true or false"}.get(type(value), "a number")
            self._refuse_line(f"a JSON object is needed, not {kind}")
        return value

    def _refuse_line(self, reason: str) -> NoReturn:
        raise StemmeError(f"{self.name}: line {self._line}: {reason}")


class JsonlWriter(Writer):
    """Writes the output schema: the id, then the analysis, then with `keep_input` the fields of the row.

    Args:
        stream: Where the bytes go.
        keep_input: Whether the row goes along under "input".
        live: Whether somebody reads along, so that every line is to leave at once.
    """

    def __init__(self, stream: IO[bytes], *, keep_input: bool = False, live: bool = False) -> None:
        super().__init__()
        self._stream = stream
        self._keep_input = keep_input
        self._live = live

    def write(self, result: Result) -> None:
        """Append one line."""
        record = {"id": result.id, **result.analysis.to_dict()}
        if self._keep_input:
            record["input"] = as_json(result.row.fields)
        self._stream.write(_encoded(record) + b"\n")
        if self._live:
            self._stream.flush()

    def close(self) -> None:
        """Flush what is buffered."""
        self._stream.flush()


def _encoded(record: Any) -> bytes:
    try:
        return json.dumps(record, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except UnicodeEncodeError:
        # A lone surrogate, which JSON can only carry as an escape.
        return json.dumps(record, allow_nan=False).encode("ascii")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
