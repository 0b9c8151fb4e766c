"""What an annotator marked, read from an annotation of Label Studio: regions of a text and what is said of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from stemme.annotation.interface import MENTION, SENTENCE, SEVERITY, TOPIC
from stemme.text.units import Unit, boundaries

_UNITS: tuple[Unit, ...] = ("codepoint", "utf16")


class AnnotationError(ValueError):
    """An annotation that cannot become a record; the message says what was found and the remedy."""


@dataclass
class Region:
    """A stretch of a text, in code points and without white space at its edges, with the values of each control."""

    start: int
    end: int
    values: dict[str, list[str]] = field(default_factory=dict)

    def one(self, control: str) -> str | None:
        """Return the single value of a control, None where it has none.

        Raises:
            AnnotationError: There are several.
        """
        values = self.values.get(control, [])
        if len(values) > 1:
            raise AnnotationError(f"a region has {len(values)} values of {control} ({', '.join(values)}); leave one")
        return values[0] if values else None


def regions(text: str, result: Sequence[Any]) -> list[Region]:
    """Return the regions of an annotation, in order of the text.

    Label Studio's editor counts code points since the end of 2021 and counted code units of UTF-16 before. Which of
    the two it was is told by the text that stands beside the offsets; where there is none, code points are taken.

    Args:
        text: Of the task.
        result: Of the annotation: one entry a region and control, those of a region under one id.

    Raises:
        AnnotationError: Offsets and texts contradict each other, or an entry is not one of a text.
    """
    entries = list(_entries(result))
    places = _places(text, entries)
    found: dict[str, Region] = {}
    for region, control, value, values in entries:
        start, end = _trimmed(text, places[value["start"]], places[value["end"]])
        known = found.setdefault(region, Region(start, end))
        if (known.start, known.end) != (start, end):
            raise AnnotationError(f"the region {region!r} has two places; remove it and mark it again")
        known.values.setdefault(control, []).extend(values)
    return sorted(found.values(), key=lambda r: (r.start, -r.end))


def _entries(result: Sequence[Any]) -> Iterator[tuple[str, str, dict[str, Any], list[str]]]:
    for entry in result:
        control = entry.get("from_name") if isinstance(entry, dict) else None
        if control not in (SENTENCE, MENTION, TOPIC, SEVERITY):
            continue  # what a project has added to the interface, as comments
        value = entry.get("value")
        kind = "labels" if control in (SENTENCE, MENTION) else "choices"
        if not isinstance(value, dict) or not all(type(value.get(name)) is int for name in ("start", "end")):
            raise AnnotationError(
                f"a {control} without a place in the text; use the interface of stemme annotate config"
            )
        values = value.get(kind) or []
        if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
            raise AnnotationError(f"the {kind} of a {control} are no list of names; export as JSON again")
        yield str(entry.get("id")), control, value, values


def _places(text: str, entries: Sequence[tuple[str, str, dict[str, Any], list[str]]]) -> dict[int, int]:
    """Return the code point of each offset, in the unit under which every region holds the text that it says."""
    wrong = None
    for unit in _UNITS:
        places = {offset: point for point, offset in enumerate(boundaries(text, unit))}
        wrong = next((value for _, _, value, _ in entries if not _agrees(text, places, value)), None)
        if wrong is None:
            return places
    assert wrong is not None
    raise AnnotationError(
        f"the region from {wrong['start']} to {wrong['end']} does not hold the text that it says, "
        f"{wrong.get('text', '')!r}; remove it and mark it again"
    )


def _agrees(text: str, places: dict[int, int], value: dict[str, Any]) -> bool:
    start, end = places.get(value["start"]), places.get(value["end"])
    if start is None or end is None or start >= end:
        return False
    said = value.get("text")
    return not isinstance(said, str) or _flat(said) == _flat(text[start:end])


def _flat(text: str) -> str:
    """Return the text without white space; Label Studio writes a line break as a backslash and an n."""
    return "".join(text.replace("\\n", "").split())


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    marked = text[start:end]
    if not marked.strip():
        raise AnnotationError(f"the region from {start} to {end} holds only white space; remove it")
    return start + len(marked) - len(marked.lstrip()), end - len(marked) + len(marked.rstrip())
