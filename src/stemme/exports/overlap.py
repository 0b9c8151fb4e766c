"""Reading and writing beside the analysis, in a thread each, never far ahead.

The network's arithmetic leaves Python's lock alone, so a thread that parses or formats costs it little. The analysis
itself stays in the main thread, where Ctrl-C arrives.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable
from typing import Generic, TypeVar

Item = TypeVar("Item")

_POLL_SECONDS = 0.1


class _End:
    """The end of a stream, or what broke it."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def ahead(items: Iterable[Item], depth: int = 2) -> Generator[Item]:
    """Yield the items, while a thread already takes the next ones from where they come."""
    ready: queue.Queue[Item | _End] = queue.Queue(depth)
    stopped = threading.Event()

    def put(item: Item | _End) -> bool:
        while not stopped.is_set():
            try:
                ready.put(item, timeout=_POLL_SECONDS)
            except queue.Full:
                continue
            return True
        return False

    def take() -> None:
        try:
            for item in items:
                if not put(item):
                    return
            put(_End())
        except BaseException as error:
            put(_End(error))

    thread = threading.Thread(target=take, name="stemme-reading", daemon=True)
    thread.start()
    try:
        while not isinstance(item := ready.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        stopped.set()
        thread.join()


class Behind(Generic[Item]):
    """Hands items to a function in a thread, in order; what it raises is raised at the next `put` or `close`."""

    def __init__(self, function: Callable[[Item], None], depth: int = 2) -> None:
        self._function = function
        self._waiting: queue.Queue[Item | _End] = queue.Queue(depth)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="stemme-writing", daemon=True)
        self._thread.start()

    def put(self, item: Item) -> None:
        """Hand over one more item; waits while many are waiting already."""
        self._raise()
        self._waiting.put(item)

    def close(self) -> None:
        """Wait until everything is done."""
        self.stop()
        self._raise()

    def stop(self) -> None:
        """End the thread after what it was given."""
        if self._thread.is_alive():
            self._waiting.put(_End())
            self._thread.join()

    def _raise(self) -> None:
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def _work(self) -> None:
        while not isinstance(item := self._waiting.get(), _End):
            if self._error is None:
                try:
                    self._function(item)
                except BaseException as error:
                    self._error = error
