"""Gold records as labelled windows, and batches of them for the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from stemme.corpus.markup import Mention
from stemme.corpus.records import Record
from stemme.labels import DIMENSIONS, FRAMES, MENTION_KINDS, SEVERITIES, TOPICS
from stemme.model import windows
from stemme.model.network import IGNORED
from stemme.model.tokens import SubwordTokenizer, Tokens


@dataclass(frozen=True)
class Example:
    """A window of a record with its labels.

    Attributes:
        tokens: Of the whole record.
        window: Into the tokens.
        frames: Of shape (sentences,).
        dimensions: Of shape (sentences,), `IGNORED` for `neither`.
        tags: Of shape (subwords,).
        presence: Of shape (sentences, kinds of mention), 1 where a sentence holds one.
        mentions: First and one past the last subword within the window, topic and severity of each whole mention.
    """

    tokens: Tokens
    window: windows.Window
    frames: NDArray[np.int64]
    dimensions: NDArray[np.int64]
    tags: NDArray[np.int64]
    presence: NDArray[np.float32]
    mentions: list[tuple[int, int, int, int]]

    def __len__(self) -> int:
        return len(self.window)


def examples(records: Sequence[Record], tokenizer: SubwordTokenizer) -> list[Example]:
    """Cut records into labelled windows, by the function that also cuts texts to analyse."""
    found = []
    for record, tokens in zip(records, tokenizer([r.text for r in records]), strict=True):
        sentence_of = windows.sentence_of_tokens(tokens, [(s.start, s.end) for s in record.sentences])
        tags, places = tag_mentions(tokens, record.mentions)
        frames = np.array([FRAMES.index(s.frame) for s in record.sentences])
        dimensions = np.array(
            [IGNORED if s.dimension is None else DIMENSIONS.index(s.dimension) for s in record.sentences]
        )
        for window in windows.cut(0, sentence_of):
            seen = np.unique(window.sentences)
            inside = [
                (
                    first - window.start,
                    stop - window.start,
                    TOPICS.index(mention.topic),
                    SEVERITIES.index(mention.severity) if mention.severity else IGNORED,
                )
                for mention, (first, stop) in zip(record.mentions, places, strict=True)
                if window.start <= first < stop <= window.stop
            ]
            window_tags = tags[window.start : window.stop]
            presence = np.stack(
                [
                    np.array([np.any((window_tags[window.sentences == s] + 1) // 2 == kind) for s in seen])
                    for kind in range(1, len(MENTION_KINDS) + 1)
                ],
                1,
            ).astype(np.float32)
            found.append(Example(tokens, window, frames[seen], dimensions[seen], window_tags, presence, inside))
    return found


def shouted(records: Sequence[Record]) -> list[Record]:
    """Return the records in upper case, where that changes a text and no offset."""
    upper = [(record, record.text.upper()) for record in records]
    return [replace(r, text=text) for r, text in upper if text != r.text and len(text) == len(r.text)]


def crop(example: Example, first: int, stop: int) -> Example:
    """Return an example without the sentences before its `first` and from its `stop` on, counted within its window."""
    numbers = np.unique(example.window.sentences)
    bounds = np.searchsorted(example.window.sentences, [numbers[first], numbers[stop - 1] + 1])
    start, end = int(bounds[0]), int(bounds[1])
    offset = example.window.start
    return Example(
        example.tokens,
        windows.Window(0, offset + start, offset + end, example.window.sentences[start:end]),
        example.frames[first:stop],
        example.dimensions[first:stop],
        example.tags[start:end],
        example.presence[first:stop],
        [
            (a - start, b - start, topic, severity)
            for a, b, topic, severity in example.mentions
            if start <= a and b <= end
        ],
    )


def tag_mentions(tokens: Tokens, mentions: Sequence[Mention]) -> tuple[NDArray[np.int64], list[tuple[int, int]]]:
    """Return the tag of every subword, and the first and one past the last subword of every mention."""
    tags = np.zeros(len(tokens), np.int64)
    places = []
    for mention in mentions:
        first = int(np.searchsorted(tokens.starts, mention.start))
        stop = int(np.searchsorted(tokens.starts, mention.end))
        if first and tokens.ends[first - 1] > mention.start:
            first -= 1
        beginning = 1 + 2 * MENTION_KINDS.index(mention.kind)
        tags[first:stop] = beginning + 1
        tags[first : min(first + 1, stop)] = beginning
        places.append((first, stop))
    return tags, places


def collate(batch: Sequence[Example]) -> dict[str, Tensor]:
    """Pad examples into the arguments of `StemmeModel.forward`."""
    cut = [windows.Window(i, e.window.start, e.window.stop, e.window.sentences) for i, e in enumerate(batch)]
    padded = windows.collate(cut, [e.tokens for e in batch])
    positions = padded.input_ids.shape[1]
    mentions = max(1, *(len(e.mentions) for e in batch))
    labels: dict[str, Any] = {
        "frame_labels": np.full(padded.sentence_mask.shape[:2], IGNORED),
        "dimension_labels": np.full(padded.sentence_mask.shape[:2], IGNORED),
        "tag_labels": np.full((len(batch), positions), IGNORED),
        "mention_mask": np.zeros((len(batch), mentions, positions), np.float32),
        "topic_labels": np.full((len(batch), mentions), IGNORED),
        "severity_labels": np.full((len(batch), mentions), IGNORED),
        "presence_labels": np.zeros((*padded.sentence_mask.shape[:2], len(MENTION_KINDS)), np.float32),
    }
    for row, example in enumerate(batch):
        labels["frame_labels"][row, : len(example.frames)] = example.frames
        labels["dimension_labels"][row, : len(example.dimensions)] = example.dimensions
        labels["tag_labels"][row, 1 : len(example) + 1] = example.tags
        labels["presence_labels"][row, : len(example.frames)] = example.presence
        for number, (first, stop, topic, severity) in enumerate(example.mentions):
            labels["mention_mask"][row, number, first + 1 : stop + 1] = 1
            labels["topic_labels"][row, number] = topic
            labels["severity_labels"][row, number] = severity
    inputs = {
        "input_ids": padded.input_ids,
        "attention_mask": padded.attention_mask,
        "sentence_mask": padded.sentence_mask,
    }
    return {name: torch.from_numpy(values) for name, values in (inputs | labels).items()}
