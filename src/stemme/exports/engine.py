"""Where parts are analysed: here, one after the other."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Protocol

from stemme.exports.outcomes import Outcome, TextAnalyzer, analyze
from stemme.exports.parts import Part
from stemme.exports.store import Store

Done = tuple[Part, list[Outcome | None]]


class Engine(Protocol):
    """Yields every part with its outcomes, in order; those that the store has are not analysed again."""

    def __call__(
        self, parts: Iterator[Part], analyzer: TextAnalyzer, store: Store | None, lang: str | None, batch_size: int
    ) -> Generator[Done]:
        """Analyse the parts and keep them in the store, if there is one."""


def here(
    parts: Iterator[Part], analyzer: TextAnalyzer, store: Store | None, lang: str | None, batch_size: int
) -> Generator[Done]:
    """Analyse in this process."""
    for part in parts:
        outcomes = store.load(part) if store else None
        if outcomes is None:
            outcomes = analyze(part.texts, analyzer, lang, batch_size)
            if store:
                store.save(part, outcomes)
        yield part, outcomes
