import itertools
import time
import tracemalloc

import numpy as np
import pytest

from stemme.model.decoding import TAGS, allowed_transitions, marginals, spans, viterbi, whole_words
from stemme.model.tokens import Tokens

FREE = np.zeros(len(TAGS), np.float32)


def emissions(*tags):
    """Scores that favour the given tags."""
    return np.array([[4.0 if tag == name else 0.0 for name in TAGS] for tag in tags], np.float32)


def words(text):
    """One subword a word."""
    starts, ends, at = [], [], 0
    for word in text.split(" "):
        starts.append(at)
        ends.append(at + len(word))
        at += len(word) + 1
    return Tokens(np.zeros(len(starts), np.int64), np.array(starts), np.array(ends))


def test_viterbi_is_the_best_path_of_all():
    rng = np.random.default_rng(1)
    scores, transitions = rng.normal(size=(6, 5)).astype(np.float32), rng.normal(size=(5, 5)).astype(np.float32)
    first = rng.normal(size=5).astype(np.float32)

    def total(path):
        steps = sum(transitions[a, b] for a, b in itertools.pairwise(path))
        return first[path[0]] + steps + sum(scores[i, t] for i, t in enumerate(path))

    paths = [tuple(p) for p in np.ndindex(*[5] * 6)]
    (found,) = viterbi([scores], transitions, first)
    assert tuple(found) == max(paths, key=total)


def test_marginals_are_shares_of_all_paths():
    rng = np.random.default_rng(3)
    scores, transitions = rng.normal(size=(4, 5)).astype(np.float32), rng.normal(size=(5, 5)).astype(np.float32)
    transitions += allowed_transitions()
    first = rng.normal(size=5).astype(np.float32)
    expected = np.zeros((4, 5))
    for path in np.ndindex(*[5] * 4):
        steps = sum(transitions[a, b] for a, b in itertools.pairwise(path))
        weight = np.exp(first[path[0]] + steps + sum(scores[i, t] for i, t in enumerate(path)))
        for place, tag in enumerate(path):
            expected[place, tag] += weight
    other = rng.normal(size=(6, 5)).astype(np.float32)
    found = marginals([other, scores, other[:0], scores], transitions, first)
    assert [rows.shape for rows in found] == [(6, 5), (4, 5), (0, 5), (4, 5)]
    for rows in (found[1], found[3]):
        np.testing.assert_allclose(rows, expected / expected.sum(1)[:, None], atol=1e-5)


def test_marginals_of_a_long_text_stay_in_range():
    scores = np.tile(emissions("O", "B-need", "I-need") * 10, (3000, 1))
    (found,) = marginals([scores], allowed_transitions(), FREE)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-5)


def test_texts_of_different_length_do_not_touch_each_other():
    rng = np.random.default_rng(2)
    many = [rng.normal(size=(n, 5)).astype(np.float32) for n in (3, 0, 9, 1, 9)]
    together = viterbi(many, allowed_transitions(), FREE)
    for scores, path in zip(many, together, strict=True):
        (alone,) = viterbi([scores], allowed_transitions(), FREE)
        assert path.tolist() == alone.tolist()


def test_an_inside_needs_its_own_beginning():
    (path,) = viterbi([emissions("O", "I-need", "I-complaint")], allowed_transitions(), FREE)
    assert all(TAGS[tag][0] != "I" or (i and TAGS[path[i - 1]][1:] == TAGS[tag][1:]) for i, tag in enumerate(path))


def test_spans_carry_kind_and_code_points():
    text = "please call me, parcel came late 😀 ok"
    tags = ["O", "B-need", "I-need", "B-complaint", "I-complaint", "I-complaint", "O", "O"]
    path = np.array([TAGS.index(t) for t in tags])
    found = spans(text, words(text), [(0, len(text))], np.zeros(8, np.int64), path, emissions(*tags) / 4)
    assert [(s.kind, text[s.start : s.end], s.score) for s in found] == [
        ("need", "call me", 1.0),
        ("complaint", "parcel came late", 1.0),
    ]


def test_a_span_is_parted_where_a_sentence_ends():
    text = "came late again"
    path = np.array([TAGS.index(t) for t in ("B-complaint", "I-complaint", "I-complaint")])
    found = spans(text, words(text), [(0, 9), (10, 15)], np.array([0, 0, 1]), path, np.ones((3, 5), np.float32) / 5)
    assert [text[s.start : s.end] for s in found] == ["came late", "again"]


