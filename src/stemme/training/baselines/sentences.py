"""What the baselines share: sentences with labels in, analyses out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from stemme.analysis import Analysis, Complaint, Need, Sentence
from stemme.corpus.records import Record, language_group
from stemme.labels import FRAMES, Frame, MentionKind, balance_of, orientation_of
from stemme.text.language import identify
from stemme.training.evaluate import Analyze

Span = tuple[int, int, MentionKind]
"""Code points (start, end) and what they say."""


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """A gold sentence by itself; the offsets of its spans are into its own text."""

    text: str
    frame: Frame
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class SentenceModel:
    """A method that reads sentences one by one; `spans` is None where it finds none."""

    frames: Callable[[Sequence[str]], list[Frame]]
    spans: Callable[[Sequence[str]], list[list[Span]]] | None = None


def labelled(records: Iterable[Record]) -> list[LabelledSentence]:
    """Return the sentences of records."""
    return [
        LabelledSentence(
            record.text[s.start : s.end],
            s.frame,
            tuple(
                (m.start - s.start, m.end - s.start, m.kind)
                for m in record.mentions
                if s.start <= m.start and m.end <= s.end
            ),
        )
        for record in records
        for s in record.sentences
    ]


def by_language(records: Iterable[Record]) -> dict[str, list[LabelledSentence]]:
    """Return the sentences of each language; variants and scripts go with their own."""
    groups: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[language_group(record.lang)].append(record)
    return {lang: labelled(group) for lang, group in sorted(groups.items())}


def analyze_by_language(models: dict[str, SentenceModel]) -> Analyze:
    """Return a function that gives each text to the model of its language, which is identified as a user's is.

    A text of another language goes to the first model.
    """

    def analyze(texts: Sequence[str], sentences: Sequence[Sequence[tuple[int, int]]] | None) -> list[Analysis]:
        assert sentences is not None
        groups: defaultdict[str, list[int]] = defaultdict(list)
        for number, text in enumerate(texts):
            lang = language_group(identify(text).lang)
            groups[lang if lang in models else next(iter(models))].append(number)
        found: dict[int, Analysis] = {}
        for lang, numbers in groups.items():
            pieces = [texts[n][start:end] for n in numbers for start, end in sentences[n]]
            model = models[lang]
            frames = iter(model.frames(pieces))
            spans = iter(model.spans(pieces) if model.spans else [[] for _ in pieces])
            for n in numbers:
                placed: list[Span] = []
                own_frames = []
                for start, _ in sentences[n]:
                    own_frames.append(next(frames))
                    placed += [(start + first, start + last, kind) for first, last, kind in next(spans)]
                found[n] = analysis(texts[n], sentences[n], own_frames, placed)
        return [found[n] for n in range(len(texts))]

    return analyze


def analysis(
    text: str, sentences: Sequence[tuple[int, int]], frames: Sequence[Frame], spans: Sequence[Span]
) -> Analysis:
    """Return the analysis that a baseline's frames and spans make; what it cannot say is left at `other` and 1."""
    return Analysis(
        text=text,
        lang="und",
        lang_score=0.0,
        orientation=orientation_of(frames),
        balance=balance_of(frames),
        scores=dict.fromkeys(FRAMES, 0.0),
        sentences=[Sentence(start, end, frame, 1.0) for (start, end), frame in zip(sentences, frames, strict=True)],
        needs=[Need(a, b, text[a:b], "other", 1.0) for a, b, kind in sorted(spans) if kind == "need"],
        complaints=[Complaint(a, b, text[a:b], "other", 1, 1.0) for a, b, kind in sorted(spans) if kind == "complaint"],
    )
