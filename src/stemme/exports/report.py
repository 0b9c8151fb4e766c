"""The summary as tables for people, on a terminal or as plain text."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stemme.exports.printable import printable
from stemme.exports.summary import Summary
from stemme.labels import MENTION_KINDS, ORIENTATIONS, MentionKind

MAX_TOPICS = 5
MAX_LANGUAGES = 20

_LANGUAGES = {
    "bn": "Bengali",
    "bn-Latn": "Bengali, romanised",
    "en": "English",
    "et": "Estonian",
    "nb": "Norwegian Bokmål",
    "nn": "Norwegian Nynorsk",
    "te": "Telugu",
    "te-Latn": "Telugu, romanised",
    "und": "undetermined",
    "zh": "Chinese",
    "zh-Hant": "Chinese, traditional",
}


def print_summary(summary: Summary, console: Console) -> None:
    """Print the rows per language, how many texts are empty, and the most frequent topics.

    User text goes in as `rich.text.Text`, so that markup in a comment stays what the customer typed.
    """
    console.print(_languages(summary))
    if summary.empty:
        verb = "is" if summary.empty == 1 else "are"
        console.print(f"{summary.empty:,} of {summary.rows:,} texts {verb} empty", highlight=False)
    for kind in MENTION_KINDS:
        table = _topics(summary, kind)
        if table.row_count:
            console.print(table)


def _languages(summary: Summary) -> Table:
    table = Table("language", box=SIMPLE_HEAD, show_footer=False)
    for name in ("rows", *ORIENTATIONS):
        table.add_column(name, justify="right")
    by_rows = sorted(summary.languages.items(), key=lambda item: (-item[1].total(), item[0]))
    for lang, counts in by_rows[:MAX_LANGUAGES]:
        cells = (f"{counts[orientation]:,}" for orientation in ORIENTATIONS)
        table.add_row(_named(lang), f"{counts.total():,}", *cells)
    if len(by_rows) > 1:
        table.add_section()
        sums = [sum(counts[orientation] for _, counts in by_rows) for orientation in ORIENTATIONS]
        table.add_row(f"all {len(by_rows)}", f"{summary.rows:,}", *(f"{number:,}" for number in sums))
    return table


def _topics(summary: Summary, kind: MentionKind) -> Table:
    # The example comes last, where it moves nothing: terminals disagree on the width of Indic letters.
    table = Table(f"{kind}s", box=SIMPLE_HEAD)
    table.add_column("mentions", justify="right")
    table.add_column("language")
    table.add_column("example", overflow="fold")
    for entry in summary.topics(kind)[:MAX_TOPICS]:
        example = entry.example
        lang, text = (example.lang, example.text) if example else ("", "")
        table.add_row(entry.topic, f"{entry.count:,}", Text(printable(lang)), Text(text))
    return table


def _named(lang: str) -> Text:
    return Text(f"{_LANGUAGES[lang]} ({lang})" if lang in _LANGUAGES else printable(lang))
