"""HTTP/1.1 as uvicorn speaks it, with an end to a client's patience game.

Uvicorn waits without limit for the rest of a request that has begun, takes headers of any size, and keeps an answer as
long as the client does not read it; each of the three holds a connection for nothing.
"""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

MAX_HEAD = 1 << 16
"""Bytes of a request before its body."""

LEAST_RATE = 1 << 16
"""Bytes a second that a client must send of a long body, beyond the time that any request has."""

_Stage = Literal["head", "body"]


class BoundedProtocol(HttpToolsProtocol):
    """One connection.

    Attributes:
        receive_seconds: How long a client may take to send a request, and stand still while it takes its answer.
        max_body: Bytes of the longest body that is read at all.
    """

    receive_seconds = 30.0
    max_body = 1 << 20

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._stage: _Stage | None = "head"
        self._armed: _Stage | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._head = self._body = 0
        self._armed_at = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to count the time: a connection may also send nothing at all."""
        super().connection_made(transport)
        # Every byte that the client does not take is noticed.
        transport.set_write_buffer_limits(high=0)
        self._rearm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the timers."""
        self._stage = None
        self._rearm()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come, within the limits."""
        if self._stage != "body":
            self._head += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            self._stage = None
        elif self._stage == "head" and self._head > MAX_HEAD:
            self._refuse(b"431 Request Header Fields Too Large")
            return
        if self._stage != self._armed:
            self._rearm()

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._stage, self._head, self._body = "head", 0, 0

    def on_headers_complete(self) -> None:
        """Go on to the body."""
        super().on_headers_complete()
        self._stage = "body"

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request."""
        super().on_message_complete()
        self._stage, self._head = None, 0
        if self.cycle is not None and self.cycle.response_complete:
            # It was refused before it had come; uvicorn counts the time of an idle connection from the answer on only,
            # and stops counting when more comes.
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def pause_writing(self) -> None:
        """Begin to count the time in which the client takes nothing."""
        super().pause_writing()
        if self._stall is None:
            self._stall = self.loop.call_later(self.receive_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop counting: the client takes its answer."""
        super().resume_writing()
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def give_up(self) -> None:
        """Let go of a client whose request has not come whole: the service ends."""
        if self._stage is not None and not self._answering:
            self._refuse(b"503 Service Unavailable")

    def _rearm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        self._armed, self._armed_at = self._stage, self.loop.time()
        if self._stage is not None:
            self._deadline = self.loop.call_later(self._seconds(), self._expired)

    def _seconds(self) -> float:
        if self._stage == "head":
            return self.receive_seconds
        stated = next((value for name, value in self.headers if name == b"content-length"), None)
        if stated is None:
            length = self._body  # nobody knows how much is to come: what has come counts
        else:
            length = int(stated) if stated.isdigit() and len(stated) < 20 else self.max_body
        return self.receive_seconds + min(length, self.max_body) / LEAST_RATE

    def _expired(self) -> None:
        self._deadline = None
        if self._answering:
            self._rearm()  # this request is held up by us
        elif (left := self._armed_at + self._seconds() - self.loop.time()) > 0:
            self._deadline = self.loop.call_later(left, self._expired)
        else:
            self._refuse(b"408 Request Timeout")

    @property
    def _answering(self) -> bool:
        """Whether an earlier request of the connection is being answered."""
        cycle = self.cycle
        return bool(self.pipeline) or (cycle is not None and not cycle.more_body and not cycle.response_complete)

    def _refuse(self, status: bytes) -> None:
        self._stage = None
        self._rearm()
        # Not into the middle of an answer, and not after one that was a refusal of the body that is still coming.
        answered = self.cycle is not None and self.cycle.response_started and self.cycle.more_body
        if not answered:
            self.transport.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()
