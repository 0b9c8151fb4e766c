import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samples import HOSTILE, MIXED, MODEL, TEXTS
from stemme.model import files
from stemme.model.tokens import SubwordTokenizer, without_surrogates

pytestmark = pytest.mark.usefixtures("tokenizer")


@pytest.fixture(scope="module")
def tokenizer():
    return SubwordTokenizer.load(MODEL / files.TOKENIZER)


@pytest.mark.parametrize("text", [*TEXTS.values(), *MIXED.values(), *HOSTILE.values()], ids=[*TEXTS, *MIXED, *HOSTILE])
def test_subwords_cover_every_solid_character_once(tokenizer, text):
    tokens = tokenizer([text])[0]
    assert (tokens.starts <= tokens.ends).all()
    assert (tokens.ends[:-1] <= tokens.starts[1:]).all()
    covered = "".join(text[s:e] for s, e in zip(tokens.starts, tokens.ends, strict=True))
    dropped = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Zs", "Zl", "Zp")}
    assert [c for c in covered if c not in dropped] == [c for c in text if c not in dropped]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("se\u0301rie ", ["se\u0301rie"]),
        ("ＡＢＣ　晚", ["ＡＢＣ", "晚"]),
        ("ok 👩🏽‍🔧!", ["ok", "👩🏽‍🔧", "!"]),
        ("ﬁne", ["ﬁne"]),
        ("\u1100\u1161\u11a8 a", ["\u1100\u1161\u11a8", "a"]),
    ],
    ids=["combining marks", "full width", "joined emoji", "ligature", "conjoining jamo"],
)
def test_offsets_fall_on_the_edges_of_what_is_composed(tokenizer, text, words):
    tokens = tokenizer([text])[0]
    at = 0
    for word in words:
        at = text.index(word, at)
        assert at in tokens.starts, (word, list(tokens.starts))
        at += len(word)
        assert at in tokens.ends, (word, list(tokens.ends))


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec=None), max_size=60))
def test_any_string_is_tokenized_within_its_bounds(tokenizer, text):
    tokens = tokenizer([text])[0]
    assert (tokens.starts >= 0).all()
    assert (tokens.ends <= len(text)).all()
    assert (tokens.ends[:-1] <= tokens.starts[1:]).all()


def test_surrogates_are_replaced_one_for_one():
    assert without_surrogates("a\ud800b\udfffc") == "a\ufffdb\ufffdc"
    assert without_surrogates("plain") == "plain"
