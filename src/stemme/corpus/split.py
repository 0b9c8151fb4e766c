"""Assigns records to train, dev and test."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from stemme.corpus.records import Record, Split, files, lines, parse_record, read

SHARES: dict[Split, float] = {"train": 0.8, "dev": 0.1, "test": 0.1}


def assign(records: Iterable[Record], seed: int = 0) -> dict[str, Split]:
    """Return the split of every record by id; splits already assigned stay.

    Records of a language, kind and orientation are spread by `SHARES`, both members of a minimal pair together.
    The same records and seed always give the same splits.
    """
    groups: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[record.pair or record.id].append(record)
    assigned: dict[str, Split] = {}
    counts: defaultdict[tuple[str, ...], Counter[Split]] = defaultdict(Counter)
    open_groups = []
    for name, members in groups.items():
        known = next((m.split for m in members if m.split), None)
        if known is None:
            open_groups.append(name)
            continue
        for member in members:
            assigned[member.id] = known
            counts[_stratum(members)][known] += 1
    random.Random(seed).shuffle(open_groups)
    for name in open_groups:
        members = groups[name]
        count = counts[_stratum(members)]
        total = sum(count.values()) + len(members)
        # The split that lacks most; ties go to train, so that a stratum of few is learned rather than tested.
        split = max(SHARES, key=lambda s: (SHARES[s] * total - count[s], s == "train"))
        count[split] += len(members)
        assigned |= {member.id: split for member in members}
    return assigned


def write_splits(paths: Iterable[Path], seed: int = 0) -> Counter[Split]:
    """Assign splits over all files together and store them in the records; returns how many each has.

    Raises:
        StemmeError: A record breaks the format.
    """
    found = files(paths)
    assigned = assign((record for file in found for record in read(file)), seed)
    for file in found:
        rewritten = []
        for _, line in lines(file):
            raw = json.loads(line) | {"split": assigned[parse_record(line).id]}
            rewritten.append(json.dumps(raw, ensure_ascii=False, separators=(",", ":")))
        temporary = file.with_suffix(".jsonl.new")
        temporary.write_text("\n".join(rewritten) + "\n", "utf-8")
        temporary.replace(file)
    return Counter(assigned.values())


def _stratum(members: list[Record]) -> tuple[str, ...]:
    first = members[0]
    return (first.lang, first.kind, "pair") if first.pair else (first.lang, first.kind, first.orientation)
