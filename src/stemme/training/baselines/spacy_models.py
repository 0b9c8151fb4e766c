"""The baseline of spaCy's own trainable components: `textcat` for frames, `spancat` for needs and complaints."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import fix_random_seed, use_ops

from stemme.corpus.records import Record
from stemme.labels import FRAMES, MENTION_KINDS, Frame
from stemme.training.baselines.sentences import (
    LabelledSentence,
    SentenceModel,
    Span,
    analyze_by_language,
    by_language,
)
from stemme.training.evaluate import Analyze

EPOCHS = 8
BATCH = 32
_KEY = "mentions"


def textcat_and_spancat(records: Sequence[Record]) -> Analyze:
    """Train one blank pipeline a language, both components with spaCy's default architecture."""
    # Most of the training is matrix products, and numpy's take a quarter of the time of thinc's own (AMD Zen 3).
    with use_ops("numpy", use_blis=False):
        return analyze_by_language({lang: _trained(s, lang) for lang, s in by_language(records).items()})


def _trained(sentences: Sequence[LabelledSentence], lang: str) -> SentenceModel:
    fix_random_seed(0)
    nlp = spacy.blank(lang)
    examples = [_example(nlp, sentence) for sentence in sentences]
    lengths = [len(span) for example in examples for span in example.reference.spans[_KEY]]
    longest = int(np.quantile(lengths, 0.95)) if lengths else 1
    textcat: Any = nlp.add_pipe("textcat")
    spancat: Any = nlp.add_pipe(
        "spancat",
        config={
            "spans_key": _KEY,
            "suggester": {"@misc": "spacy.ngram_range_suggester.v1", "min_size": 1, "max_size": longest},
        },
    )
    for frame in FRAMES:
        textcat.add_label(frame)
    for kind in MENTION_KINDS:
        spancat.add_label(kind)
    optimizer = nlp.initialize(lambda: examples)
    order = random.Random(0)
    for _ in range(EPOCHS):
        order.shuffle(examples)
        for start in range(0, len(examples), BATCH):
            nlp.update(examples[start : start + BATCH], drop=0.2, sgd=optimizer)
    known: dict[str, Doc] = {}

    def docs(texts: Sequence[str]) -> list[Doc]:
        new = list(dict.fromkeys(text for text in texts if text not in known))
        known.update(zip(new, nlp.pipe(new), strict=True))
        return [known[text] for text in texts]

    return SentenceModel(
        lambda texts: [_frame(doc) for doc in docs(texts)], lambda texts: [_spans(doc) for doc in docs(texts)]
    )


def _example(nlp: Language, sentence: LabelledSentence) -> Example:
    gold = nlp.make_doc(sentence.text)
    gold.cats = {frame: float(frame == sentence.frame) for frame in FRAMES}
    placed = [gold.char_span(a, b, label=kind, alignment_mode="expand") for a, b, kind in sentence.spans]
    gold.spans[_KEY] = [span for span in placed if span is not None]
    return Example(nlp.make_doc(sentence.text), gold)


def _frame(doc: Doc) -> Frame:
    return max(FRAMES, key=lambda frame: doc.cats[frame])


def _spans(doc: Doc) -> list[Span]:
    """Return the spans that overlap none of a higher score."""
    group = doc.spans[_KEY]
    chosen: list[Span] = []
    for _, span in sorted(zip(group.attrs["scores"], group, strict=True), key=lambda pair: -pair[0]):
        start, end = span.start_char, span.end_char
        if all(end <= a or b <= start for a, b, _ in chosen):
            chosen.append((start, end, MENTION_KINDS[MENTION_KINDS.index(span.label_)]))
    return chosen