@pytest.mark.parametrize(
    ("text", "inner", "whole"),
    [
        ("the invoices here", "voice", "invoices"),
        ("অ্যাপটা ভালো", "্যাপ", "অ্যাপটা"),
        ("కస్టమర్‌ని అడగలేదు", "టమర్‌", "కస్టమర్‌ని"),
        ("配送太慢了", "太慢", "太慢"),
        ("kundeservice.", "service", "kundeservice"),
    ],
)
def test_words_stay_whole_where_spaces_part_them(text, inner, whole):
    start = text.index(inner)
    begin, end = whole_words(text, start, start + len(inner), 0, len(text))
    assert text[begin:end] == whole


def test_a_span_stays_in_its_sentence_and_takes_no_mark_of_a_picture():
    for text, start in (("Takk 👍️Ring meg", 7), ("3️⃣Ring meg", 3)):
        found = whole_words(text, start, start + 4, start, len(text))
        assert found == (start, start + 4)
        assert whole_words(text, start, start + 4, 0, len(text)) == found


def test_a_second_mention_in_a_word_begins_behind_the_first():
    text = "kommet for sent"
    tokens = Tokens(np.zeros(4, np.int64), np.array([0, 3, 7, 11]), np.array([3, 6, 10, 15]))
    path = np.array([TAGS.index(t) for t in ("B-complaint", "B-complaint", "I-complaint", "I-complaint")])
    found = spans(text, tokens, [(0, 15)], np.zeros(4, np.int64), path, np.ones((4, 5), np.float32) / 5)
    assert [text[s.start : s.end] for s in found] == ["kommet", "for sent"]


def test_a_mention_that_the_one_before_has_taken_in_is_dropped():
    text = "ভালো foobarbaz"
    tokens = Tokens(np.zeros(4, np.int64), np.array([0, 5, 8, 11]), np.array([4, 8, 11, 14]))
    path = np.array([TAGS.index(t) for t in ("O", "B-need", "B-complaint", "O")])
    found = spans(text, tokens, [(0, 14)], np.zeros(4, np.int64), path, np.ones((4, 5), np.float32) / 5)
    assert [(s.kind, text[s.start : s.end]) for s in found] == [("need", "foobarbaz")]


def test_a_run_of_white_space_costs_no_more_than_its_length():
    def steps(length):
        text = "seint" + " " * length + "పార్సెల్"
        tokens = Tokens(np.zeros(2, np.int64), np.array([0, 5 + length]), np.array([5, len(text)]))
        path = np.array([TAGS.index("B-complaint"), TAGS.index("I-complaint")])
        started = time.process_time()
        (span,) = spans(text, tokens, [(0, len(text))], np.zeros(2, np.int64), path, np.ones((2, 5), np.float32) / 5)
        assert (span.start, span.end) == (0, len(text))
        return time.process_time() - started

    steps(10)
    assert steps(64_000) < 16 * max(steps(16_000), 1e-3)  # 4 times the length; by the square, 16 times the time


def test_a_word_without_end_is_widened_a_little_only():
    text = "a" * 100_000
    start, end = whole_words(text, 50_000, 50_001, 0, len(text))
    assert end - start < 200


def test_one_long_text_costs_no_memory_for_the_short_ones():
    many = [np.zeros((1, len(TAGS)), np.float32)] * 500 + [np.zeros((100_000, len(TAGS)), np.float32)]
    tracemalloc.start()
    viterbi(many, allowed_transitions(), FREE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize("mark", [".", "!!", "…", " ?", "।", "。", "！？", "，"])
def test_marks_that_end_a_sentence_are_no_part_of_a_span(mark):
    text = f"it came late{mark}"
    tokens = Tokens(np.zeros(2, np.int64), np.array([0, 3]), np.array([2, len(text)]))
    path = np.array([TAGS.index("O"), TAGS.index("B-complaint")])
    (span,) = spans(text, tokens, [(0, len(text))], np.zeros(2, np.int64), path, emissions("O", "B-complaint") / 4)
    assert text[span.start : span.end] == "came late"
