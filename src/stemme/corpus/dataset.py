"""The corpora as a `datasets.DatasetDict` whose features name the labels."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value

from stemme.corpus.records import SPLITS, Record, read
from stemme.errors import StemmeError
from stemme.labels import DIMENSIONS, DOMAINS, FRAMES, MENTION_KINDS, ORIENTATIONS, RECORD_KINDS, TOPICS

FEATURES = Features(
    {
        "id": Value("string"),
        "lang": Value("string"),
        "kind": ClassLabel(names=list(RECORD_KINDS)),
        "domain": ClassLabel(names=list(DOMAINS)),
        "orientation": ClassLabel(names=list(ORIENTATIONS)),
        "text": Value("string"),
        "sentences": List(
            {
                "start": Value("int32"),
                "end": Value("int32"),
                "frame": ClassLabel(names=list(FRAMES)),
                "dimension": ClassLabel(names=list(DIMENSIONS)),
            }
        ),
        "mentions": List(
            {
                "start": Value("int32"),
                "end": Value("int32"),
                "kind": ClassLabel(names=list(MENTION_KINDS)),
                "topic": ClassLabel(names=list(TOPICS)),
                "severity": Value("int32"),
            }
        ),
        "pair": Value("string"),
        "trap": Value("bool"),
    }
)
"""Dimension is null where the frame is `neither`, severity where the mention is a need."""


def load(folder: str | Path) -> DatasetDict:
    """Load all records below a folder, one dataset a split.

    Raises:
        StemmeError: A record breaks the format or has no split.
    """
    records = list(read(Path(folder)))
    if unassigned := next((r.id for r in records if r.split is None), None):
        raise StemmeError(f"{folder}: record {unassigned!r} has no split; run: stemme corpus split {folder}")
    return DatasetDict(
        {
            split: Dataset.from_list(list(_rows(r for r in records if r.split == split)), features=FEATURES)
            for split in SPLITS
            if any(r.split == split for r in records)
        }
    )


def _rows(records: Iterator[Record]) -> Iterator[dict[str, Any]]:
    for record in records:
        row = dataclasses.asdict(record)
        del row["split"]
        yield row
