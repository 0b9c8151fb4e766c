"""Assigns records to train, dev and test."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from stemme.corpus.pairs import units
from stemme.corpus.records import Record, Split, files, lines, read
from stemme.errors import StemmeError

SHARES: dict[Split, float] = {"train": 0.8, "dev": 0.1, "test": 0.1}


def assign(records: Iterable[Record], seed: int = 0, *, test: bool = True) -> list[Split]:
    """Return the split of every record, in order; splits already assigned stay.

    Records of a language, kind and orientation are spread by `SHARES`, both members of a minimal pair together.
    The same records and seed always give the same splits.

    Args:
        records: All of them, as shares count those that have a split.
        seed: Of the order.
        test: Whether any is assigned to test; else those have been chosen otherwise.

    Raises:
        StemmeError: A minimal pair stands in two splits.
    """
    shares = {name: share for name, share in SHARES.items() if test or name != "test"}
    whole = sum(shares.values())
    records = list(records)
    assigned: dict[int, Split] = {}
    counts: defaultdict[tuple[str, ...], Counter[Split]] = defaultdict(Counter)
    open_units = []
    for numbers in units(records):
        members = [records[number] for number in numbers]
        splits = {m.split: m.id for m in members if m.split}
        if not splits:
            open_units.append(numbers)
            continue
        if len(splits) > 1:
            places = " and ".join(f"{name!r} in {split}" for split, name in splits.items())
            raise StemmeError(f"pair {members[0].pair!r} stands in two splits, {places}; put both members in one")
        (known,) = splits
        counts[_stratum(members)][known] += len(members)
        assigned |= dict.fromkeys(numbers, known)
    random.Random(seed).shuffle(open_units)
    for numbers in open_units:
        members = [records[number] for number in numbers]
        count = counts[_stratum(members)]
        total = (sum(count[name] for name in shares) + len(members)) / whole
        # The split that lacks most; ties go to train, so that a stratum of few is learned rather than tested.
        split = max(shares, key=lambda s: (shares[s] * total - count[s], s == "train"))
        count[split] += len(members)
        assigned |= dict.fromkeys(numbers, split)
    return [assigned[number] for number in range(len(records))]


def write_splits(paths: Iterable[Path], seed: int = 0, *, test: bool = True) -> Counter[Split]:
    """Assign splits over all files together, as `assign` does, and store them; returns how many records each has.

    Raises:
        StemmeError: A record breaks the format, or a minimal pair stands in two splits.
    """
    found = files(paths)
    assigned = assign((record for file in found for record in read(file)), seed, test=test)
    splits = iter(assigned)
    for file in found:
        rewritten = []
        for _, line in lines(file):
            raw = json.loads(line) | {"split": next(splits)}
            rewritten.append(json.dumps(raw, ensure_ascii=False, separators=(",", ":")))
        temporary = file.with_suffix(".jsonl.new")
        temporary.write_text("\n".join(rewritten) + "\n", "utf-8")
        temporary.replace(file)
    return Counter(assigned)


def _stratum(members: list[Record]) -> tuple[str, ...]:
    first = members[0]
    return (first.lang, first.kind, "pair") if first.pair else (first.lang, first.kind, first.orientation)
