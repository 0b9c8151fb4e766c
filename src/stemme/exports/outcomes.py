"""What becomes of a part's texts: an analysis each, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeAlias

from stemme.analysis import Analysis
from stemme.defaults import BATCH_SIZE
from stemme.errors import StemmeError

Outcome: TypeAlias = Analysis | str
"""An analysis, or in words why a row has none."""

_SO_MANY_FAIL = 8
"""If so many different texts fail and none succeeds, it is not the texts."""


class TextAnalyzer(Protocol):
    """What a run needs of `stemme.Analyzer`."""

    @property
    def fingerprint(self) -> str:
        """What tells this model from any other."""

    def pipe(self, texts: Iterable[str], *, lang: str | None, batch_size: int, ahead: int) -> Iterator[Analysis]:
        """Yield the analysis of every text, in the same order."""


def analyze(
    texts: Sequence[str | None], analyzer: TextAnalyzer, lang: str | None = None, batch_size: int = BATCH_SIZE
) -> list[Outcome | None]:
    """Return the outcome of every text, None for None; texts that are the same are analysed once.

    A text that the analyser fails on is found by halving, and costs the others nothing but time.

    Raises:
        StemmeError: The analyser fails on everything.
    """
    different = distinct(texts)
    return spread(texts, different, of_each(different, analyzer, lang, batch_size))


def distinct(texts: Sequence[str | None]) -> list[str]:
    """Return the different texts, in order: what really is to be analysed of a part."""
    return list(dict.fromkeys(text for text in texts if text is not None))


def of_each(texts: list[str], analyzer: TextAnalyzer, lang: str | None, batch_size: int) -> list[Outcome]:
    """Return the outcome of every text; one that the analyser fails on is found by halving."""
    if not texts:
        return []
    ahead = -(-len(texts) // batch_size)
    try:
        return [*analyzer.pipe(texts, lang=lang, batch_size=batch_size, ahead=ahead)]
    except Exception as error:  # whatever it is: the run goes on
        if len(texts) == 1:
            name = "" if isinstance(error, StemmeError) else f"{type(error).__name__}: "
            return [f"cannot be analysed: {name}{error}"]
    half = len(texts) // 2
    return [part for some in (texts[:half], texts[half:]) for part in of_each(some, analyzer, lang, batch_size)]


def spread(texts: Sequence[str | None], different: Sequence[str], found: Sequence[Outcome]) -> list[Outcome | None]:
    """Return the outcome of every text of a part from those of its different ones.

    Raises:
        StemmeError: There are many, and none could be analysed.
    """
    outcomes = dict(zip(different, found, strict=True))
    failed = [outcome for outcome in outcomes.values() if isinstance(outcome, str)]
    if len(failed) == len(different) >= _SO_MANY_FAIL:
        raise StemmeError(f"no text can be analysed: {failed[0]}")
    return [None if text is None else outcomes[text] for text in texts]
