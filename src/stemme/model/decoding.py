"""From tag scores of subwords to spans of the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

from stemme.labels import MENTION_KINDS, MentionKind
from stemme.model.tokens import Tokens

TAGS: tuple[str, ...] = ("O", *(f"{prefix}-{kind}" for kind in MENTION_KINDS for prefix in "BI"))
"""Tags of a subword: outside, or beginning or inside of a mention (IOB2)."""

FORBIDDEN = -1e4
"""Score of what must not be; finite, so that sums of it stay ordered."""

# A letter of a script that puts spaces between words; joiners and marks belong to the word they stand in, but not
# the marks that follow a picture.
_WORD_PART = regex.compile(
    r"[[\p{L}\p{M}\p{N}\u200c\u200d]--[\ufe00-\ufe0f\u20e3\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]",
    regex.V1,
)

_SPACES = "".join(filter(str.isspace, map(chr, range(0x3001))))
_CLOSING = ".…!?,;:\u0964\u3002\uff01\uff1f\uff0c\u3001\uff1b\uff1a" + _SPACES
"""What a mention does not end in: marks that end a sentence or clause, and white space."""

_LONGEST_WORD = 64
"""Code points by which a span is widened at the most on either side: hostile text has words without end."""


@dataclass(frozen=True, slots=True)
class Span:
    """A decoded mention: subwords `first` to `last` (inclusive) of one text, and its code points."""

    kind: MentionKind
    first: int
    last: int
    start: int
    end: int
    score: float


def allowed_transitions() -> NDArray[np.float32]:
    """Return scores of shape (tags, tags): 0 from row to column, `FORBIDDEN` into an inside with no beginning."""
    scores = np.zeros((len(TAGS), len(TAGS)), np.float32)
    for column, tag in enumerate(TAGS):
        if tag.startswith("I-"):
            for row, before in enumerate(TAGS):
                if before[1:] != tag[1:]:
                    scores[row, column] = FORBIDDEN
    return scores


def viterbi(
    emissions: Sequence[NDArray[np.float32]], transitions: NDArray[np.float32], first: NDArray[np.float32]
) -> list[NDArray[np.int64]]:
    """Return the best path of tags through each sequence.

    Args:
        emissions: Scores of shape (subwords, tags), one array a text.
        transitions: Scores of shape (tags, tags), from row to column.
        first: Scores of shape (tags,) of beginning with a tag.

    Returns:
        Tags of shape (subwords,), one array a text.
    """
    paths: list[NDArray[np.int64]] = [np.zeros(0, np.int64)] * len(emissions)
    side = _side_by_side(emissions)
    flat, starts, lengths = side.flat, side.starts, side.lengths
    if not len(flat):
        return paths
    back = np.zeros(flat.shape, np.int8)
    score = first + flat[starts]
    for step in range(1, int(lengths[0])):
        here = side.rows(step)
        candidates = score[: len(here), :, None] + transitions
        best = candidates.argmax(1)
        back[here] = best
        score[: len(here)] = np.take_along_axis(candidates, best[:, None], 1)[:, 0] + flat[here]
    for row, i in enumerate(side.order):
        path = np.empty(lengths[row], np.int64)
        path[-1] = score[row].argmax()
        for step in range(int(lengths[row]) - 1, 0, -1):
            path[step - 1] = back[starts[row] + step, path[step]]
        paths[i] = path
    return paths


def marginals(
    emissions: Sequence[NDArray[np.float32]], transitions: NDArray[np.float32], first: NDArray[np.float32]
) -> list[NDArray[np.float32]]:
    """Return the probability of each tag at each subword, over all paths (forward-backward, Rabiner 1989).

    Args:
        emissions: Scores of shape (subwords, tags), one array a text.
        transitions: Scores of shape (tags, tags), from row to column.
        first: Scores of shape (tags,) of beginning with a tag.

    Returns:
        Probabilities of shape (subwords, tags), one array a text.
    """
    shares = [np.zeros((0, len(TAGS)), np.float32)] * len(emissions)
    side = _side_by_side(emissions)
    if not len(side.flat):
        return shares
    # Scaled at each step, so that no product runs out of range; what is forbidden becomes exactly 0.
    local = np.exp(side.flat.astype(np.float64) - side.flat.max(1, keepdims=True))
    step = np.exp(transitions.astype(np.float64))
    forward, backward = np.empty_like(local), np.ones_like(local)
    forward[side.starts] = _shares(np.exp(first.astype(np.float64)) * local[side.starts])
    for number in range(1, int(side.lengths[0])):
        here = side.rows(number)
        forward[here] = _shares((forward[here - 1] @ step) * local[here])
    for number in range(int(side.lengths[0]) - 1, 0, -1):
        here = side.rows(number)
        backward[here - 1] = _shares((local[here] * backward[here]) @ step.T)
    both = _shares(forward * backward).astype(np.float32)
    for row, i in enumerate(side.order):
        shares[i] = both[side.starts[row] : side.starts[row] + side.lengths[row]]
    return shares


def _shares(values: NDArray[np.float64]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = values / values.sum(1, keepdims=True)
    return shares


@dataclass(frozen=True, slots=True)
class _SideBySide:
    """Sequences walked in step, the longest first.

    One after the other in memory rather than padded: one long text among many short ones must not cost memory for all.

    Attributes:
        order: Index of each sequence that is not empty.
        flat: Their rows, of shape (all rows, tags).
        starts: Of each sequence in `flat`.
        lengths: Of each, falling.
    """

    order: list[int]
    flat: NDArray[np.float32]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]

    def rows(self, step: int) -> NDArray[np.int64]:
        """Return where in `flat` the rows number `step` are, of the sequences that are so long."""
        live = int(np.searchsorted(-self.lengths, -step))
        rows: NDArray[np.int64] = self.starts[:live] + step
        return rows


def _side_by_side(sequences: Sequence[NDArray[np.float32]]) -> _SideBySide:
    order = sorted((i for i, rows in enumerate(sequences) if len(rows)), key=lambda i: -len(sequences[i]))
    lengths = np.array([len(sequences[i]) for i in order], np.int64)
    flat = np.concatenate([np.zeros((0, len(TAGS)), np.float32), *(sequences[i] for i in order)])
    return _SideBySide(order, flat, np.cumsum(lengths) - lengths, lengths)


def spans(
    text: str,
    tokens: Tokens,
    sentences: Sequence[tuple[int, int]],
    sentence_of: NDArray[np.int64],
    path: NDArray[np.int64],
    probabilities: NDArray[np.float32],
) -> list[Span]:
    """Read the mentions off a path of tags; none crosses a sentence or cuts a word in two.

    Args:
        text: The text.
        tokens: Its subwords.
        sentences: Code points (start, end) of its sentences.
        sentence_of: Index of the sentence of every subword, of shape (subwords,).
        path: Tags of shape (subwords,).
        probabilities: Of the tags, of shape (subwords, tags).
    """
    found: list[Span] = []
    position = 0
    marked = np.flatnonzero(path)
    for first in map(int, marked):
        if first < position:
            continue
        kind = MENTION_KINDS[(int(path[first]) - 1) // 2]
        last = first
        inside = 2 * MENTION_KINDS.index(kind) + 2
        while last + 1 < len(path) and path[last + 1] == inside and sentence_of[last + 1] == sentence_of[first]:
            last += 1
        position = last + 1
        lower, upper = sentences[sentence_of[first]]
        lower = max(lower, found[-1].end) if found else lower
        start, end = max(lower, int(tokens.starts[first])), min(upper, int(tokens.ends[last]))
        if end <= start:
            continue  # the mention before, widened to its whole word, has taken it in
        start, end = whole_words(text, start, end, lower, upper)
        start, end = _trimmed(text, start, end)
        if end <= start:
            continue
        inner = probabilities[first : last + 1, inside - 1 : inside + 1].sum(1)
        found.append(Span(kind, int(first), int(last), start, end, float(inner.mean())))
    return found


def whole_words(text: str, start: int, end: int, lower: int, upper: int) -> tuple[int, int]:
    """Widen a span to the edges of the words it begins and ends in, within `lower` and `upper`.

    Scripts without spaces between words stay as they are, and so does what is longer than any word.
    """
    lower, upper = max(lower, start - _LONGEST_WORD), min(upper, end + _LONGEST_WORD)
    begin, stop = start, end
    while lower < begin < end and _WORD_PART.match(text, begin - 1) and _WORD_PART.match(text, begin):
        begin -= 1
    while start < stop < upper and _WORD_PART.match(text, stop - 1) and _WORD_PART.match(text, stop):
        stop += 1
    return begin, stop


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out white space at both edges, and the marks that end a sentence or clause."""
    covered = text[start:end]
    return end - len(covered.lstrip()), start + len(covered.rstrip(_CLOSING))
