"""Deliveries of one help desk, each taken once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus

from stemme.service.refusals import RefusedError
from stemme.service.webhooks.sender import Message, Sender

MAX_KEPT = 200_000
"""Names of deliveries that are remembered; only authentic ones are, so nobody else can fill it."""


class Seen:
    """Names that have been seen within some time.

    Args:
        seconds: How long a name is remembered.
        limit: Names that are remembered at the most; the oldest are forgotten first.
        clock: Tells the seconds.
    """

    def __init__(self, seconds: float, limit: int = MAX_KEPT, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._limit = limit
        self._clock = clock
        self._until: dict[bytes, float] = {}

    def __len__(self) -> int:
        return len(self._until)

    def add(self, names: set[bytes]) -> bool:
        """Remember names, unless one of them is remembered already; return whether they are new."""
        now = self._clock()
        # All are kept for the same time, so the first to come is the first to go.
        while self._until and (next(iter(self._until.values())) <= now or len(self._until) > self._limit - len(names)):
            del self._until[next(iter(self._until))]
        if any(name in self._until for name in names):
            return False
        self._until.update(dict.fromkeys(names, now + self._seconds))
        return True

    def forget(self, names: set[bytes]) -> None:
        """Take names back."""
        for name in names:
            self._until.pop(name, None)


class Inbox:
    """Takes deliveries, or refuses them.

    Args:
        sender: The help desk.
    """

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self._seen = Seen(sender.keep_seconds)

    @asynccontextmanager
    async def delivery(self, headers: Mapping[str, str], body: bytes) -> AsyncIterator[Message]:
        """Yield what a delivery says; where the block fails it may be sent again.

        Raises:
            RefusedError: 401, it is not authentic; 409, it has come before; 422, it cannot be read.
        """
        now = time.time()
        signature = self.sender.verify(headers, body, now)
        # Whoever writes to a help desk decides what has to be parsed here: others are not held up by it.
        message = await asyncio.to_thread(self.sender.read, headers, body, now)
        names = {b"signature " + signature}
        if message.delivery_id is not None:
            names.add(b"id " + message.delivery_id.encode("utf-8", "surrogatepass"))
        if not self._seen.add(names):
            raise RefusedError(HTTPStatus.CONFLICT, "this delivery has been answered already, or is being answered")
        try:
            yield message
        except BaseException:
            self._seen.forget(names)
            raise
