"""What Prometheus is told. Label values are from closed sets, so that no client can make the series multiply."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from stemme.analysis import Analysis
from stemme.exports.summary import Summary
from stemme.labels import Orientation

CONTENT_TYPE = CONTENT_TYPE_LATEST
OTHER = "other"
"""Stands for languages and paths that nobody has named beforehand."""

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_TEXTS = (1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """The counters of one application, in a registry of their own.

    Args:
        languages: Tags that are counted by name.
        waiting: Tells how many texts wait.
    """

    def __init__(self, languages: Collection[str], waiting: Callable[[], int]) -> None:
        self._languages = frozenset(languages)
        self._registry = CollectorRegistry()
        self.requests = Counter("stemme_requests", "Requests answered.", ("path", "status"), registry=self._registry)
        self.seconds = Histogram(
            "stemme_request_seconds", "Time to answer.", ("path",), buckets=_SECONDS, registry=self._registry
        )
        self.open = Gauge("stemme_requests_open", "Requests that are being answered.", registry=self._registry)
        self.rounds = Histogram(
            "stemme_batch_texts", "Texts handed to the model together.", buckets=_TEXTS, registry=self._registry
        )
        self._texts = Counter("stemme_texts", "Texts analysed.", ("lang", "orientation"), registry=self._registry)
        queue = Gauge("stemme_queue_texts", "Texts that wait for the model.", registry=self._registry)
        queue.set_function(waiting)

    def count(self, analyses: Iterable[Analysis]) -> None:
        """Count texts by language and orientation."""
        for analysis in analyses:
            self._count(analysis.lang, analysis.orientation, 1)

    def count_summary(self, summary: Summary) -> None:
        """Count the texts of an export."""
        for lang, orientations in summary.languages.items():
            for orientation, number in orientations.items():
                self._count(lang, orientation, number)

    def _count(self, lang: str, orientation: Orientation, number: int) -> None:
        self._texts.labels(lang if lang in self._languages else OTHER, orientation).inc(number)

    def exposition(self) -> bytes:
        """Return all of it as Prometheus reads it."""
        return generate_latest(self._registry)
