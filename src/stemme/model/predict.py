"""From texts with sentences to scores and mentions, by whichever engine runs the network.

The trained network (torch) and the exported one (ONNX) share everything here, so that they can differ in
arithmetic only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stemme.defaults import BATCH_SIZE
from stemme.labels import DIMENSIONS, FRAMES, SEVERITIES, TOPICS
from stemme.model import decoding, windows
from stemme.model.tokens import SubwordTokenizer

Floats = NDArray[np.float32]

BUDGET = 2048
"""Positions of a batch at the most: bounds the memory of the attention maps (12 heads of 256 x 256 a window)."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Logits of a batch, as `StemmeOutput` names and shapes them, and the chain's own scores.

    `transitions` is of shape (tags, tags), `first` of shape (tags,).
    """

    frame: Floats
    dimension: Floats
    tag: Floats
    topic: Floats
    severity: Floats
    transitions: Floats
    first: Floats


Scorer = Callable[[Iterable[windows.Batch]], Iterable[Scores]]
"""Runs the network over batches; their scores come in the same order."""

TEMPERED = ("frame", "dimension", "topic", "severity", "mention")
"""Heads whose scores have a temperature; a mention's score is that it is right at all."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A span with the probabilities of its topics (topics,) and severities (severities,)."""

    span: decoding.Span
    topics: Floats
    severities: Floats


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the network says of one text.

    Attributes:
        frames: Probabilities of shape (sentences, frames).
        dimensions: Probabilities of shape (sentences, dimensions).
        mentions: In the order of the text.
    """

    frames: Floats
    dimensions: Floats
    mentions: list[Mention]

    def surest(self, score: float) -> Prediction:
        """Return the prediction without the mentions below a score."""
        return replace(self, mentions=[m for m in self.mentions if m.span.score >= score])


def begin(
    texts: Sequence[str],
    sentences: Sequence[Sequence[tuple[int, int]]],
    tokenizer: SubwordTokenizer,
    score: Scorer,
    batch_size: int = BATCH_SIZE,
    temperatures: Mapping[str, float] | None = None,
) -> Callable[[], list[Prediction]]:
    """Hand texts whose sentences are known to the network; windows of all go into batches together, by length.

    Args:
        texts: Any strings.
        sentences: Code points (start, end) of each text's sentences, in order.
        tokenizer: The network's.
        score: Runs the network.
        batch_size: Windows of a batch at the most.
        temperatures: By which the logits of the heads in `TEMPERED` are divided (Guo et al. 2017,
            arXiv:1706.04599); 1 for a head that is left out.

    Returns:
        What waits for the network and decodes its scores, a prediction each text.
    """
    tokens = tokenizer(texts)
    sentence_of = [windows.sentence_of_tokens(t, s) for t, s in zip(tokens, sentences, strict=True)]
    # A text of white space alone has subwords, but no sentence to score.
    cuts = [window for i, of in enumerate(sentence_of) if sentences[i] for window in windows.cut(i, of)]
    batches = list(windows.batches(cuts, batch_size, BUDGET))
    scored = score(windows.collate(batch, tokens) for batch in batches)

    def finish() -> list[Prediction]:
        known = dict.fromkeys(TEMPERED, 1.0) | dict(temperatures or {})
        # What the network has not seen has no tags to decode either.
        merged = [_Merged(len(t) if s else 0, len(s), known) for t, s in zip(tokens, sentences, strict=True)]
        scores = None
        for batch, scores in zip(batches, scored, strict=True):
            for row, window in enumerate(batch):
                merged[window.text].add(window, row, scores)
        if scores is None:
            return [m.prediction([]) for m in merged]
        chain = scores.transitions, scores.first
        paths = decoding.viterbi([m.tag for m in merged], *chain)
        marked = [i for i, path in enumerate(paths) if path.any()]
        shares = dict(zip(marked, decoding.marginals([merged[i].tag for i in marked], *chain), strict=True))
        return [
            m.prediction(
                decoding.spans(texts[i], tokens[i], sentences[i], sentence_of[i], paths[i], shares[i])
                if i in shares
                else []
            )
            for i, m in enumerate(merged)
        ]

    return finish


def softmax(logits: NDArray[np.floating[Any]]) -> Floats:
    """Probabilities over the last axis."""
    raised = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(raised / raised.sum(-1, keepdims=True), np.float32)


def tempered(score: float, temperature: float) -> float:
    """Return the probability of an event when its log-odds are divided by a temperature."""
    certain = 1e-6
    kept = min(max(score, certain), 1 - certain)
    odds: float = ((1 - kept) / kept) ** (1 / temperature)
    return 1 / (1 + odds)


class _Merged:
    """The scores of one text, gathered from its windows.

    A subword's scores are those of the window in which it stands farthest from an edge; a sentence's are averaged
    over the windows, weighted by the subwords seen.
    """

    def __init__(self, tokens: int, sentences: int, temperatures: Mapping[str, float]) -> None:
        self._temperatures = temperatures
        self.tag = np.zeros((tokens, len(decoding.TAGS)), np.float32)
        self.topic = np.zeros((tokens, len(TOPICS)), np.float32)
        self.severity = np.zeros((tokens, len(SEVERITIES)), np.float32)
        self._margin = np.full(tokens, -1)
        self._frame = np.zeros((sentences, len(FRAMES)), np.float32)
        self._dimension = np.zeros((sentences, len(DIMENSIONS)), np.float32)
        self._seen = np.zeros((sentences, 1), np.float32)

    def add(self, window: windows.Window, row: int, scores: Scores) -> None:
        """Take over row `row` of a batch's scores."""
        size = len(window)
        margin = np.minimum(np.arange(size), np.arange(size)[::-1])
        better = np.flatnonzero(margin > self._margin[window.start : window.stop])
        here = window.start + better
        self._margin[here] = margin[better]
        self.tag[here] = scores.tag[row, better + 1]
        self.topic[here] = scores.topic[row, better + 1]
        self.severity[here] = scores.severity[row, better + 1]
        numbers, counts = np.unique(window.sentences, return_counts=True)
        self._frame[numbers] += counts[:, None] * scores.frame[row, : len(numbers)]
        self._dimension[numbers] += counts[:, None] * scores.dimension[row, : len(numbers)]
        self._seen[numbers] += counts[:, None]

    def prediction(self, spans: list[decoding.Span]) -> Prediction:
        """Return the text's prediction with the mentions decoded from its tags."""
        seen = np.maximum(self._seen, 1)
        heat = self._temperatures
        frames = softmax(self._frame / seen / heat["frame"])
        # A sentence without a subword (control characters alone) says nothing.
        frames[self._seen[:, 0] == 0] = np.eye(len(FRAMES), dtype=np.float32)[FRAMES.index("neither")]
        mentions = [
            Mention(
                replace(span, score=tempered(span.score, heat["mention"])),
                softmax(self.topic[span.first : span.last + 1].mean(0) / heat["topic"]),
                softmax(self.severity[span.first : span.last + 1].mean(0) / heat["severity"]),
            )
            for span in spans
        ]
        return Prediction(frames, softmax(self._dimension / seen / heat["dimension"]), mentions)
