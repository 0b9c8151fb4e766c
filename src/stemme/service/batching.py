"""Texts of many requests gathered into batches, in two threads that alone use the model.

While the model is at work, requests come in; the next batch is the text that has waited longest and those nearest to
it in length, so that little of it is padding and nobody waits for ever. Only a text that finds the model idle waits
a few milliseconds for company. While the network is at one thread's batch, Python reads or decodes the other's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from stemme.defaults import BATCH_SIZE
from stemme.errors import StemmeError
from stemme.exports.outcomes import Outcome, TextAnalyzer, analyze

ROUND_TEXTS = 2 * BATCH_SIZE
"""Texts that are analysed together at the most."""

ROUND_CHARACTERS = 50_000
"""Characters that are analysed together, beyond a first text: others wait as long."""

WORKERS = 2
"""Threads. With one, the network stands still while Python decodes."""

_TURN = 4
"""Every so many rounds exports come first, so that a steady stream of single texts does not hold them up for ever."""

_FIRST_RATE = 10_000.0
"""Characters a second that are assumed before anything was measured."""

_SMOOTHING = 0.1


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its language, None where it is to be identified."""

    text: str
    lang: str | None = None


@dataclass(eq=False, slots=True)
class _Order:
    """Texts that were handed in together."""

    future: Future[list[Outcome]]
    outcomes: list[Outcome | None]
    left: int


@dataclass(eq=False, slots=True)
class _Waiting:
    text: Text
    order: _Order
    position: int
    weight: int = field(init=False)

    def __post_init__(self) -> None:
        # Bytes tell the number of subwords better than characters do: scripts differ less in them.
        text = self.text.text
        self.weight = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


