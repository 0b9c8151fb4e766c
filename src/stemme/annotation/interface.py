"""What annotators see in Label Studio: the labels and choices, all from `stemme.labels`."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from stemme.colours import COLOURS
from stemme.labels import DIMENSIONS, FRAMES, MENTION_KINDS, SEVERITIES, TOPICS, Dimension, Frame

TEXT = "text"
"""The object that is labelled, and the field of the task that holds it."""

SENTENCE, MENTION = "sentence", "mention"
"""The labels of regions: of a sentence its frame and dimension, of a mention its kind."""

TOPIC, SEVERITY = "topic", "severity"
"""The choices that belong to the region of a mention."""

_COLOURS = {**COLOURS, "need": COLOURS["needs"], "complaint": COLOURS["2"]}


def label_of(frame: Frame, dimension: Dimension | None) -> str:
    """Return the label of a sentence: `centric horizon`, or `neither`."""
    return frame if dimension is None else f"{frame} {dimension}"


SENTENCE_LABELS: dict[str, tuple[Frame, Dimension | None]] = {
    label_of(frame, dimension): (frame, dimension)
    for frame in FRAMES
    for dimension in ((None,) if frame == "neither" else DIMENSIONS)
}
"""What each label of a sentence says."""


def labelling_config() -> str:
    """Return the labelling interface as Label Studio's XML."""
    view = Element("View")
    _labels(view, SENTENCE, {label: _COLOURS[frame] for label, (frame, _) in SENTENCE_LABELS.items()})
    _labels(view, MENTION, {kind: _COLOURS[kind] for kind in MENTION_KINDS})
    SubElement(view, "Text", name=TEXT, value=f"${TEXT}", granularity="symbol")
    _choices(view, TOPIC, TOPICS, ",".join(MENTION_KINDS))
    _choices(view, SEVERITY, [str(severity) for severity in SEVERITIES], "complaint")
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"


def _labels(view: Element, name: str, colours: dict[str, str]) -> None:
    labels = SubElement(view, "Labels", name=name, toName=TEXT, choice="single")
    for value, colour in colours.items():
        SubElement(labels, "Label", value=value, background=colour)


def _choices(view: Element, name: str, values: list[str] | tuple[str, ...], kinds: str) -> None:
    choices = SubElement(
        view,
        "Choices",
        name=name,
        toName=TEXT,
        choice="single",
        perRegion="true",
        required="true",
        requiredMessage=f"Choose the {name} of every mention",
        visibleWhen="region-selected",
        whenTagName=MENTION,
        whenLabelValue=kinds,
        showInline="true",
    )
    for value in values:
        SubElement(choices, "Choice", value=value)
