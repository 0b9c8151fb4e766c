"""What messages show of user text: safe on a terminal, and no longer than is read."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_JOINERS = "\u200c\u200d"
"""Format characters that belong to the writing itself: conjuncts in Indic scripts, emoji of several parts."""


def printable(text: str, width: int | None = None) -> str:
    """Return the text on one line without control characters, cut to `width` terminal cells with an ellipsis."""
    shown = " ".join("".join(_shown(character) for character in text).split())
    if width is None:
        return shown
    used = 0
    for position, character in enumerate(shown):
        used += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used > width:
            return f"{_whole_words(shown[: position - 1])}…"
    return shown


def _whole_words(cut: str) -> str:
    """Return the beginning of a text without its last word, where that is short: half a conjunct misspells it."""
    at_word = cut.rpartition(" ")[0]
    return (at_word if len(at_word) > len(cut) // 2 else cut).rstrip()


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Zl", "Zp", "Zs", "Cc"):
        return " "
    if category == "Cs":
        return "\ufffd"
    return "" if category == "Cf" and character not in _JOINERS else character


def listed(names: Sequence[str], limit: int = 30) -> str:
    """Return names as messages list them, not all of very many."""
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
