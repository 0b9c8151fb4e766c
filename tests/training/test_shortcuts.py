import json

import pytest

from samples import CORPORA
from stemme.corpus.records import parse_record, read
from stemme.errors import StemmeError
from stemme.training.baselines.sentences import LabelledSentence, by_language
from stemme.training.baselines.words import character_ngrams
from stemme.training.shortcuts import flag, shortcuts, tables


def sentences(texts):
    return [LabelledSentence(text, frame, ()) for text, frame in texts for _ in range(3)]


def test_a_word_of_one_frame_comes_first_and_is_flagged():
    found = shortcuts(
        sentences(
            [("the years of trust", "centric"), ("the parcel of mine", "focused"), ("the sky of blue", "neither")]
        ),
        "en",
        count=30,
    )
    assert found[-1].merit == found[-2].merit == 0  # "the" and "of" stand everywhere
    (years,) = (s for s in found if s.word == "years")
    assert (years.frame, years.counts, years.flag) == ("centric", (3, 0, 0), "time")


def test_chinese_is_counted_by_characters():
    found = shortcuts(sentences([("多年客户", "centric"), ("包裹晚了", "focused"), ("你好", "neither")]), "zh")
    assert {"年", "包裹"} <= {s.word for s in found}


@pytest.mark.parametrize("texts", [["App slow undi 😡"], ["👍", "🙏"], ["పార్సెల్ రాలేదు", "యాప్ నెమ్మది"]])
def test_too_few_sentences_are_said_by_language(texts):
    found = [parse_record(json.dumps(record("te", n, text))) for n, text in enumerate(texts)]
    others = [parse_record(json.dumps(record("et", n, "Pakk hilines 📦"))) for n in range(2)]
    said = tables([*found, *others])
    assert "te: too few sentences to count words; add records of that language." in said
    assert "| pakk | focused | 0 | 2 | 0 |" in said
    with pytest.raises(StemmeError, match="te: too few sentences"):
        character_ngrams(found)


def record(lang, number, text):
    sentence = {"text": text, "frame": "focused", "dimension": "offer"}
    fields = {"id": str(number), "lang": lang, "kind": "comment", "domain": "retail", "orientation": "focused"}
    return fields | {"sentences": [sentence]}


@pytest.mark.parametrize(
    ("word", "lang", "expected"),
    [
        ("years", "en", "time"),
        ("kundesentrisk", "nb", "term"),
        ("aastat", "et", "time"),
        ("客户中心", "zh", "term"),
        ("বছরের", "bn", "time"),
        ("సెంట్రిక్", "te", "term"),
        ("parcel", "en", ""),
        ("parcel", "xx", ""),
    ],
)
def test_flags(word, lang, expected):
    assert flag(word, lang) == expected


@pytest.mark.slow
def test_in_the_corpora_no_time_word_or_term_is_among_the_first_ten():
    groups = by_language(record for record in read(CORPORA) if record.split != "probe")
    assert set(groups) == {"bn", "en", "et", "nb", "te", "zh"}
    assert {lang: [s.word for s in shortcuts(own, lang, 10) if s.flag] for lang, own in groups.items()} == {
        lang: [] for lang in groups
    }
