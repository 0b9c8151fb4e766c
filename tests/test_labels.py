import pytest

from stemme.labels import balance_of, orientation_of


@pytest.mark.parametrize(
    ("centric", "focused", "neither", "expected"),
    [
        (0, 0, 0, "neither"),
        (0, 0, 3, "neither"),
        (1, 0, 5, "centric"),
        (0, 1, 0, "focused"),
        (1, 1, 0, "mixed"),
        (1, 2, 0, "focused"),  # 1/3 is below the share
        (2, 3, 0, "mixed"),
        (3, 5, 0, "mixed"),
        (7, 13, 0, "mixed"),  # exactly 0.35
        (6, 12, 0, "focused"),
        (4, 1, 9, "centric"),
    ],
)
def test_orientation_follows_the_rule_of_the_guide(centric, focused, neither, expected):
    frames = ["centric"] * centric + ["focused"] * focused + ["neither"] * neither
    assert orientation_of(frames) == expected


def test_balance_runs_from_focused_to_centric():
    assert balance_of(["focused", "neither"]) == -1
    assert balance_of(["centric"]) == 1
    assert balance_of(["centric", "centric", "centric", "focused"]) == 0.5
    assert balance_of(["neither"]) is None
    assert balance_of([]) is None
