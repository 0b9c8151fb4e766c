"""Runs the application by uvicorn, until it is told to stop and everything it has accepted is answered."""

from __future__ import annotations

import asyncio
import math
import signal
import socket
from types import FrameType
from typing import cast

import uvicorn
from fastapi import FastAPI

from stemme.errors import StemmeError
from stemme.service import logs
from stemme.service.protocol import BoundedProtocol
from stemme.service.routes.common import State
from stemme.service.settings import Settings

_BACKLOG = 2048


class Server(uvicorn.Server):
    """Uvicorn's server, which after SIGTERM or SIGINT ends as a process that has done its work."""

    def __init__(self, config: uvicorn.Config, state: State) -> None:
        super().__init__(config)
        self._state = state

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  (as uvicorn calls it)
        """Stop: what is open is answered; a second SIGINT does not wait for it."""
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True
        self._state.draining = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what is open; after a while give up the exports, and whatever has not been received whole."""
        ending = asyncio.get_running_loop().call_later(self._state.settings.shutdown_seconds, self._give_up)
        try:
            await super().shutdown(sockets)
        finally:
            ending.cancel()

    def _give_up(self) -> None:
        self._state.exports.stop()
        for connection in list(self.server_state.connections):
            cast("BoundedProtocol", connection).give_up()


def serve(app: FastAPI, settings: Settings) -> None:
    """Serve the application until a signal ends it.

    Raises:
        StemmeError: The address cannot be listened on.
    """
    logs.configure()
    listener = listen(settings)
    logs.LOGGER.info("listening", extra={"fields": {"url": url_of(listener)}})
    server_of(app, settings).run(sockets=[listener])
    logs.LOGGER.info("stopped")


def server_of(app: FastAPI, settings: Settings) -> Server:
    """Return a server for the application that is not running yet."""

    class Protocol(BoundedProtocol):
        receive_seconds = settings.receive_seconds
        max_body = max(settings.max_body, settings.max_upload)

    config = uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=settings.max_connections,
        # Beyond what is given up by then, texts wait for their analysis, and clients take their answers.
        timeout_graceful_shutdown=math.ceil(settings.shutdown_seconds + settings.request_seconds),
    )
    return Server(config, cast("State", app.state.stemme))


def listen(settings: Settings) -> socket.socket:
    """Return a socket that listens at the address of the settings.

    Raises:
        StemmeError: That cannot be.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        where = f"{settings.host}, port {settings.port}"
        raise StemmeError(f"{where}: cannot be listened on: {error.strerror}; take another --port") from error


def url_of(listener: socket.socket) -> str:
    """Return where a socket listens."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
