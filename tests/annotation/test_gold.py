"""What a record cannot hold is refused with the remedy."""

import pytest

from stemme.annotation.gold import gold_record
from stemme.annotation.regions import AnnotationError

TEXT = "Pakken 📦 kom sent. Send {den} på nytt!"
FIRST, SECOND = (0, 18), (19, 38)


def mark(region, control, value, start, end, text=None):
    kind = "labels" if control in ("sentence", "mention") else "choices"
    value = {"start": start, "end": end, kind: [value] if isinstance(value, str) else value}
    if text is not None:
        value["text"] = text
    return {"id": region, "from_name": control, "to_name": "text", "type": kind, "value": value}


SENTENCES = [mark("s1", "sentence", "focused horizon", *FIRST), mark("s2", "sentence", "focused initiative", *SECOND)]


def record(*marks, text=TEXT, lang="nb"):
    return gold_record("r", text, lang, marks, "retail")


def test_braces_are_escaped_and_the_orientation_follows():
    need = [mark("m1", "mention", "need", 19, 37), mark("m1", "topic", "delivery", 19, 37)]
    made = record(*SENTENCES, *need)
    assert made["orientation"] == "focused"
    assert [s["text"] for s in made["sentences"]] == ["Pakken 📦 kom sent.", r"{need delivery|Send \{den\} på nytt}!"]
    assert "split" not in made


def test_white_space_at_the_edge_of_a_region_is_trimmed_and_lines_stay():
    text = "Hei.\n\nKom sent.  Fy!"
    made = record(
        mark("a", "sentence", "neither", 0, 5),
        mark("b", "sentence", "focused horizon", 6, 16),
        mark("c", "sentence", "neither", 16, 20),
        text=text,
    )
    assert [s["text"] for s in made["sentences"]] == ["Hei.", "\n\nKom sent.", "Fy!"]


def test_a_region_that_is_sentence_and_mention_is_both():
    complaint = [("mention", "complaint"), ("topic", "delivery"), ("severity", "2")]
    made = record(*SENTENCES, *[mark("s1", *said, *FIRST) for said in complaint])
    assert made["sentences"][0]["text"] == "{complaint delivery 2|Pakken 📦 kom sent.}"


def test_the_unit_of_the_offsets_is_told_by_the_text_beside_them():
    old = [mark("s1", "sentence", "neither", 0, 19, TEXT[0:18]), mark("s2", "sentence", "neither", 20, 39, TEXT[19:38])]
    new = [mark("s1", "sentence", "neither", 0, 18, TEXT[0:18]), mark("s2", "sentence", "neither", 19, 38, TEXT[19:38])]
    assert record(*old) == record(*new)


@pytest.mark.parametrize(
    ("marks", "message"),
    [
        ([SENTENCES[0]], r'"Send {den} på nytt!" is in no sentence; mark it'),
        ([*SENTENCES, mark("s3", "sentence", "neither", 10, 18)], "two sentences overlap at"),
        ([SENTENCES[0], mark("s2", "sentence", [], *SECOND)], "has the frame none; give it one of centric horizon"),
        ([SENTENCES[0], mark("s2", "sentence", "focused", *SECOND)], "has the frame focused; give"),
        ([*SENTENCES, mark("m", "mention", "need", 10, 25)], "goes beyond one sentence; shorten it"),
        ([*SENTENCES, mark("m", "mention", "need", 19, 24)], "has the topic none; choose one of product"),
        (
            [*SENTENCES, mark("m", "mention", "complaint", 0, 9), mark("m", "topic", "price", 0, 9)],
            "has the severity none; choose 1, 2 or 3",
        ),
        ([*SENTENCES, mark("m", "topic", "price", 0, 9)], "without need or complaint"),
        (
            [
                *SENTENCES,
                *[mark(m, "mention", "need", *at) for m, at in (("m", (0, 9)), ("n", (7, 12)))],
                *[mark(m, "topic", "price", *at) for m, at in (("m", (0, 9)), ("n", (7, 12)))],
            ],
            "overlap from 7 to 8",
        ),
        ([*SENTENCES, mark("m", "mention", "need", 0, 6, "Brevet")], "does not hold the text that it says, 'Brevet'"),
        ([*SENTENCES, mark("m", "mention", "need", 0, 99)], "does not hold the text"),
        ([*SENTENCES, mark("m", "mention", ["need", "complaint"], 0, 6)], "2 values of mention"),
        ([*SENTENCES, mark("m", "mention", "need", 0, 6), mark("m", "topic", "price", 0, 9)], "two places"),
        ([{"id": "x", "from_name": "sentence", "value": {}}], "without a place"),
        ([*SENTENCES, mark("m", "mention", "need", 18, 19)], "from 18 to 19 holds only white space; remove it"),
    ],
)
def test_what_cannot_be_a_record_is_refused_with_the_remedy(marks, message):
    with pytest.raises(AnnotationError, match=message):
        record(*marks)


def test_what_a_project_has_added_is_let_be():
    assert record(*SENTENCES, {"id": "c", "from_name": "remark", "value": {"text": ["?"]}}, "odd")["lang"] == "nb"


def test_a_text_that_is_not_nfc_is_refused():
    with pytest.raises(AnnotationError, match="NFC"):
        record(mark("s", "sentence", "neither", 0, 5), text="Cafe\u0301")
