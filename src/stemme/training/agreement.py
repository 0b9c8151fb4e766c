"""How far two annotators of the same texts agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sklearn.metrics import cohen_kappa_score

from stemme.corpus.records import Record
from stemme.errors import StemmeError
from stemme.labels import MENTION_KINDS
from stemme.training.metrics import F1, HALF, accuracy, match_spans


@dataclass(frozen=True)
class Agreement:
    """Figures of two annotations of the same records, from 0 to 1; kappa may fall below 0.

    A figure with nothing to compare is NaN: kappa also where all sentences have one and the same frame.

    Attributes:
        records: Annotated by both.
        frame_kappa: Cohen's kappa over the frames of all sentences (Cohen 1960).
        frame: Share of sentences with the same frame.
        dimension: Share with the same dimension, of sentences to which both give one.
        orientation: Share of records with the same orientation.
        spans: F1 of the second against the first annotation's spans, by kind and by how they match.
        topic: Share with the same topic, of spans that match by half.
        severity: Share with the same severity, of complaints that match by half.
    """

    records: int
    frame_kappa: float
    frame: float
    dimension: float
    orientation: float
    spans: dict[str, float]
    topic: float
    severity: float


def agreement(first: Iterable[Record], second: Iterable[Record]) -> Agreement:
    """Compare the records that both annotations have.

    Raises:
        StemmeError: No record in common, or a record whose texts differ.
    """
    by_id = {record.id: record for record in first}
    pairs = [(by_id[record.id], record) for record in second if record.id in by_id]
    if not pairs:
        raise StemmeError("the two annotations have no record in common")
    frames, dimensions, topics, severities = [], [], [], []
    spans = {f"{kind}_{way}": F1(0, 0, 0) for kind in MENTION_KINDS for way in ("exact", "half")}
    for one, other in pairs:
        if one.text != other.text or len(one.sentences) != len(other.sentences):
            raise StemmeError(f"record {one.id!r} has another text in the second annotation")
        for a, b in zip(one.sentences, other.sentences, strict=True):
            frames.append((a.frame, b.frame))
            if a.dimension and b.dimension:
                dimensions.append((a.dimension, b.dimension))
        for kind in MENTION_KINDS:
            ours, theirs = ([m for m in r.mentions if m.kind == kind] for r in (one, other))
            gold, found = ([(m.start, m.end) for m in mentions] for mentions in (ours, theirs))
            for way, share in (("exact", 1.0), ("half", HALF)):
                matches = match_spans(gold, found, share)
                spans[f"{kind}_{way}"] += F1(len(matches), len(theirs), len(ours))
            topics += [(ours[a].topic, theirs[b].topic) for a, b in matches]
            severities += [(ours[a].severity, theirs[b].severity) for a, b in matches if kind == "complaint"]
    return Agreement(
        records=len(pairs),
        frame_kappa=float(cohen_kappa_score(*zip(*frames, strict=True))),
        frame=accuracy(frames),
        dimension=accuracy(dimensions),
        orientation=accuracy([(a.orientation, b.orientation) for a, b in pairs]),
        spans={name: f1.value for name, f1 in spans.items()},
        topic=accuracy(topics),
        severity=accuracy(severities),
    )
