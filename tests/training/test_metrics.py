import math

import pytest

from stemme.training.metrics import F1, HALF, accuracy, match_spans


def test_f1_of_counts():
    f1 = F1(matched=2, predicted=4, gold=3)
    assert (f1.precision, f1.recall) == (0.5, 2 / 3)
    assert f1.value == pytest.approx(4 / 7)
    assert all(map(math.isnan, (F1(0, 0, 0).value, F1(0, 0, 3).precision, F1(0, 3, 0).recall)))
    assert F1(0, 0, 3).value == F1(0, 3, 0).value == 0
    assert F1(1, 2, 3) + F1(1, 1, 1) == F1(2, 3, 4)


@pytest.mark.parametrize(
    ("gold", "predicted", "share", "expected"),
    [
        ([(0, 10)], [(0, 10)], 1.0, [(0, 0)]),
        ([(0, 10)], [(0, 9)], 1.0, []),
        ([(0, 10)], [(0, 5)], HALF, [(0, 0)]),  # exactly half of the union
        ([(0, 10)], [(0, 4)], HALF, []),
        ([(0, 10)], [(5, 15)], HALF, []),  # a third of the union
        ([(0, 10)], [(0, 6), (0, 9)], HALF, [(0, 1)]),  # the closer one
        ([(0, 4), (4, 8)], [(0, 8)], HALF, [(0, 0)]),  # one to one
        ([], [(0, 1)], HALF, []),
    ],
)
def test_spans_match_one_to_one(gold, predicted, share, expected):
    assert match_spans(gold, predicted, share) == expected


def test_accuracy_of_none_is_no_number():
    assert math.isnan(accuracy([]))
    assert accuracy([(1, 1), (1, 2)]) == 0.5
