"""What a report counts. Every count carries the filter that leads to the texts behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from stemme.labels import ORIENTATIONS, SEVERITIES
from stemme.report.groups import Group
from stemme.report.results import Found, Result

QUOTATIONS = 3
"""Mentions that are quoted for a topic."""

_READABLE = range(8, 81)
"""Characters of a quotation that is read at a glance."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A number with the address, on the page, of the texts behind it."""

    row: str
    column: str
    count: int
    link: str


@dataclass(frozen=True, slots=True)
class Table:
    """Counts by row and column.

    Attributes:
        name: Identifies it on the page.
        title: Its heading.
        rows: Names of the rows, in order.
        columns: Names of the columns, in order.
        cells: By row, then column; every pair is there.
    """

    name: str
    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]

    def row(self, name: str) -> list[Cell]:
        """Return the cells of a row, in the order of the columns."""
        return [cell for cell in self.cells if cell.row == name]


@dataclass(frozen=True, slots=True)
class Quotation:
    """A mention and the text that it stands in."""

    mention: Found
    lang: str
    link: str


def link(**filters: str | int) -> str:
    """Return the address of the texts that pass the filters."""
    return "#" + urlencode(filters)


def by_orientation(name: str, title: str, key: str, group: Group, texts: Sequence[Result]) -> Table:
    """Count orientations for each value of a group; `key` names the group in addresses."""
    counts = Counter((value, text.orientation) for value, text in zip(group.values, texts, strict=True))
    cells = tuple(
        Cell(value, orientation, counts[value, orientation], link(**{key: value, "orientation": orientation}))
        for value in group.order
        for orientation in ORIENTATIONS
    )
    return Table(name, title, group.order, ORIENTATIONS, cells)


def complaints_by_severity(texts: Sequence[Result]) -> Table:
    """Count complaints by topic and severity, the most frequent topic first."""
    found = [m for text in texts for m in text.mentions if m.severity is not None]
    counts = Counter((m.topic, str(m.severity)) for m in found)
    topics = tuple(topic for topic, _ in Counter(m.topic for m in found).most_common())
    cells = tuple(
        Cell(topic, str(s), counts[topic, str(s)], link(kind="complaint", topic=topic, severity=s))
        for topic in topics
        for s in SEVERITIES
    )
    return Table("complaints", "Complaints by topic and severity", topics, tuple(map(str, SEVERITIES)), cells)


def needs_by_topic(texts: Sequence[Result]) -> Table:
    """Count needs by topic, the most frequent first."""
    counts = Counter(m.topic for text in texts for m in text.mentions if m.kind == "need")
    cells = tuple(Cell(t, "needs", n, link(kind="need", topic=t)) for t, n in counts.most_common())
    return Table("needs", "Needs by topic", tuple(cell.row for cell in cells), ("needs",), cells)


def quotations(kind: str, topic: str, texts: Sequence[Result]) -> list[Quotation]:
    """Return mentions that stand for a topic: the severest, of several languages, neither stubs nor paragraphs."""
    found = [
        Quotation(m, text.lang, link(row=row))
        for row, text in enumerate(texts, 1)
        for m in text.mentions
        if m.kind == kind and m.topic == topic
    ]
    found.sort(key=lambda q: (-(q.mention.severity or 0), len(q.mention.text) not in _READABLE))
    taken: list[Quotation] = []
    for fresh in (True, False):
        for quotation in found:
            known = {q.lang for q in taken}
            if len(taken) < QUOTATIONS and quotation not in taken and (quotation.lang not in known) == fresh:
                taken.append(quotation)
    return taken
