"""Stemme in spaCy: the component `stemme`, and analyses as annotated Docs.

    nlp = spacy.blank("bn")
    nlp.add_pipe("stemme", config={"min_score": 0.5, "threads": 1})   # the config: see `make_component`
    doc = nlp("…")

Written on a Doc, by spaCy's conventions:

- `doc.cats`: score of each frame over the whole text, `doc._.orientation`, `doc._.analysis` with exact offsets;
- `doc.spans["needs"]` and `doc.spans["complaints"]`, their topic as label, `span._.topic`, `span._.score` and, of
  complaints, `span._.severity`;
- `doc.spans["frames"]`: the Doc's sentences, their frame as label, `sent._.frame` and `sent._.dimension`; sentence
  boundaries where the Doc has none yet.

A program that reads stored Docs without the component calls `register_extensions` first.

This module stands apart from `stemme.pipeline` because it imports spaCy, which the command line does without.
"""

from __future__ import annotations

import shutil
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, Span

from stemme.analysis import Analysis, Complaint, Need
from stemme.defaults import BATCH_SIZE
from stemme.errors import StemmeError
from stemme.labels import TOPICS
from stemme.model import files
from stemme.pipeline import Analyzer, load
from stemme.text.docs import make_doc

NEEDS, COMPLAINTS, SENTENCES = "needs", "complaints", "frames"
"""Keys of `doc.spans`."""

SENTENCE_EXTENSIONS = ("frame", "dimension")
MENTION_EXTENSIONS = ("topic", "severity", "score")
SPAN_EXTENSIONS = (*SENTENCE_EXTENSIONS, *MENTION_EXTENSIONS)
"""Attributes behind `span._`."""

_KEY = "stemme"
"""Where `doc.user_data` keeps the analysis, as plain values that spaCy can serialise."""


def analysis_of(doc: Doc) -> Analysis | None:
    """Return the analysis that a Doc carries, with the offsets that it was found at; None where there is none."""
    fields = doc.user_data.get(_KEY)
    return None if fields is None else Analysis.from_fields(fields)


def register_extensions() -> None:
    """Declare the attributes behind `doc._` and `span._` where they are not declared yet; safe to repeat."""
    for name, getter in (("analysis", analysis_of), ("orientation", _orientation)):
        if not Doc.has_extension(name):
            Doc.set_extension(name, getter=getter)
    for name in SENTENCE_EXTENSIONS:
        if not Span.has_extension(name):
            Span.set_extension(name, default=None)
    for name in MENTION_EXTENSIONS:
        if not Span.has_extension(name):
            Span.set_extension(name, getter=partial(_field, name=name))


def annotated(analysis: Analysis) -> Doc:
    """Return the analysis as a spaCy Doc of its language; tokens are cut where mentions begin and end."""
    mentions: list[Need | Complaint] = [*analysis.needs, *analysis.complaints]
    edges = {edge for mention in mentions for edge in (mention.start, mention.end)}
    doc = make_doc(analysis.text, analysis.lang, edges, [(s.start, s.end) for s in analysis.sentences])
    set_annotations(doc, analysis)
    return doc


def set_annotations(doc: Doc, analysis: Analysis) -> None:
    """Write an analysis of `doc.text` on the Doc; a mention within a token is widened to the whole token."""
    register_extensions()
    doc.cats |= {str(frame): score for frame, score in analysis.scores.items()}
    doc.user_data[_KEY] = analysis.to_fields()
    if not doc.has_annotation("SENT_START"):
        starts = {s.start for s in analysis.sentences[1:]}
        for token in doc:
            token.is_sent_start = token.i == 0 or any(
                start in starts for start in range(token.idx, token.idx + len(token))
            )
    begins = [s.start for s in analysis.sentences]
    framed = []
    for sentence in doc.sents if begins else ():
        # The one that covers the middle: the Doc's own sentences may differ from ours.
        middle = (sentence.start_char + sentence.end_char) // 2
        found = analysis.sentences[max(0, bisect_right(begins, middle) - 1)]
        sentence._.frame, sentence._.dimension = found.frame, found.dimension
        framed.append(Span(doc, sentence.start, sentence.end, label=found.frame))
    doc.spans[SENTENCES] = framed
    doc.spans[NEEDS] = _spans(doc, analysis.needs)
    doc.spans[COMPLAINTS] = _spans(doc, analysis.complaints)


def _spans(doc: Doc, mentions: Iterable[Need | Complaint]) -> list[Span]:
    spans = []
    for mention in mentions:
        span = doc.char_span(mention.start, mention.end, label=mention.topic, alignment_mode="expand")
        if span is not None:
            spans.append(span)
    return spans


def _field(span: Span, name: str) -> object:
    """Return what the analysis says of the mention that a span marks, None where it marks none.

    spaCy keeps values behind `span._` by place alone, so a need and a complaint within one token would share them.
    """
    if span.label_ not in TOPICS or not len(span):
        return None
    first, last = span[0], span[-1]
    analysis = span.doc.user_data.get(_KEY, {})
    for mention in [*analysis.get("complaints", ()), *analysis.get("needs", ())]:
        begins = first.idx <= mention["start"] < first.idx + len(first)
        ends = last.idx < mention["end"] <= last.idx + len(last)
        if begins and ends and mention["topic"] == span.label_:
            value: object = mention.get(name)
            return value
    return None


