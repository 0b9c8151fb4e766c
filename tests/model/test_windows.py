import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemme.model.tokens import Tokens
from stemme.model.windows import SHORTEST, batches, collate, cut, sentence_of_tokens


def sentences(*lengths):
    return np.repeat(np.arange(len(lengths)), lengths)


def test_a_short_text_is_one_window():
    (window,) = cut(3, sentences(4, 5), size=10, overlap=3)
    assert (window.text, window.start, window.stop) == (3, 0, 9)
    assert window.sentences.tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 1]


def test_windows_break_between_sentences_and_overlap_by_whole_ones():
    found = cut(0, sentences(6, 2, 6, 2, 6), size=10, overlap=3)
    assert [(w.start, w.stop) for w in found] == [(0, 8), (6, 16), (14, 22)]


def test_a_sentence_longer_than_a_window_is_cut_with_overlap():
    found = cut(0, sentences(25), size=10, overlap=3)
    assert [(w.start, w.stop) for w in found] == [(0, 10), (7, 17), (14, 24), (21, 25)]


def test_no_subwords_are_no_window():
    assert cut(0, np.zeros(0, np.int64)) == []


@given(st.lists(st.integers(1, 40), max_size=30), st.integers(10, 30), st.integers(0, 4))
def test_every_subword_is_in_a_window_that_fits(lengths, size, overlap):
    of = sentences(*lengths)
    found = cut(0, of, size, overlap)
    assert sorted({i for w in found for i in range(w.start, w.stop)}) == list(range(len(of)))
    assert all(0 < len(w) <= size for w in found)
    assert all(a.start < b.start and b.start <= a.stop for a, b in itertools.pairwise(found))


def test_batches_keep_to_limit_and_budget():
    windows = [cut(i, sentences(n), size=300)[0] for i, n in enumerate([5, 300, 20, 8, 7, 6])]
    found = list(batches(windows, limit=3, budget=330))
    assert [[len(w) for w in batch] for batch in found] == [[300], [20], [8, 7, 6], [5]]


def test_batches_are_of_even_length():
    windows = [cut(i, sentences(n))[0] for i, n in enumerate(range(1, 200, 7))]
    for batch in batches(windows, limit=32, budget=8192):
        assert len(batch[-1]) + 2 >= SHORTEST * (len(batch[0]) + 2)


def test_a_batch_holds_the_special_subwords_and_masks_the_rest():
    tokens = [
        Tokens(np.arange(10, 14), np.arange(4), np.arange(1, 5)),
        Tokens(np.array([7]), np.array([0]), np.array([2])),
    ]
    windows = [cut(0, sentences(1, 3))[0], cut(1, sentences(1))[0]]
    batch = collate(windows, tokens)
    assert batch.input_ids.tolist() == [[0, 10, 11, 12, 13, 2], [0, 7, 2, 1, 1, 1]]
    assert batch.attention_mask.tolist() == [[1] * 6, [1, 1, 1, 0, 0, 0]]
    assert batch.sentence_mask.tolist() == [[[0, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 0]], [[0, 1, 0, 0, 0, 0], [0] * 6]]


@pytest.mark.parametrize(("end", "expected"), [(3, [0, 1]), (4, [1, 1])])
def test_a_subword_belongs_to_the_sentence_it_ends_in(end, expected):
    tokens = Tokens(np.array([5, 6]), np.array([0, end]), np.array([end, 9]))
    assert sentence_of_tokens(tokens, [(0, 3), (3, 9)]).tolist() == expected


def test_sentences_without_a_subword_take_no_row():
    window = cut(0, np.array([0, 0, 3000, 3000]))[0]
    tokens = Tokens(np.arange(5, 9), np.arange(4), np.arange(1, 5))
    mask = collate([window], [tokens]).sentence_mask
    assert mask.tolist() == [[[0, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 0]]]
