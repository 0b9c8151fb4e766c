from __future__ import annotations

import json
import time

import pytest
from fake_analyzer import FakeAnalyzer
from hypothesis import given, settings
from hypothesis import strategies as st

from stemme.analysis import Analysis
from stemme.errors import StemmeError
from stemme.exports.job import Job, run
from stemme.exports.outcomes import analyze
from stemme.exports.overlap import Behind, ahead


class Choking(FakeAnalyzer):
    """Fails on every text with the word poison in it, and with it on all that it was given together."""

    def pipe(self, texts, **options):
        texts = list(texts)
        if any("poison" in text for text in texts):
            raise ZeroDivisionError("by nothing")
        return super().pipe(texts, **options)


def test_texts_that_repeat_are_analysed_once():
    analyzer = FakeAnalyzer()
    outcomes = analyze(["same words", None, "other words", "same words", "same words"], analyzer)
    assert analyzer.given == 2
    assert [outcome and outcome.text for outcome in outcomes] == [
        "same words",
        None,
        "other words",
        "same words",
        "same words",
    ]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(["poison", "fine words", "more poison", "", "others"]), max_size=40))
def test_a_text_that_the_analyser_fails_on_costs_the_others_nothing(texts):
    texts = [f"{number} {text}" for number, text in enumerate(texts)] + ["sound"]
    outcomes = analyze(texts, Choking())
    for text, outcome in zip(texts, outcomes, strict=True):
        if "poison" in text:
            assert outcome == "cannot be analysed: ZeroDivisionError: by nothing"
        else:
            assert isinstance(outcome, Analysis)
            assert outcome.text == text


def test_where_everything_fails_it_is_not_the_texts():
    with pytest.raises(StemmeError, match="no text can be analysed: cannot be analysed: ZeroDivisionError: by nothing"):
        analyze([f"poison {number}" for number in range(8)], Choking())


def test_poison_rows_go_to_the_errors_and_the_run_goes_on(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("id,comment\n" + "".join(f"{n},{'poison' if n % 40 == 7 else 'fine'} {n}\n" for n in range(200)))
    summary = run(Job(str(source), str(tmp_path / "out.csv")), Choking)
    assert (summary.rows, summary.problems) == (195, 5)
    errors = [json.loads(line) for line in (tmp_path / "out.csv.errors.jsonl").read_text("utf-8").splitlines()]
    assert [(error["row"], error["id"]) for error in errors] == [(n + 1, str(n)) for n in (7, 47, 87, 127, 167)]
    assert errors[0]["input"] == {"id": "7", "comment": "poison 7"}
    ids = [line.partition(",")[0] for line in (tmp_path / "out.csv").read_text("utf-8").splitlines()[1:]]
    assert ids == [str(n) for n in range(200) if n % 40 != 7]
    with pytest.raises(StemmeError, match="row 8: cannot be analysed"):
        run(Job(str(source), str(tmp_path / "strict.csv"), strict=True), Choking)


def test_reading_ahead_keeps_order_and_bounds_and_hands_errors_on():
    taken = []

    def numbers():
        for number in range(20):
            taken.append(number)
            yield number
        raise ValueError("at the end")

    items = ahead(numbers(), depth=2)
    for number in range(20):
        assert next(items) == number
        time.sleep(0.001)
        assert len(taken) <= number + 4
    with pytest.raises(ValueError, match="at the end"):
        next(items)
    endless = ahead(iter(int, 1), depth=2)
    assert next(endless) == 0
    endless.close()


def test_writing_behind_keeps_order_and_hands_errors_on():
    done: list[int] = []
    behind = Behind(done.append)
    for number in range(50):
        behind.put(number)
    behind.close()
    assert done == list(range(50))
    failing = Behind(lambda number: 1 // number)
    failing.put(0)
    with pytest.raises(ZeroDivisionError):
        failing.close()