class FullError(Exception):
    """So many texts wait that no more are taken."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class Batcher:
    """Hands texts to the model in batches.

    Args:
        analyzer: The model.
        gather_seconds: How long a text that finds the model idle waits for others.
        max_texts: Texts that may wait, those of exports not counted.
        max_characters: Characters that may wait, those of exports not counted.

    Attributes:
        observe: Called with the number of texts of every round.
    """

    def __init__(
        self,
        analyzer: TextAnalyzer,
        gather_seconds: float,
        max_texts: int,
        max_characters: int,
    ) -> None:
        self._analyzer = analyzer
        self._gather_seconds = gather_seconds
        self._max_texts = max_texts
        self._max_characters = max_characters
        self.observe: Callable[[int], None] = lambda _: None
        self._changed = threading.Condition()
        self._waiting: list[_Waiting] = []
        self._exports: list[_Waiting] = []
        self._characters = 0
        self._full = False
        self._rounds = 0
        self._rate = _FIRST_RATE
        self._stopping = False
        self._gathering = False
        self._threads = [
            threading.Thread(target=self._work, name=f"stemme-model-{number}", daemon=True) for number in range(WORKERS)
        ]

    def start(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what waits, then end."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    @property
    def ready(self) -> bool:
        """Whether more texts can be taken now: not after some were refused, until fewer wait."""
        alive = all(thread.is_alive() for thread in self._threads)
        return alive and not self._stopping and not self._full

    @property
    def waiting(self) -> int:
        """Texts that wait, those of exports among them."""
        return len(self._waiting) + len(self._exports)

    def submit(self, texts: Sequence[Text], *, export: bool = False) -> Future[list[Outcome]]:
        """Hand in texts; their outcomes come in the same order. A future that is cancelled takes its texts back.

        Args:
            texts: At least one.
            export: Whether they are of an export, which single texts may overtake.

        Raises:
            FullError: Too many are waiting.
        """
        order = _Order(Future(), [None] * len(texts), len(texts))
        waiting = [_Waiting(text, order, position) for position, text in enumerate(texts)]
        characters = sum(len(text.text) for text in texts)
        with self._changed:
            if self._stopping:
                raise FullError(1.0)
            if export:
                self._exports += waiting
            else:
                if (
                    len(self._waiting) + len(texts) > self._max_texts
                    or self._characters + characters > self._max_characters
                ):
                    self._full = True
                    raise FullError(self._characters / self._rate)
                self._waiting += waiting
                self._characters += characters
                self._full = len(self._waiting) == self._max_texts or self._characters == self._max_characters
            self._changed.notify_all()
        order.future.add_done_callback(self._take_back)
        return order.future

    def _take_back(self, future: Future[list[Outcome]]) -> None:
        """Take out what nobody waits for any more; what the model is at already is not interrupted."""
        if future.cancelled():
            with self._changed:
                for queue in (self._waiting, self._exports):
                    self._keep(queue, [waiting for waiting in queue if waiting.order.future is not future])

    def _keep(self, queue: list[_Waiting], kept: list[_Waiting]) -> None:
        """Leave in a queue what is kept."""
        if len(kept) == len(queue):
            return
        queue[:] = kept
        if queue is self._waiting:
            self._characters = sum(len(waiting.text.text) for waiting in queue)
            self._full = False

    def _work(self) -> None:
        while texts := self._take():
            self.observe(len(texts))
            began = time.perf_counter()
            try:
                outcomes: list[Outcome | None] = analyze(
                    [waiting.text.text for waiting in texts], self._analyzer, texts[0].text.lang
                )
            except StemmeError as error:  # the model fails on everything
                outcomes = [str(error)] * len(texts)
            seconds = max(time.perf_counter() - began, 1e-6)
            rate = sum(len(waiting.text.text) for waiting in texts) / seconds
            with self._changed:
                self._rate += _SMOOTHING * (max(rate, 1.0) - self._rate)
                done = self._settled(texts, outcomes)
            for order in done:
                if order.future.set_running_or_notify_cancel():
                    order.future.set_result([found for found in order.outcomes if found is not None])

    @staticmethod
    def _settled(texts: Sequence[_Waiting], outcomes: Sequence[Outcome | None]) -> list[_Order]:
        """Enter the outcomes, and return the orders that have all of theirs: two threads may share an order."""
        done = []
        for waiting, outcome in zip(texts, outcomes, strict=True):
            order = waiting.order
            order.outcomes[waiting.position] = outcome
            order.left -= 1
            if not order.left:
                done.append(order)
        return done

    def _take(self) -> list[_Waiting]:
        """Wait for texts and return those of the next round; none when it is time to end."""
        idle = False
        with self._changed:
            while True:
                if self._gathering or not (self._waiting or self._exports):
                    if self._stopping and not self._gathering:
                        return []
                    self._changed.wait()
                    idle = True
                elif idle:
                    self._gather()
                    idle = False
                else:
                    return self._chosen(self._next_queue())

    def _next_queue(self) -> list[_Waiting]:
        self._rounds += 1
        exports_first = not self._waiting or (self._rounds % _TURN == 0 and bool(self._exports))
        return self._exports if exports_first else self._waiting

    def _gather(self) -> None:
        """Give texts that have found a thread idle a little time for company; the other thread leaves them alone."""
        self._gathering = True
        until = time.monotonic() + self._gather_seconds
        while len(self._waiting) < BATCH_SIZE and not self._stopping and (seconds := until - time.monotonic()) > 0:
            self._changed.wait(seconds)
        self._gathering = False
        self._changed.notify_all()

    def _chosen(self, queue: list[_Waiting]) -> list[_Waiting]:
        """Take out of a queue its first text and those nearest in length."""
        first = queue[0]
        alike = [waiting for waiting in queue if waiting.text.lang == first.text.lang]
        alike.sort(key=lambda waiting: abs(waiting.weight - first.weight))
        chosen: list[_Waiting] = []
        characters = 0
        for waiting in alike[:ROUND_TEXTS]:
            characters += len(waiting.text.text)
            if chosen and characters > ROUND_CHARACTERS:
                break
            chosen.append(waiting)
        taken = set(map(id, chosen))
        self._keep(queue, [waiting for waiting in queue if id(waiting) not in taken])
        return chosen
