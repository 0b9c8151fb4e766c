"""Where the network looks in a text, by word: its learned weights, and what is lost without the word.

The two are not the same. A weight says how much of a word's vector goes into one of the three means that a frame is
read from; that vector knows of the other words as well. Leaving a word out shows what the answer rests on, by a text
that nobody wrote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import torch

from stemme.errors import StemmeError
from stemme.labels import FRAMES, Frame
from stemme.model import windows
from stemme.model.network import StemmeModel
from stemme.model.predict import begin
from stemme.model.tokens import SubwordTokenizer
from stemme.pipeline import Analyzer

Offsets = tuple[int, int]

_WORD = re.compile(r"\S+\s*")


def words(text: str) -> list[Offsets]:
    """Return the words of a text whose script puts spaces between them, each with the space after it."""
    return [match.span() for match in _WORD.finditer(text)]


def weights(text: str, sentences: Sequence[Offsets], model: StemmeModel, tokenizer: SubwordTokenizer) -> list[float]:
    """Return what each of `words` weighs when its sentence is pooled; sums to 1 over a sentence.

    Args:
        text: With at least one subword, and no more than fit into one window.
        sentences: Code points (start, end) of its sentences.
        model: As trained; dropout must be off.
        tokenizer: The model's.

    Raises:
        StemmeError: The text is empty or too long.
    """
    tokens = tokenizer([text])
    if not 0 < len(tokens[0]) <= windows.SIZE:
        raise StemmeError(f"the text has {len(tokens[0])} subwords; give one of 1 to {windows.SIZE}")
    batch = windows.collate(windows.cut(0, windows.sentence_of_tokens(tokens[0], sentences)), tokens)
    with torch.no_grad():
        found = model.sentence_weights(
            torch.from_numpy(batch.input_ids),
            torch.from_numpy(batch.attention_mask),
            torch.from_numpy(batch.sentence_mask),
        )
    by_subword = found[0].sum(0)[1:-1].float().numpy()
    spans = words(text)
    holders = np.searchsorted([start for start, _ in spans], tokens[0].starts, "right") - 1
    summed = np.bincount(np.clip(holders, 0, None), by_subword, len(spans))
    return [float(weight) for weight in summed]


def losses(text: str, sentences: Sequence[Offsets], frames: Sequence[Frame], analyzer: Analyzer) -> list[float]:
    """Return how far the score of its sentence's frame falls when each of `words` is left out.

    A word that is its whole sentence takes all of the score with it.

    Args:
        text: Any text with words.
        sentences: Code points (start, end) of its sentences.
        frames: Of each sentence, the one whose score is asked for.
        analyzer: Has the model; scores are after its temperatures.
    """
    cuts = words(text)
    texts, given = [text], [list(sentences)]
    for start, end in cuts:
        texts.append(text[:start] + text[end:])
        left = list(accumulate((not start <= at < end for at in range(len(text))), initial=0))
        moved = [(left[a], left[b]) for a, b in sentences]
        given.append([(a, b) for a, b in moved if a < b])
    runtime = analyzer.runtime
    whole, *without = begin(texts, given, runtime.tokenizer, runtime.each, temperatures=runtime.temperatures)()
    found = []
    for (start, _), rest, prediction in zip(cuts, given[1:], without, strict=True):
        holder = max(number for number, (a, _) in enumerate(sentences) if a <= start or not number)
        frame = FRAMES.index(frames[holder])
        remaining = float(prediction.frames[holder, frame]) if len(rest) == len(sentences) else 0.0
        found.append(float(whole.frames[holder, frame]) - remaining)
    return found
