"""The exported model says what the trained one says, on texts of the corpora and in every language."""

import numpy as np
import pytest

from samples import CORPORA, MODEL
from stemme.corpus.records import read
from stemme.model.blocks import BlockMatrix
from stemme.model.files import EMBEDDINGS
from stemme.training.metrics import F1, HALF, match_spans

LANGUAGES = ("te", "bn", "nb", "et", "zh", "en")
RECORDS = 60


@pytest.fixture(scope="module")
def trained():
    from stemme.training.train import load_trained

    return load_trained(MODEL)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_export_agrees_with_the_trained_model(analyzer, trained, lang):
    records = [r for r in read(CORPORA / lang) if r.split != "train"][:RECORDS]
    texts, sentences = [r.text for r in records], [[(s.start, s.end) for s in r.sentences] for r in records]
    exported, original = analyzer.gold(texts, sentences), trained(texts, sentences)

    frames = [
        (a.frame, b.frame)
        for one, other in zip(exported, original, strict=True)
        for a, b in zip(one.sentences, other.sentences, strict=True)
    ]
    assert np.mean([a == b for a, b in frames]) >= 0.99

    exact = half = F1(0, 0, 0)
    for one, other in zip(exported, original, strict=True):
        for kind in ("needs", "complaints"):
            found, expected = ([(m.start, m.end) for m in getattr(a, kind)] for a in (one, other))
            sizes = len(found), len(expected)
            exact += F1(len(match_spans(expected, found, 1.0)), *sizes)
            half += F1(len(match_spans(expected, found, HALF)), *sizes)
    assert half.value >= 0.98
    assert exact.value >= 0.95


def test_the_word_embeddings_are_those_of_the_source():
    from stemme.model import e5

    source = e5.read(e5.packaged_file()).word_embeddings
    ours = BlockMatrix.load(MODEL / EMBEDDINGS, *source.shape)
    assert np.array_equal(ours.nibbles, source.nibbles)
    assert np.array_equal(ours.scales, source.scales)
