"""Every baseline learns a toy corpus; what they reach on the real one is printed by `stemme baselines`."""

import importlib.util
import json

import pytest
from typer.testing import CliRunner

from stemme.cli import app
from stemme.corpus.records import parse_record
from stemme.training.baselines import sentences
from stemme.training.baselines.run import BASELINES, SENTENCE_FIGURES, measure, tables

TEXTS = {
    "centric": ("They plan with us for {need product|the coming %s years}.", "horizon"),
    "focused": ("{complaint delivery 2|The parcel number %s came late}.", "horizon"),
    "neither": ("Hello from house %s.", None),
}


def record(number, frame, split):
    text, dimension = TEXTS[frame]
    sentence = {"text": text % number, "frame": frame} | ({"dimension": dimension} if dimension else {})
    raw = {"id": f"{split}-{frame}-{number}", "lang": "en", "kind": "comment", "domain": "retail"}
    return parse_record(json.dumps(raw | {"orientation": frame, "split": split, "sentences": [sentence]}))


LEARNED = [record(n, frame, "train") for n in range(30) for frame in TEXTS]
HELD = [record(n, frame, "test") for n in range(40, 43) for frame in TEXTS]


@pytest.mark.parametrize("name", ["keywords", "ngrams", "spacy", "frozen"])
def test_a_baseline_learns(name):
    report = measure(BASELINES[name], LEARNED, HELD)["en"]
    assert report["frame_macro_f1"] == 1
    assert report["orientation_accuracy"] == 1
    assert ("need_half_f1" in report) == BASELINES[name].spans
    if name == "frozen":
        assert report["complaint_half_f1"] == 1


def test_a_word_that_no_list_has_is_neither():
    analyze = BASELINES["keywords"].fit(LEARNED)
    (found,) = analyze(["Zzz qqq."], [[(0, 8)]])
    assert found.orientation == "neither"


def test_a_text_of_a_language_without_a_model_is_read_all_the_same():
    analyze = BASELINES["ngrams"].fit(LEARNED)
    assert len(analyze(["包裹晚了九天才到！", "The parcel came late."], [[(0, 9)], [(0, 21)]])) == 2


def test_a_package_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    result = CliRunner().invoke(app, ["baselines", "--only", "setfit"])
    assert result.exit_code == 2
    assert 'pip install "stemme[baselines]"' in result.output


def test_spans_are_placed_in_their_sentence():
    (sentence,) = sentences.labelled([LEARNED[1]])
    ((start, end, kind),) = sentence.spans
    assert (sentence.text[start:end], kind) == ("The parcel number 0 came late", "complaint")


def test_tables_leave_blank_what_a_method_cannot_give():
    figures = dict.fromkeys(("records", *SENTENCE_FIGURES), 0.5)
    table = tables({"Some": {"en": figures, "all": figures}})
    assert table.startswith("| all | frame macro f1 |")
    assert "| Some | 0.500 | 0.500 | 0.500 | 0.500 |  |" in table


def test_the_command_names_what_it_does_not_know():
    result = CliRunner().invoke(app, ["baselines", "--only", "oracle"])
    assert result.exit_code == 2
    assert "no baseline oracle; known are keywords" in result.output
