"""Windows over a text that is longer than the network reads at once, and batches of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stemme.model.tokens import BOS, EOS, PAD, Tokens

SIZE = 254
"""Subwords of a window; with `<s>` and `</s>`, half of the encoder's positions.

Nearly all texts that the network has learned from are shorter. Beyond that it finds much less (models/ABLATIONS.md).
"""

OVERLAP = 64
"""Subwords that two neighbouring windows may share, so that no sentence is read without what precedes it."""


SHORTEST = 0.8
"""Length of the shortest window of a batch over that of the longest, at the least: padding costs as much as text."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of one text's subwords.

    Attributes:
        text: Index of the text among those analysed together.
        start: First subword.
        stop: One past the last subword; a window is never empty.
        sentences: Index of the sentence of every subword within the text, of shape (stop - start,).
    """

    text: int
    start: int
    stop: int
    sentences: NDArray[np.int64]

    def __len__(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Batch:
    """The network's input for some windows, padded.

    Attributes:
        windows: The windows, in the order of the rows.
        input_ids: int64 of shape (windows, positions), with `<s>` first and `</s>` last.
        attention_mask: int64 of shape (windows, positions), 0 at padding.
        sentence_mask: float32 of shape (windows, sentences, positions), 1 where a position is of a sentence.
            The sentences that a window has subwords of, in order.
    """

    windows: list[Window]
    input_ids: NDArray[np.int64]
    attention_mask: NDArray[np.int64]
    sentence_mask: NDArray[np.float32]


def sentence_of_tokens(tokens: Tokens, sentences: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    """Return the index of the sentence in which each subword ends, of shape (subwords,)."""
    bounds = np.array([start for start, _ in sentences[1:]], np.int64)
    return np.searchsorted(bounds, np.maximum(tokens.ends - 1, tokens.starts), side="right").astype(np.int64)


def cut(text: int, sentence_of: NDArray[np.int64], size: int = SIZE, overlap: int = OVERLAP) -> list[Window]:
    """Cut a text into windows that break between sentences where they can, and overlap.

    Every subword is in at least one window. A sentence longer than a window is cut, with the same overlap.

    Args:
        text: Index of the text, carried into the windows.
        sentence_of: Index of the sentence of every subword, ascending, of shape (subwords,).
        size: Subwords of a window at the most.
        overlap: Subwords that two windows share at the most; less than half of `size`.
    """
    total = len(sentence_of)
    breaks = np.flatnonzero(np.diff(sentence_of)) + 1
    windows = []
    start = 0
    while start < total:
        stop = min(start + size, total)
        if stop < total:
            fitting = breaks[np.searchsorted(breaks, start + overlap, "right") : np.searchsorted(breaks, stop, "right")]
            stop = int(fitting[-1]) if len(fitting) else stop
        windows.append(Window(text, start, stop, sentence_of[start:stop]))
        if stop == total:
            break
        again = breaks[np.searchsorted(breaks, stop - overlap) : np.searchsorted(breaks, stop)]
        start = int(again[0]) if len(again) else stop - overlap
    return windows


def batches(windows: Sequence[Window], limit: int, budget: int) -> Iterator[list[Window]]:
    """Yield windows of like length together, longest first.

    Args:
        windows: In any order.
        limit: Windows of a batch at the most.
        budget: Positions of a batch at the most, padding included (a single window may exceed it).
    """
    batch: list[Window] = []
    for window in sorted(windows, key=len, reverse=True):
        if batch:
            longest = len(batch[0]) + 2
            full = len(batch) == limit or (len(batch) + 1) * longest > budget
            if full or len(window) + 2 < SHORTEST * longest:
                yield batch
                batch = []
        batch.append(window)
    if batch:
        yield batch


def collate(windows: list[Window], tokens: Sequence[Tokens]) -> Batch:
    """Pad windows into the arrays that the network takes; `tokens` are indexed by `Window.text`."""
    length = max(len(window) for window in windows) + 2
    # Counted anew in each window: sentences without a subword (control characters) would only cost memory.
    rows = [np.unique(window.sentences, return_inverse=True)[1] for window in windows]
    count = max(int(numbers[-1]) + 1 for numbers in rows)
    input_ids = np.full((len(windows), length), PAD, np.int64)
    attention_mask = np.zeros((len(windows), length), np.int64)
    sentence_mask = np.zeros((len(windows), count, length), np.float32)
    for row, window in enumerate(windows):
        stop = len(window) + 1
        input_ids[row, 0] = BOS
        input_ids[row, 1:stop] = tokens[window.text].ids[window.start : window.stop]
        input_ids[row, stop] = EOS
        attention_mask[row, : stop + 1] = 1
        sentence_mask[row, rows[row], np.arange(1, stop)] = 1
    return Batch(windows, input_ids, attention_mask, sentence_mask)
