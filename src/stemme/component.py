"""Stemme in spaCy: the component `stemme`, and analyses as annotated Docs.

    nlp = spacy.blank("bn")
    nlp.add_pipe("stemme")
    doc = nlp("…")

Written on a Doc, by spaCy's conventions:

- `doc.cats`: score of each frame over the whole text, `doc._.orientation`, `doc._.analysis` with exact offsets;
- `doc.spans["needs"]` and `doc.spans["complaints"]`, their topic as label, `span._.topic`, `span._.severity`;
- `sent._.frame` and `sent._.dimension`; sentence boundaries where the Doc has none yet.

This module stands apart from `stemme.pipeline` because it imports spaCy, which the command line does without.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, Span

from stemme.analysis import Analysis, Complaint, Need
from stemme.defaults import BATCH_SIZE
from stemme.pipeline import Analyzer, load
from stemme.text.docs import make_doc

NEEDS, COMPLAINTS = "needs", "complaints"
"""Keys of `doc.spans`."""

_KEY = "stemme"
"""Where `doc.user_data` keeps the analysis, as plain values that spaCy can serialise."""


def annotated(analysis: Analysis) -> Doc:
    """Return the analysis as a spaCy Doc of its language; tokens are cut where mentions begin and end."""
    mentions: list[Need | Complaint] = [*analysis.needs, *analysis.complaints]
    edges = {edge for mention in mentions for edge in (mention.start, mention.end)}
    doc = make_doc(analysis.text, analysis.lang, edges, [(s.start, s.end) for s in analysis.sentences])
    set_annotations(doc, analysis)
    return doc


def set_annotations(doc: Doc, analysis: Analysis) -> None:
    """Write an analysis of `doc.text` on the Doc; a mention within a token is widened to the whole token."""
    _register_extensions()
    doc.cats |= {str(frame): score for frame, score in analysis.scores.items()}
    doc.user_data[_KEY] = analysis.to_fields()
    if not doc.has_annotation("SENT_START"):
        starts = {s.start for s in analysis.sentences[1:]}
        for token in doc:
            token.is_sent_start = token.i == 0 or any(
                start in starts for start in range(token.idx, token.idx + len(token))
            )
    begins = [s.start for s in analysis.sentences]
    for sentence in doc.sents if begins and len(doc) else ():
        # The one that covers the middle: the Doc's own sentences may differ from ours.
        middle = (sentence.start_char + sentence.end_char) // 2
        found = analysis.sentences[max(0, bisect_right(begins, middle) - 1)]
        sentence._.frame, sentence._.dimension = found.frame, found.dimension
    doc.spans[NEEDS] = _spans(doc, analysis.needs)
    doc.spans[COMPLAINTS] = _spans(doc, analysis.complaints)


def _spans(doc: Doc, mentions: Iterable[Need | Complaint]) -> list[Span]:
    spans = []
    for mention in mentions:
        span = doc.char_span(mention.start, mention.end, label=mention.topic, alignment_mode="expand")
        if span is not None:
            span._.topic, span._.score = mention.topic, mention.score
            if isinstance(mention, Complaint):
                span._.severity = mention.severity
            spans.append(span)
    return spans


class StemmeComponent:
    """Analyses the Docs of any spaCy pipeline.

    Args:
        name: Of the component in its pipeline.
        model: Folder of a model; the one that ships where None.
        batch_size: Windows of a batch of the network at the most.
        min_score: Needs and complaints below this score are left out.
    """

    def __init__(
        self,
        name: str,
        model: str | Path | None = None,
        batch_size: int = BATCH_SIZE,
        min_score: float = 0.0,
    ) -> None:
        self.name = name
        self.model = model
        self.batch_size = batch_size
        self.min_score = min_score
        self._loaded: dict[int, Analyzer] = {}

    @property
    def analyzer(self) -> Analyzer:
        """The model, loaded at the first Doc, and again in a process forked off: threads do not survive a fork.

        The parent's is kept in the child all the same: letting go of it would wait for threads that are not there.
        """
        process = os.getpid()
        if process not in self._loaded:
            self._loaded[process] = load(self.model, min_score=self.min_score)
        return self._loaded[process]

    def __call__(self, doc: Doc) -> Doc:
        """Analyse and annotate a Doc."""
        set_annotations(doc, self.analyzer(doc.text))
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int | None = None) -> Iterator[Doc]:
        """Analyse and annotate a stream of Docs, in order."""
        pairs = ((doc.text, doc) for doc in stream)
        for analysis, doc in self.analyzer.pipe(pairs, as_tuples=True, batch_size=batch_size or self.batch_size):
            set_annotations(doc, analysis)
            yield doc

    def __getstate__(self) -> dict[str, object]:
        """The loaded model stays behind: another process loads its own."""
        return self.__dict__ | {"_loaded": {}}


@Language.factory(
    "stemme",
    assigns=["doc.cats", "doc.spans", "doc._.orientation", "doc._.analysis", "token.is_sent_start"],
    default_config={"model": None, "batch_size": BATCH_SIZE, "min_score": 0.0},
)
def make_component(
    nlp: Language,  # noqa: ARG001
    name: str,
    model: str | None,
    batch_size: int,
    min_score: float,
) -> StemmeComponent:
    """Create the component for a pipeline.

    Args:
        nlp: The pipeline; its language is not used, the text's own is identified.
        name: Of the component.
        model: Folder of a model; the one that ships where None.
        batch_size: Windows of a batch of the network at the most.
        min_score: Needs and complaints below this score are left out.
    """
    return StemmeComponent(name, model, batch_size, min_score)


def _register_extensions() -> None:
    """Declare the attributes once; spaCy refuses a second declaration."""
    if not Doc.has_extension("analysis"):
        Doc.set_extension("analysis", getter=_analysis)
    if not Doc.has_extension("orientation"):
        Doc.set_extension("orientation", getter=lambda doc: doc.user_data.get(_KEY, {}).get("orientation"))
    for name in ("frame", "dimension", "topic", "severity", "score"):
        if not Span.has_extension(name):
            Span.set_extension(name, default=None)


def _analysis(doc: Doc) -> Analysis | None:
    fields = doc.user_data.get(_KEY)
    return None if fields is None else Analysis.from_fields(fields)
