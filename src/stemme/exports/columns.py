"""Finding the column that holds the text, and the one that holds the id."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stemme.errors import UsageError
from stemme.exports.printable import listed
from stemme.exports.reader import Row
from stemme.exports.text_names import TEXT_NAMES, WEAK_TEXT_NAMES

SAMPLE_ROWS = 300
"""Rows that are looked at to find the text column."""

ID_COLUMN = "id"
"""A column of exactly this name holds the ids where nothing else is said."""

_WORDS = re.compile(r"[\s_\-./:()\[\]]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_PROSE = re.compile(r"(https?://|www\.)\S+|\S+@\S+\.\S+|[0-9a-fA-F-]{16,}")

_LONGEST = 2000
"""Characters of one value that count: a single dump of HTML is not a column of comments."""


@dataclass(frozen=True, slots=True)
class TextColumn:
    """The column that was chosen and why, in words that complete "text from …"."""

    name: str
    reason: str


def choose_text_column(columns: Sequence[str], sample: Sequence[Row], wanted: str | None = None) -> TextColumn:
    """Return the column that holds the text.

    The wanted one, else one that is called like a text column, else the one that holds the most prose in the
    sample.

    Raises:
        UsageError: The wanted column does not exist, or nothing looks like text.
    """
    if wanted is not None:
        _require(columns, wanted, "--text-column")
        return TextColumn(wanted, "as told")
    prose = {name: _prose(row.fields.get(name) for row in sample) for name in columns}
    for names in (TEXT_NAMES, WEAK_TEXT_NAMES):
        # A rating may be called "feedback" too, so a column without a single letter is passed over.
        if named := [name for name in columns if folded(name) in names and _may_be_text(name, sample)]:
            return TextColumn(max(named, key=prose.__getitem__), "by its name")
    most = max(prose.values(), default=0)
    if most:
        named = [name for name in columns if _mentions_text(name) and prose[name] >= most / 3]
        if named:
            return TextColumn(max(named, key=prose.__getitem__), "by its name")
        return TextColumn(max(columns, key=prose.__getitem__), "the longest prose")
    if len(columns) == 1:
        return TextColumn(columns[0], "the only column")
    raise UsageError(f"no column looks like text; name it with --text-column. Columns: {listed(columns)}")


def choose_id_column(columns: Sequence[str], wanted: str | None = None, *, complete: bool = True) -> str | None:
    """Return the column that holds the ids, None where the row number is the id.

    Args:
        columns: The names.
        wanted: The one that was asked for.
        complete: Whether later rows have no other columns; through a pipe they may.

    Raises:
        UsageError: The wanted column does not exist.
    """
    if wanted is not None:
        _require(columns, wanted, "--id-column")
        return wanted
    return ID_COLUMN if ID_COLUMN in columns or not complete else None


def names_text(fields: Mapping[str, Any]) -> int:
    """Return how clearly a row names its text: 2 by a name that says it, 1 by one that often does, 0 by none."""
    named = {folded(name) for name, value in fields.items() if _has_letters(value)}
    return 2 if named & TEXT_NAMES else int(bool(named & WEAK_TEXT_NAMES))


def _require(columns: Sequence[str], name: str, option: str) -> None:
    if name not in columns:
        raise UsageError(f'{option}: there is no column "{name}". Columns: {listed(columns)}')


def folded(name: str) -> str:
    """Return the name as `TEXT_NAMES` writes names: "Fri tekst:" and "friTekst" are fri_tekst."""
    words = _WORDS.sub("_", _CAMEL.sub("_", unicodedata.normalize("NFC", name)))
    return words.strip("_").casefold()


def _mentions_text(name: str) -> bool:
    names = TEXT_NAMES | WEAK_TEXT_NAMES
    key = folded(name)
    # Chinese writes no spaces: 您的宝贵意见 mentions 意见.
    return any(word in names for word in key.split("_")) or any(part in key for part in names if _is_han(part))


def _is_han(word: str) -> bool:
    return all("\u4e00" <= character <= "\u9fff" for character in word)


def _may_be_text(name: str, sample: Sequence[Row]) -> bool:
    values = [value for row in sample if (value := row.fields.get(name)) not in (None, "")]
    return not values or any(map(_has_letters, values))


def _has_letters(value: Any) -> bool:
    return isinstance(value, str) and any(map(str.isalpha, value))


def _prose(values: Iterable[Any]) -> int:
    """Return how much prose there is, each text counted once: a product's name is repeated in every row."""
    distinct = {value[:_LONGEST] for value in values if isinstance(value, str)}
    # One Chinese character says about what three letters say.
    return sum(len(value) + 2 * sum(map(_is_han, value)) for value in distinct if _is_prose(value))


def _is_prose(value: str) -> bool:
    letters = [character for character in value if character.isalpha()]
    written_without_spaces = any(not letter.isascii() for letter in letters)
    separate_words = len(value.split()) > 1
    return len(letters) > 1 and (separate_words or written_without_spaces) and not _NOT_PROSE.fullmatch(value.strip())
