import dataclasses

import numpy as np
import pytest
from test_evaluate import RECORD, perfect

from samples import CORPORA
from stemme.corpus.records import read
from stemme.training.bootstrap import intervals, resampled
from stemme.training.evaluate import intervals_of, report_of
from stemme.training.tally import FIGURES, figures, tally, units

WRONG = dataclasses.replace(perfect(), orientation="focused")


def records(count, **fields):
    return [dataclasses.replace(RECORD, id=f"r{n}", **fields) for n in range(count)]


def test_sums_of_counts_make_the_figures():
    counts = tally(records(4), [perfect(), perfect(), perfect(), WRONG])
    assert counts.shape[0] == 4
    assert figures(counts.sum(0))["orientation_accuracy"] == 0.75
    assert list(figures(counts.sum(0))) == list(FIGURES)


def test_a_pair_is_one_unit():
    gold = [*records(2, pair="p"), *records(1)]
    assert units(gold) == [[0, 1], [2]]
    assert figures(tally(gold, [perfect(), WRONG, perfect()]).sum(0))["pair_accuracy"] == 0


def test_where_all_is_right_the_interval_is_a_point():
    found = intervals(records(20), [perfect()] * 20)
    assert found["orientation_accuracy"] == (1.0, 1.0)
    assert "records" not in found


def test_an_interval_is_about_that_of_the_binomial():
    count = 400
    found = intervals(records(count), [WRONG if n % 5 == 0 else perfect() for n in range(count)])
    low, high = found["orientation_accuracy"]
    wide = 1.96 * np.sqrt(0.8 * 0.2 / count)
    assert (low, high) == pytest.approx((0.8 - wide, 0.8 + wide), abs=0.01)


def test_the_same_seed_gives_the_same_intervals():
    counts = tally(records(500), [WRONG if n % 7 == 0 else perfect() for n in range(500)])
    assert resampled(counts, seed=3) == resampled(counts, seed=3)
    assert resampled(counts, seed=3) != resampled(counts, seed=4)


def test_the_figure_lies_within_its_interval_for_every_language():
    gold = [r for r in read(CORPORA) if r.split == "dev"][::9]
    found = [perfect(r) if n % 4 else dataclasses.replace(perfect(r), needs=[]) for n, r in enumerate(gold)]
    report, ranges = report_of(gold, found), intervals_of(gold, found)
    assert list(report) == list(ranges) == ["bn", "en", "et", "nb", "te", "zh", "all"]
    for lang, own in ranges.items():
        for name, (low, high) in own.items():
            assert low - 1e-9 <= report[lang][name] <= high + 1e-9, (lang, name)
