"""Finding the row that names the columns: survey tools write titles above it and codes below it."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence

from stemme.errors import UsageError
from stemme.exports.columns import ID_COLUMN, folded
from stemme.exports.reading import Reading
from stemme.exports.text_names import TEXT_NAMES, WEAK_TEXT_NAMES

SAMPLE_ROWS = 60
"""Rows that are looked at."""

_MOST_ABOVE = 10
_LONGEST_NAME = 200
_NUMBER = re.compile(r"[\d\s.,:/+-]+")
_KNOWN = TEXT_NAMES | WEAK_TEXT_NAMES | {ID_COLUMN}
_KINDS = ("", "Response", "Open-Ended Response")
_IMPORT_ID = re.compile(r'\{"ImportId": ?".+\}')
"""What the cells of Qualtrics' third row are."""


def find_header(rows: Sequence[Sequence[str]], reading: Reading) -> int:
    """Return the index of the row with the column names among the first rows, which are not blank.

    It is the first one, unless that fills fewer cells than most rows and another one fills them with what looks like
    names.

    Raises:
        UsageError: A row was asked for that does not exist.
    """
    if reading.header_row is not None:
        if not 1 <= reading.header_row <= len(rows):
            raise UsageError(f"--header-row {reading.header_row}: there are {len(rows)} rows to choose from")
        return reading.header_row - 1
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    width = statistics.median_high(filled)
    if width < 2 or filled[0] >= width or _knows(rows[0]):
        return 0
    for index in range(1, min(_MOST_ABOVE, len(rows) - 1)):
        # Where the first row nearly is a header, only a name that is known says that another one is.
        if filled[index] >= width and (_knows(rows[index]) or filled[0] > width / 2):
            return index if _knows(rows[index]) else 0
        if filled[index] > width / 2 and filled[0] <= width / 2:
            return index if _like_names(rows[index], filled[index]) else 0
    return 0


def codes_below(rows: Sequence[Sequence[str]], header: int) -> int:
    """Return how many rows under the header are no answers, but what Qualtrics or SurveyMonkey say of the columns."""
    below = rows[header + 1 : header + 3]
    if len(below) == 2 and below[1] and all(map(_IMPORT_ID.fullmatch, below[1])):
        return 2
    if below and "Open-Ended Response" in below[0] and all(cell in _KINDS for cell in below[0]):
        return 1
    return 0


def header_notes(header: int, codes: int) -> list[str]:
    """Return what is to be said of the rows that were passed over."""
    notes = []
    if header:
        notes.append(f"{header} line{'s' if header > 1 else ''} above the header left out")
    if codes:
        notes.append(f"{codes} row{'s' if codes > 1 else ''} of question texts and codes left out")
    return notes


def _knows(row: Sequence[str]) -> bool:
    """Return whether one of the cells is a name that is known."""
    return any(folded(cell) in _KNOWN for cell in row)


def _like_names(row: Sequence[str], filled: int) -> bool:
    names = [cell.strip() for cell in row if cell.strip()]
    if any(len(name) > _LONGEST_NAME or _NUMBER.fullmatch(name) for name in names):
        return False
    # Two columns may be a comma in a sentence, so there one of them must have a name that is known.
    return filled > 2 or _knows(row)
