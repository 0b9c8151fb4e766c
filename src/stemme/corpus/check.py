"""Finds what is wrong in corpus files: format, labels, duplicates, pairs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from stemme.corpus.records import Record, RecordError, files, lines, parse_record
from stemme.errors import StemmeError

NEAR = 0.5
"""Share of the shorter text's character n-grams found in the other, from which two texts are near-duplicates."""

_GRAM = 12
_COMMON = 24
"""N-grams in more different texts than this are phrases of the language, and tell nothing about copying."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend in a corpus file; `line` is 0 where it concerns the whole file."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


def check(paths: Iterable[Path]) -> tuple[list[Problem], int]:
    """Check corpus files, and those below folders.

    Returns:
        The problems, in order of file and line, and the number of records read.

    Raises:
        StemmeError: A path does not exist or holds no corpus file.
    """
    problems: list[Problem] = []
    records: list[tuple[Path, int, Record]] = []
    for file in files(paths):
        try:
            for number, line in lines(file):
                try:
                    records.append((file, number, parse_record(line)))
                except RecordError as error:
                    problems.append(Problem(file, number, str(error)))
        except StemmeError as error:
            problems.append(Problem(file, 0, str(error)))
    problems += [*_repeated_ids(records), *_broken_pairs(records), *_near_duplicates(records)]
    return sorted(problems, key=lambda p: (p.file, p.line)), len(records)


_Placed = list[tuple[Path, int, Record]]


def _repeated_ids(records: _Placed) -> Iterable[Problem]:
    seen: dict[str, str] = {}
    for file, line, record in records:
        if record.id in seen:
            yield Problem(file, line, f"id {record.id!r} is already that of {seen[record.id]}; give it another")
        seen.setdefault(record.id, f"{file}:{line}")


def _broken_pairs(records: _Placed) -> Iterable[Problem]:
    pairs: defaultdict[str, _Placed] = defaultdict(list)
    for placed in records:
        if placed[2].pair is not None:
            pairs[placed[2].pair].append(placed)
    for name, members in pairs.items():
        file, line, first = members[0]
        if len(members) != 2:
            yield Problem(file, line, f"pair {name!r} has {len(members)} members; a minimal pair has two")
        elif first.split != members[1][2].split:
            yield Problem(file, line, f"pair {name!r} stands in two splits; put both members in one")
        elif first.orientation == members[1][2].orientation:
            yield Problem(file, line, f"pair {name!r} has one orientation twice; its members must differ")


def _near_duplicates(records: _Placed) -> Iterable[Problem]:
    for a, b in near_duplicates([record for _, _, record in records]):
        file, line, _ = records[b]
        where, number, earlier = records[a]
        yield Problem(file, line, f"text is nearly that of {earlier.id!r} ({where}:{number}); rewrite or remove one")


def near_duplicates(records: Sequence[Record]) -> Iterator[tuple[int, int]]:
    """Yield the places of an earlier and a later record whose texts share half of their n-grams, or more.

    Members of a minimal pair may; n-grams that many different texts share do not count. Of texts that are the same
    but for case and white space, only the first is compared with others.
    """
    first: dict[str, int] = {}
    for number, record in enumerate(records):
        earlier = first.setdefault(_flat(record.text), number)
        if earlier != number and not _paired(records[earlier], record):
            yield earlier, number
    grams = {number: _grams(flat) for flat, number in first.items()}
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for number, found in grams.items():
        for gram in found:
            holders[gram].append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for numbers in holders.values():
        if 2 <= len(numbers) <= _COMMON:
            shared.update((a, b) for i, a in enumerate(numbers) for b in numbers[i + 1 :])
    for (a, b), count in shared.items():
        if not _paired(records[a], records[b]) and count >= NEAR * min(len(grams[a]), len(grams[b])):
            yield a, b


def _paired(one: Record, other: Record) -> bool:
    return one.pair is not None and one.pair == other.pair


def _flat(text: str) -> str:
    return "".join(text.casefold().split())


def _grams(flat: str) -> set[str]:
    """Character n-grams; a shorter text is one gram."""
    return {flat[i : i + _GRAM] for i in range(max(1, len(flat) - _GRAM + 1))}
