import dataclasses
import random
from collections import Counter

import pytest
from test_evaluate import RECORD, perfect

from stemme.analysis import Sentence
from stemme.corpus.records import language_group, parse_record
from stemme.training.perturbation_words import WORDS
from stemme.training.perturbations import PERTURBATIONS, Original, inside
from stemme.training.robustness import INSIDE, ROMANISED, measure, original_of, sample, table


def perturbed(name, *sentences, lang="en"):
    original = Original(sentences, ("", *[" "] * (len(sentences) - 1)), lang)
    pieces = PERTURBATIONS[name](original, random.Random(0))
    return pieces and [piece.text for piece in pieces]


@pytest.mark.parametrize(
    ("lang", "before", "after"),
    [
        ("en", "A customer-centric bank.", "A customer-focused bank."),
        ("en", "Customer Focused, they say.", "customer centric, they say."),
        ("nb", "Dere er kundesentriske.", "Dere er kundefokuserte."),
        ("nn", "Kundefokusert, ja.", "kundesentrisk, ja."),
        ("et", "Kliendikeskne pank.", "kliendifookusega pank."),
        ("zh", "你们以客户为中心。", "你们以客户需求为导向。"),
        ("bn", "গ্রাহককেন্দ্রিক ব্যাংক।", "গ্রাহক-ফোকাসড ব্যাংক।"),
        ("te", "కస్టమర్-ఫోకస్డ్ బ్యాంక్.", "కస్టమర్-సెంట్రిక్ బ్యాంక్."),
    ],
)
def test_terms_change_places(lang, before, after):
    assert perturbed("terms swapped", before, lang=lang) == [after]
    assert perturbed("terms masked", before, lang=lang)[0].count(WORDS["nb" if lang == "nn" else lang].mask) == 1


def test_a_text_without_terms_is_left_out():
    assert perturbed("terms swapped", "The parcel came late.") is None
    assert perturbed("upper case", "包裹晚了。", lang="zh") is None


def test_slogans_and_debris_stand_around_the_text():
    assert perturbed("centric slogan before", "Late.") == [WORDS["en"].slogans[0], "Late."]
    assert "Late." in perturbed("translation debris", "Late.")


def test_punctuation_goes_but_not_within_words_and_numbers():
    assert perturbed("no punctuation", "It's late, 9.5 days!", "Why?") == ["It's late 9.5 days", "Why"]
    assert perturbed("no punctuation", "晚了，真的。", lang="zh") == ["晚了 真的"]


def test_typos_keep_the_first_letter_and_the_length_near():
    (text,) = perturbed("typos", "Nobody answered the telephone on Monday.")
    assert text != "Nobody answered the telephone on Monday."
    assert abs(len(text) - 40) <= 2


def test_english_comes_in_for_words_of_the_language():
    (text,) = perturbed("English mixed in", "ডেলিভারি দেরিতে।", lang="bn")
    assert "delivery দেরিতে।" in text


@pytest.mark.parametrize("name", PERTURBATIONS)
@pytest.mark.parametrize("lang", WORDS)
def test_every_perturbation_keeps_track_of_the_sentences(name, lang):
    term = WORDS[lang].terms[0][0]
    pieces = PERTURBATIONS[name](
        Original((f"Ab cd {term} efgh, ijkl.", "Mnop qrst?"), ("", " "), lang), random.Random(1)
    )
    if pieces is not None:
        assert [piece.source for piece in pieces if piece.source is not None] == [0, 1]
        assert all(piece.text.strip() == piece.text != "" for piece in pieces)


def test_a_language_without_words_is_changed_where_none_are_needed():
    originals = [Original(("Pakken kom for sent 📦!",), ("",), lang) for lang in ("da", "sw")]
    needy = {"terms swapped", "terms masked", "centric slogan before", "focused slogan before", "translation debris"}
    for original in originals:
        unchanged = {name for name, perturb in PERTURBATIONS.items() if perturb(original, random.Random(0)) is None}
        assert needy <= unchanged
        assert unchanged.isdisjoint({"typos", "upper case", "emoji"})


def test_a_text_within_another():
    pieces = inside(["Hello."], ["Bye.", "Bye."])(Original(("Late.",), ("",), "en"), random.Random(0))
    assert "".join(p.gap + p.text for p in pieces) == "Hello.\n\nLate.\n\nBye. Bye."


@pytest.mark.parametrize("lang", ["zh", "zh-Hant", "ja"])
def test_a_text_within_another_has_no_spaces_where_none_are_written(lang):
    pieces = inside(["你好。", "再见 👋"], [])(Original(("晚了。",), ("",), lang), random.Random(0))
    assert "".join(p.gap + p.text for p in pieces) == "你好。再见 👋\n\n晚了。"


def wary(texts, places):
    """Calls capitals centric and all else focused."""
    return [
        dataclasses.replace(
            perfect(),
            sentences=[Sentence(a, b, "centric" if text.isupper() else "focused", 1.0, "offer") for a, b in spans],
        )
        for text, spans in zip(texts, places, strict=True)
    ]


def test_frames_that_stay_are_counted():
    shares = measure([RECORD], wary)
    assert shares["typos"] == {"nb": (1.0, 2), "all": (1.0, 2)}
    assert shares["upper case"] == {"nb": (0.0, 2), "all": (0.0, 2)}
    assert shares["centric slogan before"]["all"] == (1.0, 2)
    assert shares["terms swapped"] == {}
    assert "| typos | 1.000 | 1.000 | 2 |" in table(shares)
    assert table(shares).count("\n") == len(PERTURBATIONS) + 3
    assert {INSIDE, ROMANISED} <= shares.keys()


def test_romanised_frames_are_compared_with_gold():
    line = (
        '{"id":"a","lang":"te-Latn","kind":"comment","domain":"retail","orientation":"focused","sentences":'
        '[{"text":"App slow undi","frame":"focused","dimension":"offer"}]}'
    )
    record = parse_record(line)
    assert measure([record], wary)[ROMANISED]["te"] == (1.0, 1)


def test_originals_join_to_the_text():
    original = original_of(RECORD)
    assert "".join(g + s for g, s in zip(original.gaps, original.sentences, strict=True)) == RECORD.text


def test_a_sample_is_of_every_language_and_bounded():
    langs = ["nb", "nn", "te", "bn-Latn"] * 25 + ["et"]
    drawn = sample([dataclasses.replace(RECORD, lang=lang) for lang in langs], 20)
    counts = Counter(language_group(record.lang) for record in drawn)
    assert counts.keys() == {"nb", "te", "bn", "et"}
    assert all(10 <= counts[lang] <= 20 for lang in ("nb", "te", "bn"))
    assert counts["et"] == 1
