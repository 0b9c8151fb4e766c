"""Texts as spaCy Docs whose token edges fall where sentences and mentions begin and end.

A mention comes out of the network as code-point offsets, spaCy wants tokens; `make_doc` cuts tokens at those
offsets, so that `doc.char_span` never answers None and no mention is moved to the nearest token. Only blank
pipelines are used: tokenisation needs no trained model. spaCy itself is imported at the first use.
"""

from __future__ import annotations

import re
import sys
import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

_FALLBACK = "xx"
_ALIASES = {"nn": "nb", "no": "nb"}
_NEEDS_MORE = frozenset({"ja", "ko", "th", "vi"})
"""spaCy's classes of these segment by packages that Stemme does not depend on (SudachiPy, mecab-ko, ...)."""

_RUN = re.compile(r"\S{200}(?=\S)")
"""spaCy peels affixes off an unbroken run one by one, which is quadratic; longer runs are cut before."""

_lock = threading.Lock()
_LANGUAGE = re.compile("[a-z]{2,3}")
"""Other names would be looked for among spaCy's modules, and found there (`char_classes`)."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def blank(lang: str) -> Language:
    """Return spaCy's blank pipeline for a BCP 47 tag; the same object every time, from any thread.

    Norwegian Nynorsk shares the class of Bokmål. A language that spaCy does not have, has only with further
    packages, or that stands in another script than its usual one (`te-Latn`) gets the multi-language `xx`.
    """
    name = _class_name(lang)
    with _lock:
        return _load(name)


def make_doc(
    text: str,
    lang: str,
    boundaries: Iterable[int] = (),
    sentences: Sequence[tuple[int, int]] | None = None,
) -> Doc:
    """Tokenise a text and cut its tokens wherever a sentence or mention begins or ends.

    Args:
        text: Any string. spaCy cannot hold lone surrogates: each becomes one U+FFFD, so offsets stay.
        lang: BCP 47 tag, see `blank`.
        boundaries: Code-point offsets to cut at, in any order; those outside the text cut nothing.
        sentences: Code-point spans as `sentences.split` gives them; their edges are boundaries too, and
            `doc.sents` has one span for each, white space between two belonging to the former. An empty
            sequence, as control characters give it, makes the whole Doc one span; None sets no sentences.

    Returns:
        A Doc with `doc.text == text`, and `doc.char_span(start, end)` exact for every two boundaries that
        have no white space just inside them.
    """
    from spacy.tokens import Doc

    nlp = blank(lang)
    cuts = sorted({*boundaries, *(edge for sentence in sentences or () for edge in sentence)})
    words: list[str] = []
    spaces: list[bool] = []
    starts: list[int] = []
    for offset, token in _tokens(nlp, _SURROGATE.sub("\ufffd", text)):
        begin, end = offset + token.idx, offset + token.idx + len(token)
        inner = cuts[bisect_left(cuts, begin + 1) : bisect_left(cuts, end)]
        for left, right in pairwise([begin, *inner, end]):
            words.append(token.text[left - begin : right - begin])
            spaces.append(False)
            starts.append(left)
        spaces[-1] = bool(token.whitespace_)
    if sentences is None:
        return Doc(nlp.vocab, words=words, spaces=spaces)
    # White space before the first sentence is part of it, not a sentence of its own.
    first = {start for start, _ in sentences[1:]} | {0}
    return Doc(nlp.vocab, words=words, spaces=spaces, sent_starts=[start in first for start in starts])


def _tokens(nlp: Language, text: str) -> Iterator[tuple[int, Token]]:
    """Yield spaCy's tokens, each with the offset of the piece of text that its `idx` counts from."""
    edges = [0, *(run.end() for run in _RUN.finditer(text)), len(text)]
    for left, right in pairwise(edges):
        for token in nlp.make_doc(text[left:right]):
            yield left, token


def _class_name(lang: str) -> str:
    primary, *subtags = lang.split("-")
    primary = _ALIASES.get(primary.lower(), primary.lower())
    other_script = primary != "zh" and any(len(subtag) == 4 for subtag in subtags)
    usable = _LANGUAGE.fullmatch(primary) and not other_script and primary not in _NEEDS_MORE
    return primary if usable else _FALLBACK


@cache
def _load(name: str) -> Language:
    import spacy
    from spacy.util import get_lang_class

    try:
        get_lang_class(name)
    except ImportError:
        return _load(_FALLBACK)
    nlp = spacy.blank(name)
    nlp.max_length = sys.maxsize  # meant for parsers, of which there is none
    return nlp
