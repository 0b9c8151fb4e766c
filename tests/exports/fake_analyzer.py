"""An analyser without a model: its results follow from the letters of a text by simple rules."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from stemme.analysis import Analysis, Complaint, Need, Sentence
from stemme.labels import FRAMES, SEVERITIES, TOPICS, balance_of, orientation_of

SCRIPTS = {"te": "[\u0c00-\u0c7f]", "bn": "[\u0980-\u09ff]", "zh": "[\u4e00-\u9fff]", "et": "[õÕ]", "nb": "[åøæÅØÆ]"}


class FakeAnalyzer:
    """Streams like the real one: `batch_size` texts are taken, then their analyses given.

    `given` and `taken` count how far it is, so that a test can see who runs ahead of whom.
    """

    def __init__(self) -> None:
        self.taken = 0
        self.given = 0
        self.langs: set[str | None] = set()

    fingerprint = "fake"

    def pipe(
        self, texts: Iterable[str], *, lang: str | None = None, batch_size: int = 2, ahead: int = 1
    ) -> Iterator[Analysis]:
        self.langs.add(lang)
        left = iter(texts)
        while batch := list(itertools.islice(left, batch_size)):
            self.taken += len(batch)
            for text in batch:
                self.given += 1
                yield analyze(text, lang)


def analyze(text: str, lang: str | None = None) -> Analysis:
    sentences = []
    for match in re.finditer(r"[^.!?。！？।\n]+[.!?。！？।]*", text):
        frame = FRAMES[len(match[0]) % 3]
        sentences.append(Sentence(match.start(), match.end(), frame, 0.9, None if frame == "neither" else "horizon"))
    words = list(re.finditer(r"\S{4,}", text))
    frames = [sentence.frame for sentence in sentences]
    return Analysis(
        text=text,
        lang=lang or next((tag for tag, script in SCRIPTS.items() if re.search(script, text)), "und"),
        lang_score=0.987654,
        orientation=orientation_of(frames),
        balance=balance_of(frames),
        scores={"centric": 0.5, "focused": 0.3, "neither": 0.2},
        sentences=sentences,
        needs=[Need(m.start(), m.end(), m[0], TOPICS[len(m[0]) % 10], 0.88) for m in words[:1]],
        complaints=[
            Complaint(m.start(), m.end(), m[0], TOPICS[len(m[0]) % 10], SEVERITIES[len(m[0]) % 3], 0.91)
            for m in words[1:3]
        ],
    )
