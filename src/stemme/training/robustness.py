"""How often frames stay when a text changes in ways that leave its labels what they are, per language."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence

from stemme.corpus.records import Record, language_group
from stemme.labels import Frame
from stemme.training.evaluate import Analyze
from stemme.training.perturbations import PERTURBATIONS, Original, Perturbation, Piece, inside

Shares = dict[str, dict[str, tuple[float, int]]]
"""By perturbation, then by language (`all` last): share of frames that stay, and the number of frames."""

INSIDE = "inside a longer text"
ROMANISED = "romanised: frames right"
"""Measured on the corpora's own romanised records: the share of frames that are right."""

NAMES = (*PERTURBATIONS, INSIDE, ROMANISED)
"""Of all that is measured, in the order of the table."""

_ROMAN = ("te-Latn", "bn-Latn")


def sample(records: Sequence[Record], count: int) -> list[Record]:
    """Return at most `count` records of each language, evenly taken, always the same."""
    groups: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[language_group(record.lang)].append(record)
    return [r for _, group in sorted(groups.items()) for r in group[:: max(1, -(-len(group) // count))]]


def measure(
    records: Sequence[Record],
    analyze: Analyze,
    names: Sequence[str] = NAMES,
    context: Sequence[Record] | None = None,
    seed: int = 0,
) -> Shares:
    """Perturb each record in every way, and compare the frames with those of the text as it was.

    Args:
        records: With gold sentences; each perturbation runs over those that it changes.
        analyze: The model.
        names: Of the perturbations, of `NAMES`.
        context: Records among which texts are set to lengthen them; by default `records`.
        seed: Of what is drawn.
    """
    originals = [original_of(record) for record in records]
    before = _frames(analyze, [_joined(_as_it_was(original)) for original in originals])
    shares: Shares = {}
    for name in names:
        kept = _Kept()
        if name == ROMANISED:
            for record, frames in zip(records, before, strict=True):
                if record.lang in _ROMAN:
                    kept.add(record.lang, [s.frame for s in record.sentences], frames)
        else:
            rng = random.Random(f"{name} {seed}")
            changed: dict[int, list[Piece]] = {}
            for number, (record, original) in enumerate(zip(records, originals, strict=True)):
                perturb = _between(record, context or records) if name == INSIDE else PERTURBATIONS[name]
                if pieces := perturb(original, rng):
                    changed[number] = pieces
            after = _frames(analyze, [_joined(pieces) for pieces in changed.values()])
            for (number, pieces), frames in zip(changed.items(), after, strict=True):
                own = [frame for piece, frame in zip(pieces, frames, strict=True) if piece.source is not None]
                kept.add(records[number].lang, before[number], own)
        shares[name] = kept.shares()
    return shares


class _Kept:
    """Counts frames that are what they should be, by language."""

    def __init__(self) -> None:
        self._same: Counter[str] = Counter()
        self._all: Counter[str] = Counter()

    def add(self, lang: str, expected: Sequence[Frame], found: Sequence[Frame]) -> None:
        for one, other in zip(expected, found, strict=True):
            for group in (language_group(lang), "all"):
                self._same[group] += one == other
                self._all[group] += 1

    def shares(self) -> dict[str, tuple[float, int]]:
        order = sorted(self._all, key=lambda lang: (lang == "all", lang))
        return {lang: (self._same[lang] / self._all[lang], self._all[lang]) for lang in order}


def original_of(record: Record) -> Original:
    """Return the gold sentences of a record with what stands between them."""
    ends = [0, *(s.end for s in record.sentences)]
    return Original(
        tuple(record.text[s.start : s.end] for s in record.sentences),
        tuple(record.text[end : s.start] for end, s in zip(ends, record.sentences, strict=False)),
        record.lang,
    )


def table(shares: Shares) -> str:
    """Return Markdown: a row a perturbation, a column a language; empty where nothing was changed."""
    languages = [*sorted({lang for row in shares.values() for lang in row} - {"all"}), "all"]
    rows = [f"| frames that stay | {' | '.join(languages)} | of |", f"|---|{'---:|' * (len(languages) + 1)}"]
    for name, row in shares.items():
        values = [f"{row[lang][0]:.3f}" if lang in row else "" for lang in languages]
        rows.append(f"| {name} | {' | '.join(values)} | {row['all'][1] if 'all' in row else 0} |")
    return "\n".join(rows)


def _between(record: Record, context: Sequence[Record]) -> Perturbation:
    """Set a text between two others of its language that look at the customer in no way, where there are any."""
    others = [r for r in context if r.id != record.id and r.lang == record.lang and r.orientation == "neither"]
    if not others:
        return lambda *_: None
    number = len(record.text)  # any fixed choice will do
    first, last = others[number % len(others)], others[(number + 1) % len(others)]
    return inside(original_of(first).sentences, original_of(last).sentences)


def _as_it_was(original: Original) -> list[Piece]:
    return [Piece(s, n, gap) for n, (s, gap) in enumerate(zip(original.sentences, original.gaps, strict=True))]


def _joined(pieces: Sequence[Piece]) -> tuple[str, list[tuple[int, int]]]:
    """Return the text that pieces make, and where each stands in it."""
    text, places = "", []
    for piece in pieces:
        start = len(text) + len(piece.gap)
        text += piece.gap + piece.text
        places.append((start, len(text)))
    return text, places


def _frames(analyze: Analyze, texts: Sequence[tuple[str, list[tuple[int, int]]]]) -> list[list[Frame]]:
    analyses = analyze([text for text, _ in texts], [places for _, places in texts])
    return [[sentence.frame for sentence in analysis.sentences] for analysis in analyses]