class StemmeComponent:
    """Analyses the Docs of any spaCy pipeline.

    Args:
        name: Of the component in its pipeline.
        model: Folder of a model; the one that ships where None.
        batch_size: Windows of a batch of the network at the most.
        min_score: Needs and complaints below this score are left out.
        threads: Of the arithmetic; by default one for each core that the process may use.

    Raises:
        StemmeError: `min_score` or `threads` is out of range.
    """

    def __init__(
        self,
        name: str,
        model: str | Path | None = None,
        batch_size: int = BATCH_SIZE,
        min_score: float = 0.0,
        threads: int | None = None,
    ) -> None:
        if not 0 <= min_score <= 1:
            raise StemmeError(f"min_score is {min_score}; give a number from 0 to 1")
        if threads is not None and threads < 1:
            raise StemmeError(f"threads is {threads}; give 1 or more")
        self.name = name
        self.model = model
        self.batch_size = batch_size
        self.min_score = min_score
        self.threads = threads
        self._loaded: Analyzer | None = None
        register_extensions()

    @property
    def analyzer(self) -> Analyzer:
        """The model, loaded at the first Doc."""
        if self._loaded is None:
            self._loaded = load(self.model, self.threads, self.min_score)
        return self._loaded

    def __call__(self, doc: Doc) -> Doc:
        """Analyse and annotate a Doc."""
        set_annotations(doc, self.analyzer(doc.text))
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int | None = None) -> Iterator[Doc]:
        """Analyse and annotate a stream of Docs, in order.

        Args:
            stream: Of a pipeline.
            batch_size: Docs that the pipeline buffers, in spaCy a thousand by default; the network takes no more than
                its own batch at once.
        """
        size = min(batch_size or self.batch_size, self.batch_size)
        pairs = ((doc.text, doc) for doc in stream)
        for analysis, doc in self.analyzer.pipe(pairs, as_tuples=True, batch_size=size):
            set_annotations(doc, analysis)
            yield doc

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        """Keep a model of the user's own beside the pipeline, so that the folder can be moved; spaCy calls this.

        Args:
            path: Folder of the component in that of the pipeline.
            exclude: Not used.
        """
        if self.model is None:
            for name in files.NEEDED:  # of a pipeline that stood there before
                (Path(path) / name).unlink(missing_ok=True)
            return
        Path(path).mkdir(parents=True, exist_ok=True)
        for name in files.NEEDED:
            source, target = Path(self.model) / name, Path(path) / name
            if not (target.exists() and target.samefile(source)):
                shutil.copyfile(source, target)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> StemmeComponent:  # noqa: ARG002
        """Use the model that `to_disk` has kept, if it has; spaCy calls this.

        Args:
            path: Folder of the component in that of the pipeline.
            exclude: Not used.
        """
        if (Path(path) / files.CONFIG).exists():
            self.model = str(path)
            self._loaded = None
        return self

    def __getstate__(self) -> dict[str, object]:
        """The loaded model stays behind: another process loads its own."""
        return self.__dict__ | {"_loaded": None}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Another process has not declared the attributes yet."""
        self.__dict__.update(state)
        register_extensions()


@Language.factory(
    "stemme",
    assigns=[
        "doc.cats",
        "doc.spans",
        "doc.sents",
        "token.is_sent_start",
        "doc._.orientation",
        "doc._.analysis",
        *(f"span._.{name}" for name in SPAN_EXTENSIONS),
    ],
    requires=[],
    default_config={"model": None, "batch_size": BATCH_SIZE, "min_score": 0.0, "threads": None},
)
def make_component(
    nlp: Language,  # noqa: ARG001
    name: str,
    model: str | None,
    batch_size: int,
    min_score: float,
    threads: int | None,
) -> StemmeComponent:
    """Create the component for a pipeline: the factory `stemme`, whose config these arguments are.

    It requires nothing of other components and may stand anywhere among them. Sentence boundaries that an earlier one
    has set are kept, and each of their sentences gets the frame found at its middle; a later `sentencizer` keeps ours.

    Args:
        nlp: The pipeline; its language is not used, the text's own is identified.
        name: Of the component.
        model: Folder of a model (`stemme train` writes one); the one that ships where None. `nlp.to_disk` keeps a copy
            of it, `nlp.to_bytes` its address alone.
        batch_size: Windows of a batch of the network at the most.
        min_score: Needs and complaints below this score, from 0 to 1, are left out; frames never are.
        threads: Of the arithmetic; by default one for each core that the process may use. With
            `nlp.pipe(n_process=…)`, where each process has threads of its own, 1 is the quickest.
    """
    return StemmeComponent(name, model, batch_size, min_score, threads)


def _orientation(doc: Doc) -> str | None:
    orientation: str | None = doc.user_data.get(_KEY, {}).get("orientation")
    return orientation
