"""Reports as tables for people, and as JSON for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from stemme.training.evaluate import FIGURES, Intervals, Report


def as_json(report: Mapping[str, Any]) -> str:
    """Return figures by any names as JSON; null where there was nothing to measure."""
    return json.dumps(_measured(report), indent=1)


def _measured(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _measured(inner) for name, inner in value.items()}
    return None if isinstance(value, float) and math.isnan(value) else value


def shown(value: float) -> str:
    """Return a figure as a table shows it; a dash where there was nothing to measure."""
    return "–" if math.isnan(value) else f"{value:.3f}"


def table(report: Report, intervals: Intervals | None = None) -> str:
    """Return a Markdown table of a report: a row a figure, a column a language; intervals stand behind a figure."""
    languages = list(report)
    rows = [f"| | {' | '.join(languages)} |", f"|---|{'---:|' * len(languages)}"]
    for name in FIGURES:
        cells = []
        for lang in languages:
            value = report[lang][name]
            cell = f"{value:.0f}" if name == "records" else shown(value)
            if intervals and name in intervals[lang]:
                low, high = intervals[lang][name]
                cell += f" ({low:.2f} to {high:.2f})"
            cells.append(cell)
        rows.append(f"| {name.replace('_', ' ')} | {' | '.join(cells)} |")
    return "\n".join(rows)


def by_language(report: Report, names: Sequence[str]) -> str:
    """Return a Markdown table of some figures: a row a language, a column a figure."""
    rows = [f"| | {' | '.join(name.replace('_', ' ') for name in names)} |", f"|---|{'---:|' * len(names)}"]
    for lang, figures in report.items():
        cells = [f"{figures[name]:.0f}" if name == "records" else shown(figures[name]) for name in names]
        rows.append(f"| {lang} | {' | '.join(cells)} |")
    return "\n".join(rows)
