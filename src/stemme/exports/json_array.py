"""JSON files: an array of objects, also within an object, read as a stream; or JSON lines after all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import ijson

from stemme.errors import StemmeError
from stemme.exports.columns import names_text
from stemme.exports.compression import Unpacked, open_bytes
from stemme.exports.jsonl import fields_of
from stemme.exports.printable import printable
from stemme.exports.reader import Reader, Unreadable

MAX_DEPTH = 200
"""Levels of a JSON file: ijson names every level by all those around it, so deep ones would fill the memory."""

_LEVELS = {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}
_SPACE = b" \t\r\n\xef\xbb\xbf"
_HEAD = 1 << 16
_NAMED = 5
"""So many of the lists that are not read are named: there may be one under every key."""

_NAME_WIDTH = 60
"""Terminal cells of such a name."""


class JsonArrayReader(Reader):
    """The objects of one list of a JSON file; read once beforehand, as JSON lines are.

    Of several lists of objects it is the one with a column that is called like text, else the longest.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self._path = path
        self._file: Unpacked | None = None
        chosen, broken = _List(""), ""
        left: list[str] = []
        more = 0
        with open_bytes(path) as file:
            for prefix, values in groupby(_values(file), itemgetter(0)):
                if not prefix:
                    broken = next(values)[1]
                    break
                found = _survey(prefix, values)
                if found.rank > chosen.rank:
                    chosen, found = found, chosen
                if found.prefix and len(left) < _NAMED:
                    left.append(str(found))
                elif found.prefix:
                    more += 1
        if not chosen.prefix:
            reason = f"not JSON: {broken}" if broken else "there is no list of objects in this JSON file"
            raise StemmeError(f"{self.name}: {reason}")
        self._prefix = chosen.prefix
        self.columns, self.total = tuple(chosen.columns), chosen.objects + bool(broken)
        self.notes = [f'the list "{chosen.name}"'] if chosen.prefix != "item" else []
        if left:
            self.notes.append(f"not read: {', '.join(left)}{f' and {more:,} more lists' if more else ''}")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _records(self) -> Iterator[Mapping[str, Any] | Unreadable]:
        self.close()
        self._file = open_bytes(self._path)
        number = 0
        for prefix, value in _values(self._file):
            if not prefix:
                # Nobody can tell how many objects are lost: they are one row of the errors, however many.
                yield Unreadable(f"not JSON after object {number}: {value}; all that follows is lost", {})
            elif prefix == self._prefix:
                number += 1
                try:
                    yield fields_of(value)
                except ValueError as error:
                    yield Unreadable(str(error), {})


@dataclass(slots=True)
class _List:
    """What is known of a list of objects.

    Attributes:
        prefix: Of its values, as ijson writes it.
        objects: How many there are.
        columns: All of theirs.
        text: How clearly one of them is called like text.
    """

    prefix: str
    objects: int = 0
    columns: dict[str, None] = field(default_factory=dict)
    text: int = 0

    @property
    def name(self) -> str:
        return self.prefix.removesuffix(".item")

    @property
    def rank(self) -> tuple[int, int]:
        return self.text, self.objects

    def __str__(self) -> str:
        return f'{self.objects:,} object{"s" if self.objects > 1 else ""} of "{printable(self.name, _NAME_WIDTH)}"'


def _survey(prefix: str, values: Iterable[tuple[str, Any]]) -> _List:
    found = _List(prefix)
    for _, value in values:
        found.objects += 1
        with contextlib.suppress(ValueError):
            fields = fields_of(value)
            found.columns.update(dict.fromkeys(fields))
            found.text = max(found.text, names_text(fields))
    return found


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
    with open_bytes(path) as file:
        return any(prefix for prefix, _ in _values(file))


def skip_mark(file: Unpacked) -> None:
    """Leave out a byte order mark, if the file begins with one."""
    if file.peek(3).startswith(b"\xef\xbb\xbf"):
        file.read(3)


def _values(file: Unpacked) -> Iterator[tuple[str, Any]]:
    """Yield what stands in the lists of objects, in order, each value with its prefix as ijson writes it.

    A list that stands in an object of another list is part of that object. Where the file breaks off, the last value is
    the reason, under no prefix.
    """
    skip_mark(file)
    # Of everything that is open: whether it is a list of objects, None where its first value will tell.
    around: list[bool | None] = [False]
    builder, whole = None, ""
    try:
        for prefix, event, value in ijson.parse(_shallow(file)):
            if builder is not None:
                builder.event(event, value)
                if prefix == whole and event in ("end_map", "end_array"):
                    yield prefix, _plain(builder.value)
                    builder = None
                continue
            if event in ("end_map", "end_array"):
                around.pop()
            if event in ("end_map", "end_array", "map_key"):
                continue
            if around[-1] is None:
                around[-1] = event == "start_map" or (event == "string" and prefix == "item")
            opens = event in ("start_map", "start_array")
            if opens and around[-1]:
                builder, whole = ijson.ObjectBuilder(), prefix
                builder.event(event, value)
            elif opens:
                around.append(None if event == "start_array" else False)
            elif around[-1]:
                yield prefix, _plain(value)
    except (ijson.JSONError, UnicodeDecodeError, OverflowError, ValueError) as error:
        yield "", str(error).partition("\n")[0]


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
