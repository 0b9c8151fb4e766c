"""Reports as tables for people."""

from __future__ import annotations

from stemme.training.evaluate import FIGURES, Intervals, Report


def table(report: Report, intervals: Intervals | None = None) -> str:
    """Return a Markdown table of a report: a row a figure, a column a language; intervals stand behind a figure."""
    languages = list(report)
    rows = [f"| | {' | '.join(languages)} |", f"|---|{'---:|' * len(languages)}"]
    for name in FIGURES:
        shown = []
        for lang in languages:
            value = report[lang][name]
            cell = f"{value:.0f}" if name == "records" else f"{value:.3f}"
            if intervals and name in intervals[lang]:
                low, high = intervals[lang][name]
                cell += f" ({low:.2f} to {high:.2f})"
            shown.append(cell)
        rows.append(f"| {name.replace('_', ' ')} | {' | '.join(shown)} |")
    return "\n".join(rows)
