"""Texts in, analyses out: the one way through the model, for one text or a stream of them."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

import numpy as np

from stemme.analysis import Analysis, Complaint, Need, Sentence
from stemme.defaults import BATCH_SIZE
from stemme.errors import StemmeError
from stemme.labels import (
    DIMENSIONS,
    FRAMES,
    SEVERITIES,
    TOPICS,
    balance_of,
    orientation_of,
)
from stemme.model import files
from stemme.model.info import checksum
from stemme.model.predict import Floats, Mention, Prediction, begin
from stemme.model.runtime import Runtime
from stemme.text.language import Language, identify
from stemme.text.sentences import split
from stemme.text.tags import EXAMPLES, normal

if TYPE_CHECKING:
    from spacy.tokens import Doc

Context = TypeVar("Context")

_BATCHES_AHEAD = 64
"""Batches of texts that are sorted by length together at the most: with 16, padding took a tenth of the time."""

_GROUP_BATCHES, _GROUPS_AT_ONCE = 4, 3
"""Batches of texts that go to the network together, and how many such groups are under way at once."""

_CHARACTERS_AHEAD = 1_000_000
"""Characters read ahead at the most, so that memory stays bounded whatever the length of the texts."""


def load(model: str | Path | None = None, threads: int | None = None, min_score: float = 0.0) -> Analyzer:
    """Load a model: the one that ships with the package, unless a folder is named.

    Args:
        model: Folder of an exported model.
        threads: Of the arithmetic; by default one for each core that the process may use.
        min_score: Needs and complaints below this score are left out; frames never are.

    Raises:
        StemmeError: No model in the folder, or one of another version, or a score that is none.
    """
    return Analyzer(Runtime(packaged_model() if model is None else Path(model), threads), min_score)


def packaged_model() -> Path:
    """Return the folder of the model that ships with the package (in a checkout: `models/stemme-base`).

    Raises:
        StemmeError: The installation lacks it.
    """
    here = Path(__file__).parent
    for folder in (here / "models" / "stemme-base", here.parents[1] / "models" / "stemme-base"):
        if folder.is_dir():
            return folder
    raise StemmeError(f"{here}: the model that belongs to the package is missing. Install it again: pip install stemme")


class Analyzer:
    """Analyses texts with one model.

    Args:
        runtime: The model.
        min_score: Needs and complaints below this score, from 0 to 1, are left out.

    Raises:
        StemmeError: `min_score` is out of range.
    """

    def __init__(self, runtime: Runtime, min_score: float = 0.0) -> None:
        if not 0 <= min_score <= 1:
            raise StemmeError(f"min_score is {min_score}; give a number from 0 to 1")
        self.runtime = runtime
        self.min_score = min_score

    @cached_property
    def fingerprint(self) -> str:
        """Checksum of all that results depend on here: those of another model or `min_score` are not to be mixed in."""
        folder = self.runtime.folder
        parts = [*(checksum(folder / name) for name in files.NEEDED), str(self.min_score)]
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()

    def __call__(self, text: str, lang: str | None = None) -> Analysis:
        """Analyse one text.

        Args:
            text: Any string.
            lang: BCP 47 tag, where the language is known; else it is identified.

        Raises:
            StemmeError: `lang` is no language tag.
            TypeError: Not a string.
        """
        return self._analyze([_string(text)], _tag(lang), 1)[0]

    @overload
    def pipe(
        self,
        texts: Iterable[str],
        *,
        as_tuples: Literal[False] = ...,
        lang: str | None = ...,
        batch_size: int = ...,
        ahead: int = ...,
    ) -> Iterator[Analysis]: ...

    @overload
    def pipe(
        self,
        texts: Iterable[tuple[str, Context]],
        *,
        as_tuples: Literal[True],
        lang: str | None = ...,
        batch_size: int = ...,
        ahead: int = ...,
    ) -> Iterator[tuple[Analysis, Context]]: ...

    def pipe(
        self,
        texts: Iterable[Any],
        *,
        as_tuples: bool = False,
        lang: str | None = None,
        batch_size: int = BATCH_SIZE,
        ahead: int = 1,
    ) -> Iterator[Any]:
        """Analyse a stream of texts in bounded memory; results come in the order given.

        Args:
            texts: Strings, or pairs of a string and anything that is to come back beside its analysis.
            as_tuples: Whether `texts` are such pairs.
            lang: BCP 47 tag of all texts, where it is known.
            batch_size: Windows of a batch of the network at the most.
            ahead: Batches of texts that are sorted by length together at first; twice as many each time.

        Raises:
            StemmeError: `lang` is no language tag, or a number is below 1.
            TypeError: Not strings, or a single one; the message has its number.
        """
        if isinstance(texts, str):
            raise TypeError("pipe takes many texts, as a list or any stream; for one, call the analyzer with it")
        if batch_size < 1 or ahead < 1:
            raise StemmeError(f"batch_size is {batch_size} and ahead {ahead}; give 1 or more")
        lang = _tag(lang)
        given = texts if as_tuples else ((text, None) for text in texts)
        pairs = ((_string(text, number), context) for number, (text, context) in enumerate(given, 1))
        for chunk in _chunks(pairs, batch_size, ahead):
            analyses = self._analyze([text for text, _ in chunk], lang, batch_size)
            for analysis, (_, context) in zip(analyses, chunk, strict=True):
                yield (analysis, context) if as_tuples else analysis

    def doc(self, text: str, lang: str | None = None) -> Doc:
        """Analyse one text into a spaCy `Doc` of its language, annotated as `stemme.component` says."""
        return next(self.docs([text], lang=lang))

    def docs(self, texts: Iterable[str], *, lang: str | None = None, batch_size: int = BATCH_SIZE) -> Iterator[Doc]:
        """Analyse a stream of texts into spaCy `Doc`s, in the order given."""
        from stemme.component import annotated

        for analysis in self.pipe(texts, lang=lang, batch_size=batch_size):
            yield annotated(analysis)

    def gold(self, texts: Sequence[str], sentences: Sequence[Sequence[tuple[int, int]]] | None) -> list[Analysis]:
        """Analyse texts whose sentences are known, as those of a gold corpus are.

        Args:
            texts: Any strings.
            sentences: Code points (start, end) of each text's sentences; None to find them.
        """
        return self._analyze(texts, None, BATCH_SIZE, sentences)

    def _analyze(
        self,
        texts: Sequence[str],
        lang: str | None,
        batch_size: int,
        sentences: Sequence[Sequence[tuple[int, int]]] | None = None,
    ) -> list[Analysis]:
        # In groups of like length: while the network is at one, Python reads the next and decodes the one before.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i].encode("utf-8", "surrogatepass")), reverse=True)
        size = batch_size * _GROUP_BATCHES
        begun: deque[Callable[[], list[Analysis]]] = deque()
        found: list[Analysis] = []
        for start in range(0, len(order), size):
            group = order[start : start + size]
            known = None if sentences is None else [sentences[i] for i in group]
            begun.append(self._begin([texts[i] for i in group], lang, batch_size, known))
            if len(begun) == _GROUPS_AT_ONCE:
                found += begun.popleft()()
        for finish in begun:
            found += finish()
        in_order = dict(zip(order, found, strict=True))
        return [in_order[i] for i in range(len(texts))]

    def _begin(
        self,
        texts: Sequence[str],
        lang: str | None,
        batch_size: int,
        sentences: Sequence[Sequence[tuple[int, int]]] | None,
    ) -> Callable[[], list[Analysis]]:
        languages = [identify(text) if lang is None else Language(lang, 1.0) for text in texts]
        spans = sentences or [split(text, language.lang) for text, language in zip(texts, languages, strict=True)]
        runtime = self.runtime
        predictions = begin(texts, spans, runtime.tokenizer, runtime.each, batch_size, runtime.temperatures)

        def finish() -> list[Analysis]:
            surest = [p.surest(self.min_score) for p in predictions()]
            return [assemble(*parts) for parts in zip(texts, languages, spans, surest, strict=True)]

        return finish


def _tag(lang: str | None) -> str | None:
    if lang is None:
        return None
    if (tag := normal(lang)) is None:
        raise StemmeError(f"lang {lang!r}: not a language tag; write {EXAMPLES}")
    return tag


def _string(text: object, number: int | None = None) -> str:
    if not isinstance(text, str):
        which = "a text" if number is None else f"text {number}"
        raise TypeError(f"{which} must be a string, not {type(text).__name__}; fill missing values with ''")
    return text


def assemble(text: str, language: Language, sentences: Sequence[tuple[int, int]], prediction: Prediction) -> Analysis:
    """Turn a prediction into the analysis of its text.

    Args:
        text: The text as given.
        language: Its language.
        sentences: Code points (start, end) of its sentences, as many as the prediction has frames.
        prediction: Of the network.
    """
    found = [
        _sentence(start, end, frames, dimensions)
        for (start, end), frames, dimensions in zip(sentences, prediction.frames, prediction.dimensions, strict=True)
    ]
    frames = [sentence.frame for sentence in found]
    if found:
        weights = np.array([end - start for start, end in sentences], np.float32)
        scores = (prediction.frames * weights[:, None]).sum(0) / weights.sum()
    else:
        scores = np.array([frame == "neither" for frame in FRAMES], np.float32)
    return Analysis(
        text=text,
        lang=language.lang,
        lang_score=language.score,
        orientation=orientation_of(frames),
        balance=balance_of(frames),
        scores={frame: float(score) for frame, score in zip(FRAMES, scores, strict=True)},
        sentences=found,
        needs=[_need(text, mention) for mention in prediction.mentions if mention.span.kind == "need"],
        complaints=[_complaint(text, mention) for mention in prediction.mentions if mention.span.kind == "complaint"],
    )


def _sentence(start: int, end: int, frames: Floats, dimensions: Floats) -> Sentence:
    best = int(frames.argmax())
    dimension = None if FRAMES[best] == "neither" else DIMENSIONS[int(dimensions.argmax())]
    return Sentence(start, end, FRAMES[best], float(frames[best]), dimension)


def _need(text: str, mention: Mention) -> Need:
    span = mention.span
    return Need(span.start, span.end, text[span.start : span.end], TOPICS[int(mention.topics.argmax())], span.score)


def _complaint(text: str, mention: Mention) -> Complaint:
    span = mention.span
    return Complaint(
        span.start,
        span.end,
        text[span.start : span.end],
        TOPICS[int(mention.topics.argmax())],
        SEVERITIES[int(mention.severities.argmax())],
        span.score,
    )


def _chunks(pairs: Iterable[tuple[str, Context]], batch_size: int, ahead: int) -> Iterator[list[tuple[str, Context]]]:
    """Yield lists of pairs: first of few batches, so that results come soon, then twice as long each time.

    None has more than `_BATCHES_AHEAD` batches or, beyond a first pair, `_CHARACTERS_AHEAD` characters.
    """
    limit = batch_size * min(ahead, _BATCHES_AHEAD)
    chunk: list[tuple[str, Context]] = []
    characters = 0
    for pair in pairs:
        if chunk and characters + len(pair[0]) > _CHARACTERS_AHEAD:
            yield chunk
            chunk, characters = [], 0
        chunk.append(pair)
        characters += len(pair[0])
        if len(chunk) == limit:
            yield chunk
            chunk, characters = [], 0
            limit = min(2 * limit, batch_size * _BATCHES_AHEAD)
    if chunk:
        yield chunk
