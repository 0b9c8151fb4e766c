"""Reports as tables for people."""

from __future__ import annotations

from stemme.training.evaluate import FIGURES, Report


def table(report: Report) -> str:
    """Return a Markdown table of a report: a row a figure, a column a language."""
    languages = list(report)
    rows = [f"| | {' | '.join(languages)} |", f"|---|{'---:|' * len(languages)}"]
    for name in FIGURES:
        values = [report[lang][name] for lang in languages]
        shown = [f"{value:.0f}" if name == "records" else f"{value:.3f}" for value in values]
        rows.append(f"| {name.replace('_', ' ')} | {' | '.join(shown)} |")
    return "\n".join(rows)
