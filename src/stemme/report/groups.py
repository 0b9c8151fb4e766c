"""Finding the columns by which texts are told apart in a report: kinds of thing, and dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from stemme.errors import UsageError
from stemme.report.results import Results

MOST_KINDS = 12
"""Different values of a column that still fit a chart; the rarer ones of a column that was asked for become `REST`."""

MOST_COLUMNS = 4
"""Columns that a report shows unless some are asked for."""

REST = "…"
"""Stands for the values of a column that are too rare to be shown."""

_SHORT = 40
"""Characters of a value that may name a kind of thing."""

_FORMATS = ("%d.%m.%Y", "%d.%m.%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%Y/%m/%d %H:%M", "%d-%m-%Y")


@dataclass(frozen=True, slots=True)
class Group:
    """A way to tell texts apart.

    Attributes:
        name: Of the column.
        values: Of every text, in the order of the texts; None where it has none.
        order: The values that occur, as they are to be shown.
    """

    name: str
    values: tuple[str | None, ...]
    order: tuple[str, ...]


def groups_of(results: Results, wanted: Sequence[str] = ()) -> list[Group]:
    """Return the columns that hold a few kinds of thing each (product, channel, rating …), or the wanted ones.

    Raises:
        UsageError: A wanted column does not exist.
    """
    for name in wanted:
        if name not in results.columns:
            raise UsageError(f'--by: there is no column "{name}". Columns: {", ".join(results.columns)}')
    found = []
    for name in wanted or results.columns:
        values = [_label(text.columns.get(name)) for text in results.texts]
        counts = Counter(value for value in values if value is not None)
        if not wanted and not _tells_apart(name, counts, results):
            continue
        shown = [value for value, _ in counts.most_common(MOST_KINDS)]
        kept = set(shown)
        grouped = tuple(value if value is None or value in kept else REST for value in values)
        order = sorted(shown, key=float) if all(map(_is_number, shown)) else shown
        found.append(Group(name, grouped, tuple(order + [REST] * (len(counts) > MOST_KINDS))))
    return found if wanted else found[:MOST_COLUMNS]


def _tells_apart(name: str, counts: Counter[str], results: Results) -> bool:
    if not 2 <= len(counts) <= MOST_KINDS or max(map(len, counts)) > _SHORT:
        return False
    return sum(counts.values()) >= 2 * len(counts) and _dates(results, name) is None


def periods_of(results: Results) -> Group | None:
    """Return the first column of dates as days, weeks, months or years, whichever makes a readable axis."""
    for name in results.columns:
        dates = _dates(results, name)
        if dates is None:
            continue
        for label in _PERIODS:
            values = tuple(None if day is None else label(day) for day in dates)
            order = sorted({value for value in values if value is not None})
            if len(order) <= 2 * MOST_KINDS:
                break
        if len(order) > 1:
            return Group(name, values, tuple(order))
    return None


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


_PERIODS: tuple[Callable[[date], str], ...] = (
    date.isoformat,
    _week,
    lambda day: f"{day:%Y-%m}",
    lambda day: f"{day:%Y}",
)


def _dates(results: Results, name: str) -> list[date | None] | None:
    """Return a column's dates, None unless nearly all of its values are dates in one format."""
    values = [text.columns.get(name) for text in results.texts]
    given = [value for value in values if value not in (None, "")]
    if not given:
        return None
    for parse in (_iso, *(_by(form) for form in _FORMATS)):
        dates = [None if value in (None, "") else parse(value) for value in values]
        if sum(day is not None for day in dates) >= 0.9 * len(given):
            return dates
    return None


def _iso(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or len(value) < len("2026-01-01"):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def _by(form: str) -> Callable[[Any], date | None]:
    def parse(value: Any) -> date | None:
        try:
            return datetime.strptime(value, form).date()
        except (TypeError, ValueError):
            return None

    return parse


def _label(value: Any) -> str | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if value is None else str(value).strip() or None


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
