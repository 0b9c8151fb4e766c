"""Writes the report: one HTML page with everything in it, and no address outside."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources

import jinja2
from markupsafe import Markup

from stemme.colours import COLOURS
from stemme.exports.cells import encodable
from stemme.labels import ORIENTATIONS, SEVERITIES
from stemme.report.charts import draw
from stemme.report.groups import Group, groups_of, periods_of
from stemme.report.results import Found, Result, Results
from stemme.report.tables import (
    Table,
    by_orientation,
    complaints_by_severity,
    link,
    needs_by_topic,
    quotations,
)

MOST_TEXTS = 20_000
"""Texts that a page holds; of more, those with the severest complaints, and the page says so."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A table with its drawing."""

    table: Table
    svg: Markup


def render(results: Results, title: str, by: Sequence[str] = ()) -> str:
    """Return the report as HTML.

    Args:
        results: What `read_results` gives.
        title: Heading of the page.
        by: Columns to count by; found where none are said.

    Raises:
        UsageError: A column of `by` does not exist.
    """
    texts = results.texts
    periods = periods_of(results)
    languages = _languages(texts)
    groups = groups_of(results, by)
    charts = [_chart(by_orientation("lang", "By language", "lang", languages, texts))]
    for number, group in enumerate(groups):
        charts.append(_chart(by_orientation(f"group{number}", f"By {group.name}", f"g{number}", group, texts)))
    if periods is not None:
        table = by_orientation("period", f"Over time, by {periods.name}", "period", periods, texts)
        charts.append(_chart(table, upright=True))
    complaints, needs = complaints_by_severity(texts), needs_by_topic(texts)
    shown = _shown(texts)
    script = _asset("report.js")
    return (
        _environment()
        .get_template("report.html")
        .render(
            title=encodable(title),
            texts=len(texts),
            shown=len(shown),
            languages=len(languages.order),
            orientations=[(o, sum(t.orientation == o for t in texts), link(orientation=o)) for o in ORIENTATIONS],
            kinds=[
                (f"{kind}s", sum(m.kind == kind for t in texts for m in t.mentions), link(kind=kind))
                for kind in ("need", "complaint")
            ],
            span=(periods.order[0], periods.order[-1]) if periods else None,
            charts=charts,
            topics=[
                (kind, _chart(table), [(topic, quotations(kind, topic, texts)) for topic in table.rows])
                for kind, table in (("complaint", complaints), ("need", needs))
                if table.cells
            ],
            severities=SEVERITIES,
            colours=COLOURS,
            data=_embedded(texts, shown, groups, periods),
            style=Markup(_asset("report.css")),
            script=Markup(script),
            digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        )
    )


def _chart(table: Table, *, upright: bool = False) -> Chart:
    # Vega writes the SVG and escapes what it writes; the names of rows come from the user's file.
    return Chart(table, Markup(draw(table, upright=upright)))


def _languages(texts: Sequence[Result]) -> Group:
    counts = Counter(text.lang for text in texts)
    return Group("language", tuple(text.lang for text in texts), tuple(lang for lang, _ in counts.most_common()))


def _shown(texts: Sequence[Result]) -> list[int]:
    """Return which texts the page holds: those with the severest complaints first where it cannot hold all."""
    if len(texts) <= MOST_TEXTS:
        return list(range(len(texts)))
    worst = [max((m.severity or 0 for m in text.mentions), default=0) for text in texts]
    return sorted(sorted(range(len(texts)), key=lambda i: -worst[i])[:MOST_TEXTS])


def _embedded(texts: Sequence[Result], shown: Sequence[int], groups: Sequence[Group], periods: Group | None) -> Markup:
    """Return the texts as JSON for the page's script; nothing in it can end the element that holds it."""
    rows = []
    for index in shown:
        text = texts[index]
        keys = {f"g{number}": group.values[index] for number, group in enumerate(groups)}
        if periods is not None:
            keys["period"] = periods.values[index]
        rows.append(
            {
                "row": index + 1,
                "id": text.id,
                "lang": text.lang,
                "orientation": text.orientation,
                "parts": [list(part) for part in parts(text)],
                "mentions": [[m.kind, m.topic, m.severity] for m in text.mentions],
                "keys": keys,
            }
        )
    names = {f"g{number}": group.name for number, group in enumerate(groups)}
    encoded = json.dumps({"texts": rows, "names": names}, ensure_ascii=False, separators=(",", ":"))
    return Markup(encoded.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def parts(text: Result) -> Iterator[tuple[str, int | None]]:
    """Yield the text in pieces, each with the number of the mention that it is, or None; pieces make up the text."""
    at = 0
    for number, mention in _apart(text.mentions):
        if mention.start > at:
            yield text.text[at : mention.start], None
        yield text.text[mention.start : mention.end], number
        at = mention.end
    if at < len(text.text):
        yield text.text[at:], None


def _apart(mentions: Sequence[Found]) -> Iterator[tuple[int, Found]]:
    """Yield mentions with their numbers, in the order of the text, without those that overlap an earlier one."""
    at = 0
    for number, mention in sorted(enumerate(mentions), key=lambda pair: (pair[1].start, pair[1].end)):
        if mention.start >= at and mention.end > mention.start:
            yield number, mention
            at = mention.end


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(_asset), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )


def _asset(name: str) -> str:
    return (resources.files("stemme.report") / "assets" / name).read_text("utf-8")
