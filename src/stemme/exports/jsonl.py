"""JSONL: one JSON object a line, in files and through pipes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NoReturn

from stemme.exports.cells import as_json
from stemme.exports.compression import open_bytes
from stemme.exports.reader import Reader, Unreadable
from stemme.exports.writer import Result, Writer

MAX_LINE = 1 << 26
"""Bytes of the longest line; the largest comment there is fits in many times."""

_SHOWN = 10_000
"""Bytes of a broken line that the report of errors shows."""

BARE_TEXT_FIELD = "text"
"""The field that a line which is only a JSON string stands for."""


class JsonlReader(Reader):
    """JSON objects, one a line, or bare JSON strings; blank lines are skipped.

    A file is read once beforehand, so that its columns and its length are known at the start. A pipe cannot
    be, so there only the first object that can be read tells the columns.

    Args:
        stream: The lines.
        name: What messages call them.
        live: Whether they come through a pipe.
        again: Opens the stream once more, for the rows after the survey.
    """

    def __init__(
        self, stream: IO[bytes], name: str, *, live: bool = False, again: Callable[[], IO[bytes]] | None = None
    ) -> None:
        super().__init__(name)
        self._stream = stream
        self._line = 0
        self.live = live
        self._first: list[Mapping[str, Any] | Unreadable] = []
        if live or again is None:
            for record in self._objects():
                self._first.append(record)
                if not isinstance(record, Unreadable):
                    self.columns = tuple(record)
                    break
        else:
            self._survey()
            stream.close()
            self._stream = again()

    @classmethod
    def open(cls, path: Path) -> JsonlReader:
        """Open a file."""
        return cls(open_bytes(path), str(path), again=lambda: open_bytes(path))

    def close(self) -> None:
        """Close the file; a pipe is left to the process."""
        if not self.live:
            self._stream.close()

    def _survey(self) -> None:
        names: dict[str, None] = {}
        total = 0
        for total, fields in enumerate(self._objects(), 1):  # noqa: B007  (the count is what is wanted)
            if not isinstance(fields, Unreadable):
                names.update(dict.fromkeys(fields))
        self.columns, self.total = tuple(names), total
        self._line = 0

    def _records(self) -> Iterator[Mapping[str, Any] | Unreadable]:
        yield from self._first
        yield from self._objects()

    def _objects(self) -> Iterator[Mapping[str, Any] | Unreadable]:
        while line := self._stream.readline(MAX_LINE):
            self._line += 1
            if len(line) == MAX_LINE:
                while not line.endswith(b"\n") and (line := self._stream.readline(MAX_LINE)):
                    pass
                yield Unreadable(f"line {self._line}: longer than {MAX_LINE:,} bytes", {})
                continue
            if self._line == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line.strip():
                yield self._object(line.rstrip(b"\r\n"))

    def _object(self, line: bytes) -> Mapping[str, Any] | Unreadable:
        try:
            return fields_of(json.loads(line.decode("utf-8"), parse_constant=_refuse_constant))
        except UnicodeDecodeError as error:
            reason = f"not UTF-8 at byte {error.start + 1}; JSON is UTF-8"
        except json.JSONDecodeError as error:
            reason = f"not JSON: {error.msg} at character {error.pos + 1}; one JSON object a line is needed"
        except RecursionError:
            reason = "JSON nested too deep"
        except ValueError as error:
            reason = str(error).partition(";")[0]
        shown = line[:_SHOWN].decode("utf-8", "replace")
        return Unreadable(f"line {self._line}: {reason}", {"line": shown})


def fields_of(value: Any) -> Mapping[str, Any]:
    """Return a JSON value as the fields of a row; ValueError or RecursionError where it is none."""
    as_json(value)  # writing it again nests deeper than reading it
    if isinstance(value, str):
        return {BARE_TEXT_FIELD: value}
    if not isinstance(value, dict):
        kind = {list: "an array", type(None): "null", bool: "true or false"}.get(type(value), "a number")
        raise ValueError(f"a JSON object is needed, not {kind}")
    return value


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
