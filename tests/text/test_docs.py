"""Docs keep every character, and their tokens break wherever a sentence or a mention does."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemme.text.docs import blank, make_doc
from stemme.text.sentences import split


@pytest.mark.parametrize(
    ("lang", "name"),
    [
        ("te", "te"),
        ("bn", "bn"),
        ("nb", "nb"),
        ("nn", "nb"),
        ("no", "nb"),
        ("et", "et"),
        ("zh", "zh"),
        ("en", "en"),
        ("zh-Hant", "zh"),
        ("te-Latn", "xx"),
        ("bn-Latn", "xx"),
        ("pt-BR", "pt"),
        ("ja", "xx"),
        ("ko", "xx"),
        ("und", "xx"),
        ("tlh", "xx"),
        ("", "xx"),
        ("char_classes", "xx"),
        ("../nb", "xx"),
    ],
)
def test_each_language_has_its_tokeniser(lang, name):
    assert blank(lang).lang == name


def test_blank_is_built_once_whatever_the_thread():
    with ThreadPoolExecutor(8) as pool:
        assert len({id(nlp) for nlp in pool.map(blank, ["et"] * 32)}) == 1


def test_mention_inside_a_token_gets_its_own():
    text = "nettbutikken(frakt)är dyr"
    doc = make_doc(text, "nb", boundaries=[4, 11, 13, 18])
    assert doc.char_span(4, 11).text == "butikke"
    assert doc.char_span(13, 18).text == "frakt"


def test_chinese_is_cut_by_character():
    doc = make_doc("送的冰箱坏了", "zh")
    assert doc.char_span(2, 4).text == "冰箱"


def test_lone_surrogates_become_replacement_characters_one_for_one():
    assert make_doc("a\ud800b \udc00", "en").text == "a\ufffdb \ufffd"


def test_sentences_are_the_ones_given():
    text = "  Hei! Kom kl. 8.\n\nTakk 😂 "
    spans = split(text, "nb")
    doc = make_doc(text, "nb", sentences=spans)
    assert [sentence.text.strip() for sentence in doc.sents] == ["Hei!", "Kom kl. 8.", "Takk 😂"]
    assert [doc.char_span(*span).text for span in spans] == ["Hei!", "Kom kl. 8.", "Takk 😂"]


def test_without_sentences_none_are_set():
    assert not make_doc("Hei. Du.", "nb").has_annotation("SENT_START")


@pytest.mark.parametrize("text", ["\x1c\x1d\x1e", "\v \x85\n", "\x0b\x0c" * 40])
def test_a_text_without_a_sentence_is_one_span(text):
    assert split(text, "en") == []
    assert [sentence.text for sentence in make_doc(text, "en", sentences=[]).sents] == [text]


@pytest.mark.parametrize("unit", [".", '"', "😀", "a", "。", "http://", ":)"])
def test_unbroken_runs_are_linear(unit):
    """spaCy alone needs time that grows with the square of such a run; here a long one just has to end."""
    text = unit * (30_000 // len(unit))
    assert make_doc(text, "nb").text == text


def test_a_text_may_be_longer_than_parsers_allow():
    text = "pakken kom sent. " * 60_000
    assert len(make_doc(text, "nb").text) == len(text) > 1_000_000


TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60) | st.text(
    alphabet='Aa1 .,!\n\t\r"”)(😀\u200d\ufe0f:Ø好క్\u00a0\x00', max_size=40
)


@settings(max_examples=300, deadline=None)
@given(TEXT, st.sampled_from(["te", "bn", "nb", "et", "zh", "en", "xx"]), st.data())
def test_offsets_hold_for_any_text(text, lang, data):
    offsets = data.draw(st.lists(st.integers(-2, len(text) + 2), max_size=4))
    spans = split(text, lang)
    doc = make_doc(text, lang, boundaries=offsets, sentences=spans)
    assert doc.text == text
    assert len(list(doc.sents)) == max(len(spans), 1 if text else 0)
    for start, end in spans:
        assert doc.char_span(start, end).text == text[start:end]
    inside = sorted({offset for offset in offsets if 0 <= offset <= len(text)})
    for start, end in pairwise(inside):
        if not text[start].isspace() and not text[end - 1].isspace():
            assert doc.char_span(start, end).text == text[start:end]
