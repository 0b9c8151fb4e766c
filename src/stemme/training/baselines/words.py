"""Baselines of words and letters, by scikit-learn: keyword lists, and n-grams of characters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.feature_selection import chi2
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from stemme.corpus.records import Record, spaced
from stemme.errors import StemmeError
from stemme.labels import FRAMES, Frame
from stemme.training.baselines.sentences import LabelledSentence, SentenceModel, analyze_by_language, by_language
from stemme.training.evaluate import Analyze

KEYWORDS = 100
"""Words a frame."""


def keyword_lists(records: Sequence[Record]) -> Analyze:
    """Count each sentence's words of a frame's list; the most hits win, `neither` where there are none.

    A list holds the `KEYWORDS` words of the training split with the highest chi-squared of those that are
    commoner in the frame than elsewhere.
    """
    return analyze_by_language({lang: _keywords(s, lang) for lang, s in by_language(records).items()})


def character_ngrams(records: Sequence[Record]) -> Analyze:
    """TF-IDF of 1 to 5 characters within words (in Chinese, of 1 to 3), and logistic regression."""
    return analyze_by_language({lang: _ngrams(s, lang) for lang, s in by_language(records).items()})


def count_words(texts: Sequence[str], lang: str) -> tuple[CountVectorizer, Any]:
    """Count the words of texts, of 1 to 3 characters where a language writes no spaces; rare ones are left out.

    Returns:
        The vectorizer, and its table of which text holds which word.

    Raises:
        StemmeError: No word stands in two of the texts.
    """
    counter = _word_counter(lang)
    with _enough(lang):
        return counter, counter.fit_transform(texts)


@contextmanager
def _enough(lang: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:  # all that the library says of it
        raise StemmeError(f"{lang}: too few sentences to count words; add records of that language") from error


def _word_counter(lang: str) -> CountVectorizer:
    if not spaced(lang):
        return CountVectorizer(analyzer="char", ngram_range=(1, 3), binary=True, min_df=2)
    # The library's own pattern cuts words at the vowel signs of Indic scripts.
    return CountVectorizer(
        token_pattern=r"(?:\w|[\u0300-\u036f\u0900-\u0963\u0966-\u0dff\u200c\u200d])+", binary=True, min_df=2
    )


def _keywords(sentences: Sequence[LabelledSentence], lang: str) -> SentenceModel:
    counter, counts = count_words([s.text for s in sentences], lang)
    lists = np.zeros((counts.shape[1], len(FRAMES)), np.int64)
    for column, frame in enumerate(FRAMES):
        inside = np.array([s.frame == frame for s in sentences])
        if inside.all() or not inside.any():
            continue
        commoner = np.asarray(counts[inside].mean(0) > counts[~inside].mean(0)).ravel()
        merit = np.where(commoner, np.nan_to_num(chi2(counts, inside)[0]), 0)
        best = np.argsort(-merit)[:KEYWORDS]
        lists[best[merit[best] > 0], column] = 1

    def frames(texts: Sequence[str]) -> list[Frame]:
        hits: NDArray[np.int64] = counter.transform(texts) @ lists
        return [FRAMES[row.argmax()] if row.any() else "neither" for row in hits]

    return SentenceModel(frames)


def _ngrams(sentences: Sequence[LabelledSentence], lang: str) -> SentenceModel:
    model = make_pipeline(
        TfidfVectorizer(
            analyzer="char_wb" if spaced(lang) else "char",
            ngram_range=(1, 5 if spaced(lang) else 3),
            min_df=2,
            sublinear_tf=True,
        ),
        LogisticRegression(C=10, max_iter=300, class_weight="balanced"),
    )
    with _enough(lang):
        model.fit([s.text for s in sentences], [s.frame for s in sentences])
    return SentenceModel(lambda texts: list(model.predict(texts)) if texts else [])
