"""The markup of needs and complaints within a sentence of the corpora.

`{need TOPIC|…}` and `{complaint TOPIC SEVERITY|…}`; a literal brace or backslash is written with a backslash
before it. Spans do not nest and do not cross sentences (annotation guide, section 6).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from stemme.labels import MENTION_KINDS, SEVERITIES, TOPICS, MentionKind, Severity, Topic

_OPENING = re.compile(r"\{([^|{}]*)\|")
_ESCAPABLE = "{}\\"


class MarkupError(ValueError):
    """Markup that cannot be read; the message names the place, what is wrong and the remedy."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A gold need or complaint; offsets are code points, `severity` is None for a need."""

    start: int
    end: int
    kind: MentionKind
    topic: Topic
    severity: Severity | None = None


def parse(marked: str) -> tuple[str, list[Mention]]:
    """Return the plain text and its mentions, in order.

    Raises:
        MarkupError: Broken or nested markup, an unknown label, or a span with white space at its edges.
    """
    plain: list[str] = []
    mentions: list[Mention] = []
    opened: tuple[int, MentionKind, Topic, Severity | None] | None = None
    at = 0
    while at < len(marked):
        character = marked[at]
        if character == "\\" and marked[at + 1 : at + 2] and marked[at + 1] in _ESCAPABLE:
            plain.append(marked[at + 1])
            at += 2
        elif character == "{":
            opening = _OPENING.match(marked, at)
            if opening is None:
                raise MarkupError(f"{_excerpt(marked, at)}: a brace that opens no span; write a literal one as \\{{")
            if opened is not None:
                raise MarkupError(f"{_excerpt(marked, at)}: a span within a span; close the outer one first")
            opened = (len(plain), *_labels(opening[1]))
            at = opening.end()
        elif character == "}":
            if opened is None:
                raise MarkupError(f"{_excerpt(marked, at)}: a brace that closes no span; write a literal one as \\}}")
            start, kind, topic, severity = opened
            covered = "".join(plain[start:])
            if not covered or covered != covered.strip():
                raise MarkupError(
                    f"{_excerpt(marked, at)}: a span is empty or has white space at its edge; move it out"
                )
            mentions.append(Mention(start, len(plain), kind, topic, severity))
            opened = None
            at += 1
        else:
            plain.append(character)
            at += 1
    if opened is not None:
        raise MarkupError(f"{_excerpt(marked, len(marked))}: a span is not closed; add }}")
    return "".join(plain), mentions


def write(text: str, mentions: list[Mention]) -> str:
    """Return the text with its mentions marked; `parse` reads it back."""
    pieces = []
    at = 0
    for mention in sorted(mentions, key=lambda m: m.start):
        labels = [mention.kind, mention.topic, *([str(mention.severity)] if mention.severity else [])]
        pieces += [_escaped(text[at : mention.start]), "{", " ".join(labels), "|"]
        pieces += [_escaped(text[mention.start : mention.end]), "}"]
        at = mention.end
    return "".join([*pieces, _escaped(text[at:])])


def _labels(written: str) -> tuple[MentionKind, Topic, Severity | None]:
    words = written.split(" ")
    if words[0] not in MENTION_KINDS:
        raise MarkupError(f"{words[0]!r} is no kind of span; allowed are {', '.join(MENTION_KINDS)}")
    kind: MentionKind = words[0]
    if len(words) != (2 if kind == "need" else 3):
        raise MarkupError(f"{written!r}: write need TOPIC, or complaint TOPIC SEVERITY")
    if words[1] not in TOPICS:
        raise MarkupError(f"{words[1]!r} is no topic; allowed are {', '.join(TOPICS)}")
    topic: Topic = words[1]
    if kind == "need":
        return kind, topic, None
    if words[2] not in map(str, SEVERITIES):
        raise MarkupError(f"{words[2]!r} is no severity; allowed are {', '.join(map(str, SEVERITIES))}")
    severity: Severity = int(words[2])  # type: ignore[assignment]
    return kind, topic, severity


def _escaped(text: str) -> str:
    return re.sub(r"[{}\\]", r"\\\g<0>", text)


def _excerpt(text: str, at: int) -> str:
    return f"near {text[max(0, at - 15) : at + 15]!r}"
