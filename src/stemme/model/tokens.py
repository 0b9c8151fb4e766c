"""Subwords with exact places in the text, for texts of any kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import regex
from numpy.typing import NDArray
from tokenizers import Tokenizer

BOS, PAD, EOS = 0, 1, 2
"""Ids of `<s>`, `<pad>` and `</s>` in XLM-R's vocabulary."""

MASK = 250_001
"""Id of `<mask>` there."""

_SURROGATE = regex.compile(r"[\uD800-\uDFFF]")
_SPACE = np.array([code for code in range(0x3001) if chr(code).isspace()], np.uint32)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The subwords of one text, without the special ones; all arrays are of shape (subwords,).

    Attributes:
        ids: Ids of the vocabulary.
        starts: Code points into the text, white space before the subword left out.
        ends: Exclusive, white space after it left out. A subword of white space alone is empty and stands where
            the next word begins.
    """

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)


class SubwordTokenizer:
    """XLM-R's tokenizer without special tokens.

    Where the normaliser composes characters (e + ́ to é), `tokenizers` gives a subword the place of the first
    of them only. Here a subword reaches to the beginning of the next, so that no combining mark, joiner or
    variation selector is ever cut off.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, path: Path) -> SubwordTokenizer:
        """Load a `tokenizer.json`."""
        return cls(Tokenizer.from_file(str(path)))

    def __call__(self, texts: Sequence[str]) -> list[Tokens]:
        """Tokenize texts; any string will do, lone surrogates count as unknown characters."""
        encodings = self._tokenizer.encode_batch([without_surrogates(text) for text in texts], add_special_tokens=False)
        return [_placed(text, encoding.ids, encoding.offsets) for text, encoding in zip(texts, encodings, strict=True)]


def without_surrogates(text: str) -> str:
    """Return the text with every lone surrogate replaced by U+FFFD, one for one: offsets stay what they are."""
    return _SURROGATE.sub("\ufffd", text) if _SURROGATE.search(text) else text


def _placed(text: str, ids: list[int], offsets: list[tuple[int, int]]) -> Tokens:
    if not ids:
        empty = np.zeros(0, np.int64)
        return Tokens(empty, empty, empty)
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    solid = ~np.isin(points, _SPACE)
    positions = np.arange(len(text))
    # The nearest solid character at or after a position, and the end of the nearest one before it.
    following = np.full(len(text) + 1, len(text))
    following[:-1] = np.where(solid, positions, len(text))
    following = np.minimum.accumulate(following[::-1])[::-1]
    preceding = np.zeros(len(text) + 1, np.int64)
    preceding[1:] = np.maximum.accumulate(np.where(solid, positions + 1, 0))

    begins = np.array([start for start, _ in offsets], np.int64)
    starts = following[begins]
    ends = np.maximum(starts, preceding[np.append(begins[1:], len(text))])
    return Tokens(np.array(ids, np.int64), starts, ends)
