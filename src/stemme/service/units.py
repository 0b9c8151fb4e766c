"""Offsets in the units that other languages count in: JavaScript and Java UTF-16, C and Go bytes of UTF-8."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypeVar

import numpy as np

from stemme.analysis import Analysis, Complaint, Need, Sentence

Unit = Literal["codepoint", "utf16", "byte"]
"""What offsets count: code points as Python does, code units of UTF-16, or bytes of UTF-8."""

_Item = TypeVar("_Item", Sentence, Need, Complaint)


def in_unit(analysis: Analysis, unit: Unit) -> Analysis:
    """Return the analysis with its offsets counted in another unit than code points."""
    if unit == "codepoint" or analysis.text.isascii():
        return analysis
    points = np.frombuffer(analysis.text.encode("utf-32-le", "surrogatepass"), "<u4")
    beyond = (0xFFFF,) if unit == "utf16" else (0x7F, 0x7FF, 0xFFFF)
    widths = 1 + sum((points > last).astype(np.int64) for last in beyond)
    places = [0, *np.cumsum(widths).tolist()]

    def moved(items: list[_Item]) -> list[_Item]:
        return [replace(item, start=places[item.start], end=places[item.end]) for item in items]

    return replace(
        analysis,
        sentences=moved(analysis.sentences),
        needs=moved(analysis.needs),
        complaints=moved(analysis.complaints),
    )
