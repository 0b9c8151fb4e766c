"""JSON files: an array of objects, also within an object, read as a stream; or JSON lines after all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import ijson

from stemme.errors import StemmeError
from stemme.exports.compression import Unpacked, open_bytes
from stemme.exports.jsonl import fields_of
from stemme.exports.reader import Reader, Unreadable

MAX_DEPTH = 200
"""Levels of a JSON file: ijson names every level by all those around it, so deep ones would fill the memory."""

_LEVELS = {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}
_SPACE = b" \t\r\n\xef\xbb\xbf"
_HEAD = 1 << 16


class JsonArrayReader(Reader):
    """The objects of the first array of a JSON file; read once beforehand, as JSON lines are."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self._path = path
        self._file: Unpacked | None = None
        names: dict[str, None] = {}
        with open_bytes(path) as file:
            self._prefix = _array(file, self.name)
        total = 0
        for total, record in enumerate(self._items(), 1):  # noqa: B007  (the count is what is wanted)
            if not isinstance(record, Unreadable):
                names.update(dict.fromkeys(record))
        self.columns, self.total = tuple(names), total
        self.notes = [f'the list "{self._prefix.removesuffix(".item")}"'] if self._prefix != "item" else []

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _records(self) -> Iterator[Mapping[str, Any] | Unreadable]:
        yield from self._items()

    def _items(self) -> Iterator[Mapping[str, Any] | Unreadable]:
        self.close()
        self._file = open_bytes(self._path)
        skip_mark(self._file)
        number = 0
        try:
            for value in ijson.items(ijson.parse(_shallow(self._file)), self._prefix):
                number += 1
                try:
                    yield fields_of(_plain(value))
                except ValueError as error:
                    yield Unreadable(str(error), {})
        except (ijson.JSONError, UnicodeDecodeError, OverflowError, ValueError) as error:
            reason = f"not JSON after object {number}: {_first_line(error)}"
            if not number:
                raise StemmeError(f"{self.name}: {reason}") from error
            # Nobody can tell how many objects are lost: they are one row of the errors, however many.
            yield Unreadable(f"{reason}; all that follows is lost", {})


def is_array(path: Path) -> bool:
    """Return whether a JSON file holds one value over many lines, rather than one object a line."""
    with open_bytes(path) as file:
        head = file.read(_HEAD).lstrip(_SPACE)
    if not head.startswith(b"{"):
        return head.startswith(b"[")
    lines = head.splitlines()
    if not lines[0].rstrip().endswith(b"}"):
        return True
    if len(lines) > 1 or b"[" not in lines[0]:
        return False
    with open_bytes(path) as file, contextlib.suppress(StemmeError):
        return bool(_array(file, str(path)))
    return False


def skip_mark(file: Unpacked) -> None:
    """Leave out a byte order mark, if the file begins with one."""
    if file.peek(3).startswith(b"\xef\xbb\xbf"):
        file.read(3)


def _array(file: Unpacked, name: str) -> str:
    """Return the prefix, as ijson writes it, of the objects in the first array that holds any."""
    skip_mark(file)
    before = ""
    try:
        for prefix, event, _ in ijson.parse(_shallow(file)):
            if event == "start_map" and before == "start_array":
                return str(prefix)
            if event == "string" and before == "start_array" and prefix == "item":
                return str(prefix)
            before = event
    except (ijson.JSONError, UnicodeDecodeError, OverflowError, ValueError) as error:
        raise StemmeError(f"{name}: not JSON: {_first_line(error)}") from error
    raise StemmeError(f"{name}: there is no list of objects in this JSON file")


def _shallow(file: Unpacked) -> Iterator[tuple[str, Any]]:
    """Yield the events of the file; ValueError where one lies too deep."""
    depth = 0
    for event in ijson.basic_parse(file):
        depth += _LEVELS.get(event[0], 0)
        if depth > MAX_DEPTH:
            raise ValueError(f"nested deeper than the {MAX_DEPTH} levels that are read")
        yield event


def _plain(value: Any) -> Any:
    """Return the value with floats for decimals: ijson can give floats only where it refuses long integers."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
