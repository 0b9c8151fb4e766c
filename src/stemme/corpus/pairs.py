"""Which records belong together: the two members of a minimal pair; any other record is by itself."""

from __future__ import annotations

from collections.abc import Iterable

from stemme.corpus.records import Record


def units(records: Iterable[Record]) -> list[list[int]]:
    """Return the indices of the records of each unit: those of a minimal pair together.

    Ids say nothing here: records of several corpora may share one.
    """
    groups: dict[str, list[int]] = {}
    for number, record in enumerate(records):
        groups.setdefault(f"pair {record.pair}" if record.pair else f"record {number}", []).append(number)
    return list(groups.values())
