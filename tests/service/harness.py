"""Real servers on loopback, over an analyser without a model that a test can hold up."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

# The analyser without a model lives with the tests of the exports.
sys.path.insert(0, str(Path(__file__).parents[1] / "exports"))

from fake_analyzer import FakeAnalyzer

from stemme.exports.outcomes import TextAnalyzer
from stemme.service.app import create_app
from stemme.service.routes.common import State
from stemme.service.server import listen, server_of, url_of
from stemme.service.settings import Settings

MODEL = {"stemme": "0", "languages": ["te", "bn", "nb", "et", "zh", "und"]}


class Held(FakeAnalyzer):
    """Analyses nothing as long as it is held."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.go.set()
        self.batches: list[list[str]] = []

    def pipe(self, texts, **options):
        given = list(texts)
        self.batches.append(given)
        assert self.go.wait(600)
        yield from super().pipe(given, **{**options, "batch_size": 64})


@dataclass
class Running:
    url: str
    client: httpx.Client
    state: State
    thread: threading.Thread
    stop: Callable[[], None]

    def analyze(self, *texts, **more) -> httpx.Response:
        items = [{"text": text} if isinstance(text, str) else text for text in texts]
        return self.client.post("/v1/analyze", json={"texts": items, **more})

    def file(self, name: str, data: bytes, **parameters) -> httpx.Response:
        return self.client.post("/v1/analyze/file", files={"file": (name, data)}, params=parameters)

    @property
    def address(self) -> tuple[str, int]:
        url = httpx.URL(self.url)
        return url.host, url.port


@contextmanager
def running(analyzer: TextAnalyzer, **settings) -> Iterator[Running]:
    # Machines that run tests may be slow; where time matters the test sets it.
    chosen = replace(Settings(port=0, request_seconds=600, file_seconds=600), **settings)
    app = create_app(chosen, analyzer, MODEL)
    server = server_of(app, chosen)
    listener = listen(chosen)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    url = url_of(listener)
    with httpx.Client(base_url=url, timeout=600, trust_env=False) as client:
        client.get("/healthz").raise_for_status()
        yield Running(url, client, app.state.stemme, thread, lambda: server.handle_exit(signal.SIGTERM, None))
        client.close()
        if isinstance(analyzer, Held):
            analyzer.go.set()
        server.handle_exit(signal.SIGTERM, None)
        thread.join(600)
        assert not thread.is_alive(), "the server does not end"


def until(condition: Callable[[], object]) -> None:
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("never came true")
