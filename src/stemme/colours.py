"""The colours of labels, the same in charts, pages and notebooks."""

from __future__ import annotations

COLOURS = {
    "centric": "#1f7a6d",
    "focused": "#d07a2d",
    "mixed": "#7b5ea7",
    "neither": "#8b95a1",
    "1": "#e3b23c",
    "2": "#d8652f",
    "3": "#9e2440",
    "needs": "#2f6db5",
}
"""By label: orientations and frames, severities of complaints, and needs."""
