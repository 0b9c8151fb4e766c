import datetime

import pytest

from stemme.errors import UsageError
from stemme.report.groups import MOST_KINDS, REST, groups_of, periods_of
from stemme.report.results import Result, Results


def results(**columns):
    count = len(next(iter(columns.values())))
    texts = [
        Result(str(i), "text", "et", "focused", (), {name: values[i] for name, values in columns.items()})
        for i in range(count)
    ]
    return Results(texts, tuple(columns))


def test_columns_of_a_few_kinds_tell_texts_apart():
    found = groups_of(
        results(
            channel=["app", "web", "app", "veeb ✨"] * 3,
            rating=[10.0, 2.0, 2.0, 10.0] * 3,
            ticket=[f"T{n}" for n in range(12)],
            note=["a" * 50, "b" * 50] * 6,
            when=["2026-01-01", "2026-01-02"] * 6,
            same=["x"] * 12,
        )
    )
    assert [(g.name, g.order) for g in found] == [("channel", ("app", "web", "veeb ✨")), ("rating", ("2", "10"))]


def test_a_column_that_is_asked_for_is_shown_with_its_rare_values_together():
    shops = [f"shop {n}" for n in range(MOST_KINDS + 5)] + ["shop 0"]
    (group,) = groups_of(results(shop=shops), ["shop"])
    assert group.order[0] == "shop 0"
    assert group.order[-1] == REST
    assert group.values.count(REST) == 5
    with pytest.raises(UsageError, match='no column "colour"'):
        groups_of(results(shop=shops), ["colour"])


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["2026-01-31", "2026-01-01"], ("2026-01-01", "2026-01-31")),
        (["31.01.2026", "01.02.2026", None], ("2026-01-31", "2026-02-01")),
        (["2026-03-01T10:00:00Z", ""], None),
        ([datetime.datetime(2026, 1, 1, 5), datetime.datetime(2025, 1, 1)], ("2025-01-01", "2026-01-01")),
        ([f"{year}-{month:02d}-15" for year in (2024, 2025) for month in range(1, 13)], 24),
        ([f"{year}-{month:02d}-15" for year in range(2000, 2010) for month in range(1, 13)], 10),
        (["yesterday", "5"], None),
    ],
)
def test_dates_make_an_axis_that_can_be_read(values, order):
    periods = periods_of(results(when=values))
    if order is None:
        assert periods is None
    elif isinstance(order, int):
        assert len(periods.order) == order
    else:
        assert periods.order == order
