"""An analysis whose offsets count what another language counts."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from stemme.analysis import Analysis, Complaint, Need, Sentence
from stemme.text.units import Unit, boundaries

_Item = TypeVar("_Item", Sentence, Need, Complaint)


def in_unit(analysis: Analysis, unit: Unit) -> Analysis:
    """Return the analysis with its offsets counted in another unit than code points."""
    if unit == "codepoint" or analysis.text.isascii():
        return analysis
    places = boundaries(analysis.text, unit)

    def moved(items: list[_Item]) -> list[_Item]:
        return [replace(item, start=places[item.start], end=places[item.end]) for item in items]

    return replace(
        analysis,
        sentences=moved(analysis.sentences),
        needs=moved(analysis.needs),
        complaints=moved(analysis.complaints),
    )
