"""What the model says of a text, annotated as it stands, comes back as a record that says the same."""

import json

import pytest

from samples import CORPORA, MIXED, TEXTS
from stemme.analysis import Analysis, Complaint, Need, Sentence
from stemme.annotation.gold import gold_record
from stemme.annotation.tasks import prepared, task
from stemme.corpus.records import lines, parse_record, read

UNITS = ("codepoint", "utf16")


def back(made, lang=None):
    """The record of a task whose prediction an annotator has accepted."""
    data = made["data"]
    return gold_record(data["id"], data["text"], lang or data["lang"], made["predictions"][0]["result"], "other")


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("text", [*TEXTS.values(), *MIXED.values()], ids=[*TEXTS, *MIXED])
def test_predictions_come_back_as_they_were(analyzer, text, unit):
    analysis = analyzer(prepared(text))
    made = task("t", analysis, "m", unit)
    record = parse_record(json.dumps(back(json.loads(json.dumps(made)), "nb"), ensure_ascii=False))
    found = [(s.frame, s.dimension, analysis.text[s.start : s.end]) for s in analysis.sentences]
    assert [(s.frame, s.dimension, record.text[s.start : s.end]) for s in record.sentences] == found
    mentions = sorted([*analysis.needs, *analysis.complaints], key=lambda m: m.start)
    assert [(m.topic, m.severity, record.text[m.start : m.end]) for m in record.mentions] == [
        (m.topic, getattr(m, "severity", None), m.text) for m in mentions
    ]
    assert record.orientation == analysis.orientation


@pytest.mark.parametrize("lang", ["bn", "en", "et", "nb", "te", "zh"])
def test_gold_records_come_back_to_the_letter(lang):
    files = [CORPORA / lang / "comments.jsonl", CORPORA / lang / "documents.jsonl"]
    written = {json.loads(line)["id"]: json.loads(line)["sentences"] for f in files for _, line in lines(f)}
    for number, record in enumerate(read(CORPORA / lang)):
        if number % 7 and not any(c >= "\U00010000" for c in record.text):
            continue
        made = task(record.id, as_analysis(record), "gold", UNITS[number % 2])
        result = made["predictions"][0]["result"]
        again = gold_record(record.id, record.text, record.lang, result, record.domain, record.kind)
        assert parse_record(json.dumps(again)).text == record.text
        assert again["sentences"] == written[record.id]


def as_analysis(record):
    needs = [m for m in record.mentions if m.kind == "need"]
    complaints = [m for m in record.mentions if m.kind == "complaint"]
    return Analysis(
        record.text,
        record.lang,
        1.0,
        record.orientation,
        None,
        {},
        [Sentence(s.start, s.end, s.frame, 0.9, s.dimension) for s in record.sentences],
        [Need(m.start, m.end, record.text[m.start : m.end], m.topic, 0.9) for m in needs],
        [Complaint(m.start, m.end, record.text[m.start : m.end], m.topic, m.severity, 0.9) for m in complaints],
    )
