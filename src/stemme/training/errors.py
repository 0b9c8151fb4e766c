"""What a model gets wrong, item by item, to be read by people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stemme.analysis import Analysis, Complaint, Need, Sentence
from stemme.corpus.markup import Mention
from stemme.corpus.records import GoldSentence, Record
from stemme.labels import FRAMES, Frame, MentionKind, balance_of
from stemme.training.metrics import HALF, match_spans


@dataclass(frozen=True, slots=True)
class WrongFrame:
    """A sentence whose frame is not the gold one."""

    record: Record
    analysis: Analysis
    gold: GoldSentence
    found: Sentence


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a gold need or complaint; `found` is None where nothing shares half of its union."""

    record: Record
    analysis: Analysis
    gold: Mention
    found: Need | Complaint | None

    @property
    def edges(self) -> tuple[int, int]:
        """Code points by which the found span reaches beyond the gold one before and behind; negative within it."""
        if self.found is None:
            return (0, 0)
        return self.gold.start - self.found.start, self.found.end - self.gold.end


def wrong_frames(records: Sequence[Record], analyses: Sequence[Analysis]) -> list[WrongFrame]:
    """Return the sentences with a wrong frame, the surest first.

    Args:
        records: With gold labels.
        analyses: One a record, within the gold sentences.
    """
    found = [
        WrongFrame(record, analysis, gold, own)
        for record, analysis in zip(records, analyses, strict=True)
        for gold, own in zip(record.sentences, analysis.sentences, strict=True)
        if gold.frame != own.frame
    ]
    return sorted(found, key=lambda wrong: -wrong.found.score)


def outcomes(records: Sequence[Record], analyses: Sequence[Analysis], kind: MentionKind) -> list[Outcome]:
    """Return what became of each gold mention of a kind, in the order of the records."""
    found = []
    for record, analysis in zip(records, analyses, strict=True):
        gold = [m for m in record.mentions if m.kind == kind]
        own: Sequence[Need | Complaint] = analysis.needs if kind == "need" else analysis.complaints
        hits = dict(match_spans([(m.start, m.end) for m in gold], [(m.start, m.end) for m in own], HALF))
        found += [Outcome(record, analysis, m, own[hits[n]] if n in hits else None) for n, m in enumerate(gold)]
    return found


def gold_analysis(record: Record) -> Analysis:
    """Return a record's gold labels as an analysis without a doubt, to be drawn beside what a model says."""
    frames: list[Frame] = [s.frame for s in record.sentences]
    length = sum(s.end - s.start for s in record.sentences)
    of_frame = dict.fromkeys(FRAMES, 0.0)
    for s in record.sentences:
        of_frame[s.frame] += (s.end - s.start) / length
    return Analysis(
        text=record.text,
        lang=record.lang,
        lang_score=1.0,
        orientation=record.orientation,
        balance=balance_of(frames),
        scores=of_frame,
        sentences=[Sentence(s.start, s.end, s.frame, 1.0, s.dimension) for s in record.sentences],
        needs=[
            Need(m.start, m.end, record.text[m.start : m.end], m.topic, 1.0)
            for m in record.mentions
            if m.kind == "need"
        ],
        complaints=[
            Complaint(m.start, m.end, record.text[m.start : m.end], m.topic, m.severity, 1.0)
            for m in record.mentions
            if m.severity is not None
        ],
    )
