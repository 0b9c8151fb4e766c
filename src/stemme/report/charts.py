"""Draws tables as charts by Vega-Lite, as SVG whose marks lead to the texts behind them.

SVG that is drawn beforehand needs no script on the page and prints as it is; its letters stay letters, so that the
browser shapes Telugu and Bengali.
"""

from __future__ import annotations

import re
from typing import Any

import altair
import vl_convert

from stemme.colours import COLOURS
from stemme.report.tables import Table

_LINK = re.compile(r'xlink:href="[^"#]*#')
_WIDTH = 560
_BAR = 22
_PADDING = {"left": 28, "right": 12, "top": 5, "bottom": 5}
"""The browser's letters may be wider than those that Vega measures by."""


def draw(table: Table, *, upright: bool = False) -> str:
    """Return the chart of a table as SVG: stacked bars, lying unless `upright` (for what goes on in time)."""
    values = [
        {"row": cell.row, "column": cell.column, "count": cell.count, "link": cell.link, "order": order}
        for order, cell in enumerate(table.cells)
        if cell.count
    ]
    names = altair.Axis(title=None, labelLimit=220, labelAngle=-40 if upright else 0, ticks=False, domain=False)
    counts = altair.Axis(title=None, tickMinStep=1, format="d", tickCount=5, domain=False, ticks=False)
    row: dict[str, Any] = {"sort": list(table.rows), "axis": names}
    count: dict[str, Any] = {"stack": "zero", "axis": counts}
    chart = (
        altair.Chart(altair.InlineData(values=values))
        .mark_bar(cursor="pointer")
        .encode(
            x=altair.X("row:N", **row) if upright else altair.X("count:Q", **count),
            y=altair.Y("count:Q", **count) if upright else altair.Y("row:N", **row),
            color=altair.Color(
                "column:N",
                scale=altair.Scale(domain=list(table.columns), range=[COLOURS[name] for name in table.columns]),
                legend=None,
            ),
            order=altair.Order("order:Q"),
            href=altair.Href("link:N"),
        )
        .properties(width=_WIDTH, height=180 if upright else altair.Step(_BAR))
        .configure(background="transparent", font="system-ui, sans-serif", padding=_PADDING)
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=13, gridOpacity=0.25)
    )
    svg: str = vl_convert.vegalite_to_svg(chart.to_dict())
    # Vega makes a full address of a fragment, by a base of its own. The keyboard has the table of the same numbers.
    return _LINK.sub('tabindex="-1" href="#', svg)
