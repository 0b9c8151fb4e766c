"""The gold records of the corpora, one JSON object a line (annotation guide, section 6)."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from stemme.corpus.markup import MarkupError, Mention, parse
from stemme.errors import StemmeError
from stemme.labels import (
    DIMENSIONS,
    DOMAINS,
    FRAMES,
    ORIENTATIONS,
    RECORD_KINDS,
    Dimension,
    Domain,
    Frame,
    Orientation,
    RecordKind,
    orientation_of,
)

CORPORA = Path(__file__).parents[3] / "corpora"
"""Those of a checkout; an installed package has none."""

Split = Literal["train", "dev", "test", "probe"]
"""`probe` holds languages that nothing is trained on; it is measured by itself."""

SPLITS: tuple[Split, ...] = get_args(Split)

FILES = ("comments.jsonl", "documents.jsonl")
"""Names of the files that hold a language's records; others below a folder are not its corpus."""

_REQUIRED = {"id", "lang", "kind", "domain", "orientation", "sentences"}
_OPTIONAL = {"pair", "trap", "split"}


class RecordError(ValueError):
    """A record that breaks the format; the message says what was found and the remedy."""


@dataclass(frozen=True, slots=True)
class GoldSentence:
    """A sentence of a record: its place in the record's text, its frame and dimension."""

    start: int
    end: int
    frame: Frame
    dimension: Dimension | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A text with its gold labels; offsets are code points into `text`.

    Attributes:
        pair: Name that the two members of a minimal pair share.
        trap: Whether the terms mislead about the behaviour.
        split: None until `stemme corpus split` has assigned one.
    """

    id: str
    lang: str
    kind: RecordKind
    domain: Domain
    orientation: Orientation
    text: str
    sentences: tuple[GoldSentence, ...]
    mentions: tuple[Mention, ...]
    pair: str | None = None
    trap: bool = False
    split: Split | None = None


def parse_record(line: str) -> Record:
    """Read one line of a corpus file.

    Raises:
        RecordError: The line breaks the format.
    """
    try:
        raw = json.loads(line)
        json.dumps(raw, ensure_ascii=False).encode()  # as the record is stored again
    except (json.JSONDecodeError, RecursionError) as error:
        raise RecordError(f"not JSON ({error}); write one object a line") from error
    except UnicodeEncodeError as error:
        raise RecordError(f"half a character, {error.object[error.start]!r}; write the whole one") from error
    except ValueError as error:  # all that the library says of it
        raise RecordError("a number of too many digits; no field is a number") from error
    if not isinstance(raw, dict):
        raise RecordError("not a JSON object; write one object a line")
    if missing := _REQUIRED - raw.keys():
        raise RecordError(f"{', '.join(sorted(missing))} missing; add them")
    if unknown := raw.keys() - _REQUIRED - _OPTIONAL:
        raise RecordError(f"unknown fields {', '.join(sorted(unknown))}; remove them")
    if not isinstance(raw["sentences"], list) or not raw["sentences"]:
        raise RecordError("no sentences; write at least one")
    if not all(isinstance(raw[name], str) and raw[name] for name in ("id", "lang")):
        raise RecordError("id and lang must be strings and not empty")
    _one_of("kind", raw["kind"], RECORD_KINDS)
    _one_of("domain", raw["domain"], DOMAINS)
    _one_of("orientation", raw["orientation"], ORIENTATIONS)
    if not isinstance(raw.get("pair", ""), str) or not isinstance(raw.get("trap", False), bool):
        raise RecordError("pair must be a string and trap true or false")
    if raw.get("split") is not None:
        _one_of("split", raw["split"], SPLITS)

    text, sentences, mentions = _joined(raw["lang"], raw["sentences"])
    expected = orientation_of(s.frame for s in sentences)
    if raw["orientation"] != expected:
        raise RecordError(f"orientation {raw['orientation']!r}, but its frames make it {expected!r}; mend either")
    return Record(
        id=raw["id"],
        lang=raw["lang"],
        kind=raw["kind"],
        domain=raw["domain"],
        orientation=raw["orientation"],
        text=text,
        sentences=tuple(sentences),
        mentions=tuple(mentions),
        pair=raw.get("pair"),
        trap=raw.get("trap", False),
        split=raw.get("split"),
    )


def _joined(lang: str, raw_sentences: list[Any]) -> tuple[str, list[GoldSentence], list[Mention]]:
    text = ""
    sentences: list[GoldSentence] = []
    mentions: list[Mention] = []
    for number, raw in enumerate(raw_sentences, 1):
        if not isinstance(raw, dict) or not isinstance(raw.get("text"), str):
            raise RecordError(f"sentence {number} has no text; write an object with text and frame")
        if unknown := raw.keys() - {"text", "frame", "dimension"}:
            raise RecordError(f"sentence {number}: unknown fields {', '.join(sorted(unknown))}; remove them")
        _one_of(f"frame of sentence {number}", raw.get("frame"), FRAMES)
        frame: Frame = raw["frame"]
        dimension: Dimension | None = raw.get("dimension")
        if frame == "neither" and dimension is not None:
            raise RecordError(f"sentence {number} has a dimension but frame 'neither'; remove it")
        if frame != "neither":
            _one_of(f"dimension of sentence {number}", dimension, DIMENSIONS)
        if not unicodedata.is_normalized("NFC", raw["text"]):
            raise RecordError(f"sentence {number} is not in Unicode's form NFC; normalise it")
        try:
            plain, marked = parse(raw["text"])
        except MarkupError as error:
            raise RecordError(f"sentence {number}: {error}") from error
        if not plain.strip() or plain.rstrip() != plain or plain.removeprefix("\n").lstrip() != plain.lstrip("\n"):
            raise RecordError(f"sentence {number} is empty or has white space at its edge; only a newline may begin it")
        if number > 1 and not plain.startswith("\n") and spaced(lang):
            text += " "
        lead = len(plain) - len(plain.lstrip())
        sentences.append(GoldSentence(len(text) + lead, len(text) + len(plain), frame, dimension))
        mentions += [replace(m, start=m.start + len(text), end=m.end + len(text)) for m in marked]
        text += plain
    return text, sentences, mentions


def _one_of(name: str, value: object, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise RecordError(f"{name} is {value!r}; allowed are {', '.join(allowed)}")


def language_group(lang: str) -> str:
    """Return the language that a record is counted under: variants and scripts go with their own."""
    base = lang.split("-", maxsplit=1)[0]
    return "nb" if base == "nn" else base


def spaced(lang: str) -> bool:
    """Return whether a language writes spaces between words, and so between sentences."""
    return language_group(lang) not in ("zh", "ja")


def files(paths: Iterable[Path]) -> list[Path]:
    """Return the corpus files among `paths`, and those of the usual names below folders, in order of their names.

    Raises:
        StemmeError: A path does not exist, or no file is found.
    """
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise StemmeError(f"{path}: no such file or folder")
        found += sorted(p for name in FILES for p in path.rglob(name)) if path.is_dir() else [path]
    if not found:
        raise StemmeError(f"{', '.join(map(str, paths))}: no {' or '.join(FILES)} here")
    return found


def read(path: Path) -> Iterator[Record]:
    """Read the records of a file, or of all corpus files below a folder.

    Raises:
        StemmeError: A record breaks the format; names file and line.
    """
    for file in files([path]):
        for number, line in lines(file):
            try:
                yield parse_record(line)
            except RecordError as error:
                raise StemmeError(f"{file}:{number}: {error}") from error


def lines(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a corpus file that are not empty, with their numbers from 1.

    Raises:
        StemmeError: The file is not UTF-8.
    """
    try:
        with file.open(encoding="utf-8") as handle:
            for number, line in enumerate(handle, 1):
                if line.strip():
                    yield number, line.rstrip("\n")
    except UnicodeDecodeError as error:
        raise StemmeError(f"{file}: not UTF-8 ({error}); save it as UTF-8") from error
