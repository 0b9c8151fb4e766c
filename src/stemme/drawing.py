"""Analyses drawn for notebooks: sentences coloured by frame, needs and complaints underlined.

All styles stand in the elements, since notebooks drop style sheets. Text keeps the notebook's own colour, and what is
coloured is mixed with it, so that light and dark themes are both readable. spaCy is not imported for an `Analysis`.
"""

from __future__ import annotations

import re
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from stemme.analysis import Analysis, Complaint, Need, Sentence
from stemme.colours import COLOURS
from stemme.errors import StemmeError, UsageError
from stemme.labels import FRAMES, TOPICS

if TYPE_CHECKING:
    from spacy.tokens import Doc

MOST_CHARACTERS = 20_000
"""Characters of a text that are drawn; of a longer one, the drawing says that there are more."""

_UNPRINTABLE = re.compile("[\x00\ud800-\udfff]")
_TINT = "2e"
"""Opacity of a sentence's background, in hexadecimal."""
_LABEL = "font-size:.7em;opacity:.85;margin:0 .4em;user-select:none;white-space:nowrap"
_LIGHTER = 0.4


class Html(str):
    """HTML that a notebook shows as such."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)


def render(drawn: Analysis | Doc) -> Html:
    """Return an analysis, or the one that a spaCy Doc carries, as HTML; a notebook shows it.

    Raises:
        StemmeError: The Doc carries none.
    """
    if isinstance(drawn, Analysis):
        return _drawn(drawn)
    from stemme.component import analysis_of

    analysis = analysis_of(drawn)
    if analysis is None:
        raise StemmeError("the Doc carries no analysis; make it with analyzer.doc or a pipeline that has 'stemme'")
    return _drawn(analysis)


def displacy_options(spans_key: str = "complaints") -> dict[str, Any]:
    """Return the options with which `displacy.render(doc, style="span", options=…)` draws in our colours.

    displaCy colours by label alone: complaints of all severities have one colour, `render` tells them apart.
    Colours are lightened, since displaCy writes labels in black.

    Args:
        spans_key: Of `doc.spans`: `needs`, `complaints` or `frames`.

    Raises:
        UsageError: Another key.
    """
    by_label: dict[str, dict[str, str]] = {
        "needs": dict.fromkeys(TOPICS, COLOURS["needs"]),
        "complaints": dict.fromkeys(TOPICS, COLOURS["2"]),
        "frames": {frame: COLOURS[frame] for frame in FRAMES},
    }
    if spans_key not in by_label:
        raise UsageError(f"spans_key is {spans_key!r}; allowed are {', '.join(by_label)}")
    return {"spans_key": spans_key, "colors": {label: _lighter(c) for label, c in by_label[spans_key].items()}}


def _drawn(analysis: Analysis) -> Html:
    stop = min(len(analysis.text), MOST_CHARACTERS)
    mentions: list[Need | Complaint] = sorted([*analysis.needs, *analysis.complaints], key=lambda m: m.start)
    parts = []
    at = 0
    for sentence in analysis.sentences:
        if sentence.start >= stop:
            break
        within = [m for m in mentions if sentence.start <= m.start < sentence.end]
        parts += [_text(analysis.text[at : sentence.start]), _sentence(analysis.text, sentence, within, stop)]
        at = sentence.end
    parts.append(_text(analysis.text[at:stop]))
    if stop < len(analysis.text):
        parts.append(f"<div dir=ltr><small>{len(analysis.text) - stop:,} more characters are not drawn.</small></div>")
    head = f"{analysis.orientation} · {analysis.lang}"
    return Html(
        f'<div><div dir="ltr" style="font-size:.85em;opacity:.85">{escape(head)}</div>'
        f'<div dir="auto" lang="{escape(analysis.lang)}" style="white-space:pre-wrap;overflow-wrap:anywhere;'
        f'line-height:2;unicode-bidi:plaintext">{"".join(parts)}</div></div>'
    )


def _sentence(text: str, sentence: Sentence, mentions: list[Need | Complaint], stop: int) -> str:
    end = min(sentence.end, stop)
    by_start = {m.start: m for m in mentions}
    edges = sorted({sentence.start, end, *(min(e, end) for m in mentions for e in (m.start, m.end))})
    inner = "".join(
        _mention(_text(text[a:b]), by_start[a]) if a in by_start else _text(text[a:b]) for a, b in pairwise(edges)
    )
    if sentence.frame == "neither":
        return f"<span>{inner}</span>"
    style = f"background:{COLOURS[sentence.frame]}{_TINT};border-radius:.2em"
    label = _label(f"{sentence.frame}: {sentence.dimension}")
    return f'<span style="{style}" title="{escape(sentence.frame)} {sentence.score:.2f}">{inner}{label}</span>'


def _mention(inner: str, mention: Need | Complaint) -> str:
    severity = mention.severity if isinstance(mention, Complaint) else None
    colour = COLOURS["needs" if severity is None else str(severity)]
    style = (
        f"text-decoration:underline {'dotted' if severity is None else 'solid'} {colour} 3px;"
        f"text-decoration-color:color-mix(in srgb,{colour} 75%,currentColor);"
        "text-underline-offset:.3em;text-decoration-skip-ink:none"
    )
    label = f"need: {mention.topic}" if severity is None else f"complaint: {mention.topic} {severity}"
    return f'<span style="{style}" title="{escape(label)}, {mention.score:.2f}">{inner}</span>{_label(label)}'


def _label(said: str) -> str:
    return f'<small dir="ltr" style="{_LABEL}">{escape(said)}</small>'


def _text(text: str) -> str:
    return escape(_UNPRINTABLE.sub("\ufffd", text))


def _lighter(colour: str) -> str:
    channels = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(c + (255 - c) * _LIGHTER):02x}" for c in channels)
