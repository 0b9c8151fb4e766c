"""Many machines: parts are analysed on the actors of a Ray cluster, each of which holds the model.

Ray places the actors, and starts one anew when its process or its machine dies. The parts that it had are given to
other actors here: Ray's own retries wait for the very actor that died, and where the cluster has no room for it any
more, they wait for ever. Everything else is as on one machine: the driver reads, cuts, keeps and writes, so
that it can die and resume, here or there.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import ray
from ray.exceptions import ActorDiedError, RayError, RayTaskError

from stemme.errors import StemmeError
from stemme.exports import fingerprint
from stemme.exports.engine import Done
from stemme.exports.outcomes import Outcome, TextAnalyzer, distinct, of_each, spread
from stemme.exports.parts import Part
from stemme.exports.ray_cluster import connected, cores
from stemme.exports.store import Store

_AT_ONCE = 2
"""Pieces that an actor has at once: the next one is there when it has done one."""

_OPEN_PARTS = 4
"""Parts for each actor that are open at the most: one that is tried again must not hold up the others at once."""

_LIVES = 2
"""So many actors may die of a piece that they had to themselves, before it is halved."""

_MOST_FAILED_STARTS = 5
_WAIT_SECONDS = 1.0
_PATIENCE_SECONDS = 30.0

Load = Callable[[], TextAnalyzer]
Say = Callable[[str], None]


@dataclass(slots=True)
class _Piece:
    """Different texts of a part, all of them until there is a suspicion.

    Attributes:
        part: Its number.
        first: Position of its first text among the different texts of the part.
        texts: What is to be analysed.
        suspect: Whether an actor died that had it; it then gets an actor to itself.
        deaths: Actors that died having nothing but it.
    """

    part: int
    first: int
    texts: list[str]
    suspect: bool = False
    deaths: int = 0

    def halves(self) -> list[_Piece]:
        half = len(self.texts) // 2
        ends = (self.first, self.texts[:half]), (self.first + half, self.texts[half:])
        return [_Piece(self.part, first, texts, suspect=True) for first, texts in ends]


@dataclass(slots=True)
class _Open:
    """A part that is not yet handed on; `outcomes` are those of its different texts, None where one is missing."""

    part: Part
    texts: list[str] = field(default_factory=list)
    outcomes: list[Outcome | None] = field(default_factory=list)
    done: list[Outcome | None] | None = None


@dataclass(slots=True)
class _Member:
    """An actor as the driver sees it: what it has to do, and whether it has said that it is ready."""

    actor: Any
    pieces: dict[Any, _Piece] = field(default_factory=dict)
    ready: bool = False

    @property
    def has_room(self) -> bool:
        """Whether a piece may be sent; a suspect stays alone."""
        suspected = any(piece.suspect for piece in self.pieces.values())
        return self.ready and not suspected and len(self.pieces) < _AT_ONCE


class Worker:
    """What runs on an actor."""

    def __init__(self, load: Load) -> None:
        self._load = load

    @cached_property
    def _analyzer(self) -> TextAnalyzer:
        return self._load()

    def ready(self) -> tuple[str, dict[str, str]]:
        """Load the model and return what the driver compares: model and code."""
        return self._analyzer.fingerprint, fingerprint.of_code()

    def analyze(self, texts: list[str], lang: str | None, batch_size: int) -> list[Outcome]:
        """Return the outcome of every text."""
        return of_each(texts, self._analyzer, lang, batch_size)


@dataclass(frozen=True, slots=True)
class RayEngine:
    """An `Engine`.

    Attributes:
        load: Gives an actor its analyser; it must be one that cloudpickle can send.
        address: Of the cluster; None for the one that Ray finds, else a new one of this machine.
        workers: Actors; None for as many as the cluster has cores for at the start.
        threads: Cores of each actor.
        say: Takes one line about what holds up the run.
    """

    load: Load
    address: str | None = None
    workers: int | None = None
    threads: int = 1
    say: Say = lambda _: None

    def __call__(
        self, parts: Iterator[Part], analyzer: TextAnalyzer, store: Store | None, lang: str | None, batch_size: int
    ) -> Generator[Done]:
        """Analyse the parts on the cluster and keep them in the store as they come."""
        with connected(self.address):
            workers = self.workers or max(1, cores() // self.threads)
            kind = ray.remote(Worker).options(num_cpus=self.threads, max_restarts=-1, max_task_retries=0)
            pool = _Pool(
                lambda: kind.remote(self.load), workers, (analyzer.fingerprint, fingerprint.of_code()), self.say
            )
            try:
                yield from _Course(parts, pool, store, lang, batch_size).run()
            finally:
                pool.close()


class _Course:
    """The way of a run's parts through the pool."""

    def __init__(
        self, parts: Iterator[Part], pool: _Pool, store: Store | None, lang: str | None, batch_size: int
    ) -> None:
        self._parts = parts
        self._pool = pool
        self._store = store
        self._options = lang, batch_size
        self._opened: deque[_Open] = deque()
        self._undone: dict[int, _Open] = {}
        self._waiting: deque[_Piece] = deque()

    def run(self) -> Generator[Done]:
        """Yield the parts in order."""
        more = True
        while more or self._opened:
            reading = more and len(self._opened) < _OPEN_PARTS * self._pool.size
            if reading:
                more = self._open_next()
            self._pool.send(self._waiting, *self._options)
            if self._undone:
                # While there is more to read nobody waits: actors are to have their next piece at once.
                for piece, found in self._pool.receive(0.0 if reading else _WAIT_SECONDS):
                    self._take(piece, found)
            while self._opened and (done := self._opened[0].done) is not None:
                yield self._opened.popleft().part, done

    def _open_next(self) -> bool:
        part = next(self._parts, None)
        if part is None:
            return False
        entry = _Open(part, done=self._store.load(part) if self._store else None)
        self._opened.append(entry)
        if entry.done is None:
            entry.texts = distinct(part.texts)
            entry.outcomes = [None] * len(entry.texts)
            self._undone[part.number] = entry
            if entry.texts:
                self._waiting.append(_Piece(part.number, 0, entry.texts))
            else:
                self._finish(entry)
        return True

    def _take(self, piece: _Piece, found: list[Outcome] | None) -> None:
        """Take what was found of a piece; where its actor died, queue it anew, and if too many did, in halves."""
        entry = self._undone[piece.part]
        if found is None and piece.deaths < _LIVES:
            self._waiting.appendleft(piece)
            return
        if found is None and len(piece.texts) > 1:
            self._waiting.extendleft(reversed(piece.halves()))
            return
        found = found or [f"cannot be analysed: {piece.deaths} workers died of it"]
        entry.outcomes[piece.first : piece.first + len(piece.texts)] = found
        self._finish(entry)

    def _finish(self, entry: _Open) -> None:
        """Keep a part, if all of its texts have their outcomes by now."""
        found = [outcome for outcome in entry.outcomes if outcome is not None]
        if len(found) == len(entry.texts):
            entry.done = spread(entry.part.texts, entry.texts, found)
            del self._undone[entry.part.number]
            if self._store:
                self._store.save(entry.part, entry.done)


