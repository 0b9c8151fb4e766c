"""What a whole export says, gathered while its rows stream by in memory that does not grow with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from stemme.analysis import Analysis, Complaint, Need
from stemme.exports.printable import printable
from stemme.labels import MentionKind, Orientation, Topic

EXAMPLE_WIDTH = 64
"""Terminal cells of an example; one that is longer is shown in part."""

_IDEAL_CHARACTERS = range(6, 61)
"""An example of such a length says enough and is read at a glance."""


@dataclass(frozen=True, slots=True)
class Example:
    """A mention that stands for its topic."""

    text: str
    lang: str
    rank: float


@dataclass(slots=True)
class TopicCount:
    """How often a topic was mentioned, and the best example so far."""

    topic: Topic
    count: int = 0
    example: Example | None = None


@dataclass(slots=True)
class Summary:
    """Counts over an export.

    Attributes:
        rows: Texts so far.
        empty: How many of them hold nothing, or white space only.
        problems: Rows without a result.
        text_column: The column of the texts.
        languages: Per language tag how many texts have which orientation.
    """

    rows: int = 0
    empty: int = 0
    problems: int = 0
    text_column: str = ""
    languages: dict[str, Counter[Orientation]] = field(default_factory=dict)
    _topics: dict[tuple[MentionKind, Topic], TopicCount] = field(default_factory=dict)

    def add(self, analysis: Analysis) -> None:
        """Count one more text."""
        self.rows += 1
        self.empty += not analysis.text.strip()
        self.languages.setdefault(analysis.lang, Counter())[analysis.orientation] += 1
        self._count("need", analysis.needs, analysis.lang)
        self._count("complaint", analysis.complaints, analysis.lang)

    def topics(self, kind: MentionKind) -> list[TopicCount]:
        """Return the topics of the needs or the complaints, the most frequent first."""
        found = (entry for (of, _), entry in self._topics.items() if of == kind)
        return sorted(found, key=lambda entry: (-entry.count, entry.topic))

    def _count(self, kind: MentionKind, mentions: Iterable[Need | Complaint], lang: str) -> None:
        for mention in mentions:
            entry = self._topics.setdefault((kind, mention.topic), TopicCount(mention.topic))
            entry.count += 1
            rank = _rank(mention)
            if entry.example is None or rank > entry.example.rank:
                entry.example = Example(printable(mention.text[:1000], EXAMPLE_WIDTH), lang, rank)


def _rank(mention: Need | Complaint) -> float:
    """Return how good an example the mention is: sure of itself, neither a stub nor a paragraph."""
    length = len(mention.text)
    beyond = max(_IDEAL_CHARACTERS.start - length, 0) / 20 + max(length - _IDEAL_CHARACTERS.stop, 0) / 100
    return mention.score - min(beyond, 1.0)
