import dataclasses

from test_evaluate import RECORD, perfect

from stemme.analysis import Complaint
from stemme.drawing import render
from stemme.training.errors import gold_analysis, outcomes, wrong_frames
from stemme.training.evaluate import report_of


def test_the_surest_wrong_frame_comes_first():
    right = perfect()
    first, second = right.sentences
    unsure = dataclasses.replace(first, frame="neither", score=0.5)
    sure = dataclasses.replace(second, frame="neither", score=0.9)
    wrong = wrong_frames([RECORD], [dataclasses.replace(right, sentences=[unsure, sure])])
    assert [(w.gold.frame, w.found.score) for w in wrong] == [("centric", 0.9), ("focused", 0.5)]
    assert wrong_frames([RECORD], [right]) == []


def test_a_gold_mention_is_matched_by_half_or_missed():
    gold = next(m for m in RECORD.mentions if m.kind == "complaint")
    near = Complaint(gold.start, gold.end + 1, "", "delivery", 2, 1.0)
    far = Complaint(gold.end + 2, gold.end + 4, "", "delivery", 2, 1.0)
    for complaints, found, edges in (([near], near, (0, 1)), ([far], None, (0, 0)), ([], None, (0, 0))):
        (outcome,) = outcomes([RECORD], [dataclasses.replace(perfect(), complaints=complaints)], "complaint")
        assert (outcome.gold, outcome.found, outcome.edges) == (gold, found, edges)
    assert [o.found.topic for o in outcomes([RECORD], [perfect()], "need")] == ["service"]


def test_gold_labels_as_an_analysis_are_right_everywhere_and_can_be_drawn():
    analysis = gold_analysis(RECORD)
    report = report_of([RECORD], [analysis])["all"]
    assert all(value == 1 for name, value in report.items() if name != "pair_accuracy")
    assert abs(sum(analysis.scores.values()) - 1) < 1e-9
    assert analysis.balance == 0
    assert "complaint: delivery 2" in render(analysis)
