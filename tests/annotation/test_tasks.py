"""Tasks: most uncertain first, in the units of the editor, all labels in the interface."""

from xml.etree import ElementTree

from stemme.analysis import Analysis, Need, Sentence
from stemme.annotation.interface import SENTENCE_LABELS, labelling_config
from stemme.annotation.tasks import most_uncertain, prepared, task, uncertainty
from stemme.labels import DIMENSIONS, MENTION_KINDS, SEVERITIES, TOPICS

TEXT = "😀 Takk! Send 📦 nå."


def analysis(*scores, needs=()):
    return Analysis(
        TEXT, "nb", 1.0, "neither", None, {}, [Sentence(0, 7, "neither", s) for s in scores], list(needs), []
    )


def test_uncertainty_is_the_share_of_answers_that_are_expected_to_be_wrong():
    assert uncertainty(analysis()) == 0
    assert uncertainty(analysis(0.9, 0.5)) == 1 - 0.7
    assert uncertainty(analysis(1.0, needs=[Need(8, 12, "Send", "service", 0.5)])) == 0.25


def test_the_most_uncertain_come_first_and_equals_stay_in_order():
    given = [("a", analysis(0.9)), ("b", analysis(0.5)), ("c", analysis(0.9)), ("d", analysis(0.4))]
    assert [name for name, _ in most_uncertain(given, None)] == ["d", "b", "a", "c"]
    assert [name for name, _ in most_uncertain(given, 3)] == ["d", "b", "a"]


def test_offsets_are_in_the_unit_asked_for():
    found = analysis(0.9, needs=[Need(8, 14, TEXT[8:14], "delivery", 0.8)])
    places = {}
    for unit in ("codepoint", "utf16"):
        result = task("t", found, "m", unit)["predictions"][0]["result"]
        places[unit] = [(r["from_name"], r["value"]["start"], r["value"]["end"]) for r in result]
        assert {r["value"]["text"] for r in result} == {TEXT[0:7], TEXT[8:14]}
    assert places["codepoint"] == [("sentence", 0, 7), ("mention", 8, 14), ("topic", 8, 14)]
    assert places["utf16"] == [("sentence", 0, 8), ("mention", 9, 16), ("topic", 9, 16)]


def test_the_interface_offers_every_label():
    view = ElementTree.fromstring(labelling_config())
    offered = {tag.get("name"): [item.get("value") for item in tag] for tag in view}
    assert offered["sentence"] == list(SENTENCE_LABELS)
    assert len(SENTENCE_LABELS) == 2 * len(DIMENSIONS) + 1
    assert offered["mention"] == list(MENTION_KINDS)
    assert offered["topic"] == list(TOPICS)
    assert offered["severity"] == [str(severity) for severity in SEVERITIES]


def test_texts_are_prepared_as_records_hold_them():
    assert prepared(" Cafe\u0301\r\nstengt\u2028igjen ") == "Café\nstengt\nigjen"
