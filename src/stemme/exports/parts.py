"""A run is cut into parts: fixed ranges of rows, each analysed by itself and kept when it is done.

Where a part ends follows from the rows alone, never from time: which texts share a batch of the network can move
the last digits of their scores, and the same export is to give the same results however often a run was
interrupted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass

from stemme.exports.cells import as_text
from stemme.exports.reader import Row

MOST_ROWS = 1024
"""Rows of a part. The first ones are smaller, so that the first results come soon."""

MOST_CHARACTERS = 1_000_000
"""Characters of a part's texts, beyond its first one, so that memory is bounded."""

MOST_HELD = 16_000_000
"""Characters of all cells of a part, beyond its first row: several parts are held at a time."""


@dataclass(frozen=True, slots=True)
class Part:
    """A range of rows.

    Attributes:
        number: From 0.
        rows: In order.
        texts: What is to be analysed of each row; None where the row cannot be, and `problems` says why.
        problems: By position within the part.
    """

    number: int
    rows: list[Row]
    texts: list[str | None]
    problems: dict[int, str]

    @property
    def digest(self) -> str:
        """What the part's texts come to: a part that was kept fits only the same ones."""
        digest = hashlib.blake2b(digest_size=16)
        for text in self.texts:
            data = b"" if text is None else text.encode("utf-8", "surrogatepass")
            digest.update(b"%d:%b" % (-1 if text is None else len(data), data))
        return digest.hexdigest()


def cut(
    rows: Iterable[Row],
    text_column: str,
    smallest: int,
    largest: int = MOST_ROWS,
    characters: int = MOST_CHARACTERS,
    unfit: Callable[[Row], str | None] = lambda _: None,
) -> Generator[Part]:
    """Yield the parts of the rows.

    Args:
        rows: In order.
        text_column: The column of the texts.
        smallest: Rows of the first part; each one has twice as many as the one before it.
        largest: Rows of a part at the most; 1 makes every row a part of its own.
        characters: Of the texts of a part at the most.
        unfit: Says why the output cannot hold a row.
    """
    part = Part(0, [], [], {})
    limit, length, held = min(smallest, largest), 0, 0
    for row in rows:
        text, problem = text_of(row, text_column, unfit)
        size, whole = len(text or ""), row.characters
        full = length + size > characters or held + whole > MOST_HELD
        if part.rows and (len(part.rows) == limit or full):
            yield part
            part = Part(part.number + 1, [], [], {})
            limit, length, held = min(2 * limit, largest), 0, 0
        if problem:
            part.problems[len(part.rows)] = problem
        part.rows.append(row)
        part.texts.append(text)
        length, held = length + size, held + whole
        if len(part.rows) == limit:  # it leaves at once: through a pipe the next row may be long in coming
            yield part
            part = Part(part.number + 1, [], [], {})
            limit, length, held = min(2 * limit, largest), 0, 0
    if part.rows:
        yield part


def text_of(
    row: Row, column: str, unfit: Callable[[Row], str | None] = lambda _: None
) -> tuple[str | None, str | None]:
    """Return the row's text, or why there is none."""
    if problem := row.problem or unfit(row):
        return None, problem
    try:
        value = row.fields[column]
    except KeyError:  # not an empty text: what the customer wrote may stand in another field
        return None, f'no field "{column}"; give the field of the text this name, or null where there is no text'
    if isinstance(value, dict | list):
        kind = "an object" if isinstance(value, dict) else "a list"
        return None, f'"{column}" holds {kind}, not a text'
    return as_text(value), None
