import dataclasses
import math

import pytest

from stemme.analysis import Analysis, Complaint, Need, Sentence
from stemme.corpus.records import language_group, parse_record
from stemme.training.evaluate import evaluate, subsample

LINE = (
    '{"id":"x1","lang":"nn","kind":"comment","domain":"retail","orientation":"mixed","trap":true,"sentences":['
    '{"text":"{complaint delivery 2|Pakka kom seint}.","frame":"focused","dimension":"initiative"},'
    '{"text":"Ingen {need service|ring meg}.","frame":"centric","dimension":"horizon"}]}'
)
RECORD = parse_record(LINE)


def perfect(record=RECORD):
    needs = [m for m in record.mentions if m.kind == "need"]
    complaints = [m for m in record.mentions if m.kind == "complaint"]
    return Analysis(
        record.text,
        record.lang,
        1.0,
        record.orientation,
        0.0,
        {},
        [Sentence(s.start, s.end, s.frame, 1.0, s.dimension) for s in record.sentences],
        [Need(m.start, m.end, "", m.topic, 1.0) for m in needs],
        [Complaint(m.start, m.end, "", m.topic, m.severity, 1.0) for m in complaints],
    )


def figures(analysis):
    return evaluate([RECORD], lambda texts, sentences: [analysis])["nb"]


def test_a_perfect_analysis_scores_one_everywhere():
    report = figures(perfect())
    assert report.pop("records") == 1
    assert math.isnan(report.pop("pair_accuracy"))  # no pair here
    assert set(report.values()) == {1.0}


@pytest.mark.parametrize(
    ("change", "hit"),
    [
        ({"orientation": "centric"}, {"orientation_accuracy", "orientation_macro_f1", "trap_accuracy"}),
        ({"lang": "nb"}, {"language_accuracy"}),
        ({"needs": []}, {"need_exact_f1", "need_half_f1", "need_text_f1"}),
        ({"complaints": [Complaint(0, 16, "", "delivery", 2, 1.0)]}, {"complaint_exact_f1"}),
        ({"complaints": [Complaint(0, 15, "", "price", 1, 1.0)]}, {"topic_accuracy", "severity_accuracy"}),
        ({"sentences": [Sentence(0, 99, "focused", 1.0, "initiative")]}, {"frame_macro_f1", "dimension_accuracy"}),
    ],
)
def test_each_mistake_lowers_its_own_figures_only(change, hit):
    report = figures(dataclasses.replace(perfect(), **change))
    assert {name for name, value in report.items() if value < 1} == hit


def test_macro_f1_is_that_of_scikit_learn():
    from sklearn.metrics import f1_score

    gold, found = [["neither", "focused", "mixed", "centric", "focused", "mixed"], ["focused"] * 3 + ["mixed"] * 3]
    records = [dataclasses.replace(RECORD, id=str(n), orientation=one) for n, one in enumerate(gold)]
    analyses = [dataclasses.replace(perfect(), orientation=one) for one in found]
    report = evaluate(records, lambda texts, sentences: analyses)["nb"]
    assert report["orientation_macro_f1"] == pytest.approx(f1_score(gold, found, average="macro"))


def test_a_pair_counts_when_both_members_are_right():
    twin = dataclasses.replace(RECORD, id="x2", pair="p", orientation="mixed")
    first = dataclasses.replace(RECORD, pair="p")
    wrong = dataclasses.replace(perfect(), orientation="focused")
    both = evaluate([first, twin], lambda t, s: [perfect(), perfect()])
    one = evaluate([first, twin], lambda t, s: [perfect(), wrong])
    assert (both["nb"]["pair_accuracy"], one["nb"]["pair_accuracy"]) == (1, 0)


def test_variants_are_counted_under_their_language():
    assert [language_group(lang) for lang in ("nn", "te-Latn", "zh-Hant", "et")] == ["nb", "te", "zh", "et"]


def test_a_subsample_keeps_pairs_whole_and_languages_even():
    langs = ["nb", "nn", "et"] * 10
    records = [dataclasses.replace(RECORD, id=str(n), lang=lang) for n, lang in enumerate(langs)]
    records[2:2] = [dataclasses.replace(RECORD, id=name, lang="et", pair="p") for name in ("a", "b")]
    drawn = subsample(records, 4)
    assert drawn == subsample(records, 4) != subsample(records, 4, seed=1)
    assert [r for r in records if r in drawn] == drawn
    counts = [sum(language_group(r.lang) == lang for r in drawn) for lang in ("nb", "et")]
    assert counts[0] == 4
    assert counts[1] in (4, 5)
    for seed in range(9):
        assert sum(r.pair == "p" for r in subsample(records, 4, seed)) in (0, 2)
    assert subsample(records, 99) == records
