"""How readily the network begins a need or complaint: one number a kind, chosen on held-out records.

The chain is trained for the likeliest tags of a whole text, not for the F1 of spans, which forgives a mention too many
as much as one too few. Where most subwords are outside, it finds too few.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from stemme.corpus.records import Record
from stemme.labels import MENTION_KINDS, MentionKind
from stemme.model.decoding import TAGS
from stemme.model.network import StemmeModel
from stemme.model.predict import Scores, begin
from stemme.model.windows import Batch
from stemme.pipeline import Analyzer, assemble
from stemme.text.language import identify
from stemme.training.evaluate import report_of
from stemme.training.tally import WAYS

ADDED = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
"""What may be added to the score of a mention's beginning."""


def choose(records: Sequence[Record], analyzer: Analyzer) -> dict[MentionKind, float]:
    """Return for each kind the number of `ADDED` whose F1 is best, the mean of exact, half and text level.

    Of equally good ones it is the one nearest to none.

    Args:
        records: Held out; they are analysed once, and decoded anew for each number.
        analyzer: Has the model.
    """
    texts = [record.text for record in records]
    sentences = [[(s.start, s.end) for s in record.sentences] for record in records]
    languages = [identify(text) for text in texts]
    raw: list[Scores] = []

    def scored(batches: Iterable[Batch]) -> list[Scores]:
        raw.extend(analyzer.runtime.each(batches))
        return raw

    begin(texts, sentences, analyzer.runtime.tokenizer, scored)()

    def measured(added: float) -> dict[str, float]:
        shift = added * np.array([tag.startswith("B-") for tag in TAGS], np.float32)
        predictions = begin(
            texts, sentences, analyzer.runtime.tokenizer, lambda _: [replace(s, tag=s.tag + shift) for s in raw]
        )()
        found = [assemble(*parts) for parts in zip(texts, languages, sentences, predictions, strict=True)]
        # Without any mention, gold or found, there is no F1: as good as none.
        return {name: 0.0 if math.isnan(value) else value for name, value in report_of(records, found)["all"].items()}

    figures = {added: measured(added) for added in ADDED}
    return {
        kind: max(sorted(ADDED, key=abs), key=lambda added: sum(figures[added][f"{kind}_{way}_f1"] for way in WAYS))
        for kind in MENTION_KINDS
    }


def add(folder: Path, added: dict[MentionKind, float]) -> None:
    """Add to the trained weights of a model folder what was chosen; the model is to be exported afterwards."""
    model = StemmeModel.from_pretrained(folder)
    with torch.no_grad():
        for kind, number in added.items():
            model.tag_head.bias[TAGS.index(f"B-{kind}")] += number
    model.half().save_pretrained(folder)
