"""Offsets in the units that other languages count in: JavaScript and Java UTF-16, C and Go bytes of UTF-8."""

from __future__ import annotations

from typing import Literal

import numpy as np

Unit = Literal["codepoint", "utf16", "byte"]
"""What offsets count: code points as Python does, code units of UTF-16, or bytes of UTF-8."""


def boundaries(text: str, unit: Unit) -> list[int]:
    """Return the offset before each code point of a text, and the one at its end, counted in a unit."""
    if unit == "codepoint" or text.isascii():
        return list(range(len(text) + 1))
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    beyond = (0xFFFF,) if unit == "utf16" else (0x7F, 0x7FF, 0xFFFF)
    widths = 1 + sum((points > last).astype(np.int64) for last in beyond)
    return [0, *np.cumsum(widths).tolist()]