class _Pool:
    """The actors of a run.

    Args:
        start: Starts an actor.
        size: How many there are to be.
        expected: What each must say when it is ready.
        say: Takes one line about what holds up the run.
    """

    def __init__(self, start: Callable[[], Any], size: int, expected: tuple[str, dict[str, str]], say: Say) -> None:
        self.size = size
        self._start = start
        self._expected = expected
        self._say = say
        self._members: list[_Member] = []
        self._starting: dict[Any, _Member] = {}
        self._failed_starts = 0
        self._told = False
        self._heard = time.monotonic()
        for _ in range(size):
            self._members.append(member := _Member(start()))
            self._ask(member)

    def send(self, waiting: deque[_Piece], lang: str | None, batch_size: int) -> None:
        """Give pieces to actors that have room, the least busy first; one is kept for a suspect that waits."""
        free = sorted((m for m in self._members if m.has_room), key=lambda member: len(member.pieces))
        kept = []
        while waiting and free:
            piece, member = waiting.popleft(), free.pop(0)
            if piece.suspect and member.pieces:
                kept.append(piece)
                continue
            member.pieces[member.actor.analyze.remote(piece.texts, lang, batch_size)] = piece
            if member.has_room:
                free.append(member)
        waiting.extendleft(reversed(kept))

    def receive(self, seconds: float) -> list[tuple[_Piece, list[Outcome] | None]]:
        """Wait so long at the most and return the pieces that are done, or with None those that were lost."""
        busy = {ref: member for member in self._members for ref in member.pieces}
        refs = [*busy, *self._starting]
        ready, _ = ray.wait(refs, num_returns=1 if seconds else len(refs), timeout=seconds)
        if not ready:
            self._complain()
        received = []
        for ref in ready:
            self._heard = time.monotonic()
            if ref in self._starting:
                self._started(ref)
            else:
                received.append(self._finished(ref, busy[ref]))
        return received

    def close(self) -> None:
        """Take the actors away."""
        for member in self._members:
            with contextlib.suppress(RayError):  # gone by itself
                ray.kill(member.actor)

    def _ask(self, member: _Member) -> None:
        self._starting[member.actor.ready.remote()] = member

    def _started(self, ref: Any) -> None:
        member = self._starting.pop(ref)
        try:
            said = ray.get(ref)
        except RayTaskError as error:
            raise StemmeError(f"a worker cannot load the model: {error.cause}") from error
        except RayError as error:
            self._failed_starts += 1
            never = isinstance(error, ActorDiedError) and error.actor_init_failed
            if never or self._failed_starts >= _MOST_FAILED_STARTS * self.size:
                raise StemmeError(f"workers die before they are ready: {_last_line(error)}") from error
            if isinstance(error, ActorDiedError):  # for good
                member.actor = self._start()
            self._ask(member)
            return
        self._compare(said)
        self._failed_starts = 0
        member.ready = True

    def _compare(self, said: tuple[str, dict[str, str]]) -> None:
        """Raise StemmeError where a worker has another model or other code: its results would be others."""
        (model, code), (own_model, own_code) = said, self._expected
        for name in sorted(code):
            if code[name] != own_code[name]:
                raise StemmeError(
                    f"a worker has {name} {code[name]} and the driver {own_code[name]}; "
                    "install the same on all machines"
                )
        if model != own_model:
            raise StemmeError("a worker has another model than the driver; put the same on all machines")

    def _finished(self, ref: Any, member: _Member) -> tuple[_Piece, list[Outcome] | None]:
        piece = member.pieces[ref]
        try:
            found: list[Outcome] | None = ray.get(ref)
        except RayTaskError as error:
            raise StemmeError(f"a worker failed: {error.cause}") from error
        except RayError:  # the actor, its machine or what it had found is gone
            found = None
            piece.deaths += piece.suspect
            piece.suspect = True
            member.ready = False
        del member.pieces[ref]
        if not member.ready and not member.pieces:
            self._ask(member)
        return piece, found

    def _complain(self) -> None:
        silent = time.monotonic() - self._heard > _PATIENCE_SECONDS
        if silent and not self._told and not any(member.ready for member in self._members):
            self._say("waiting for the cluster: no worker has started yet")
            self._told = True


def _last_line(error: Exception) -> str:
    """Return what Ray says last of all, which is what happened."""
    return str(error).strip().rpartition("\n")[2].strip()
