"""What every request passes: it gets an id, is timed, counted and logged, and no exception gets out."""

from __future__ import annotations

import time
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect

from stemme.service.logs import LOGGER
from stemme.service.metrics import OTHER, Metrics
from stemme.service.refusals import problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_GONE = 499
"""Logged where the client went away before it had its answer, as nginx does."""


class Gate:
    """ASGI middleware around the application.

    Args:
        app: The application.
        metrics: Counts the requests.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = uuid.uuid4().hex
        status = 0
        # Handlers write here what is to stand in the log beside it.
        noted: dict[str, Any] = {}
        scope["stemme.noted"] = noted

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        self._metrics.open.inc()
        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            status = status or _GONE
        except Exception:
            LOGGER.exception("unexpected error", extra={"fields": {"id": request_id}})
            if not status:
                answer = problem(HTTPStatus.INTERNAL_SERVER_ERROR, f"an error of the service; its log has {request_id}")
                await answer(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - began
            path = getattr(scope.get("route"), "path", OTHER)
            self._metrics.open.dec()
            self._metrics.requests.labels(path, str(status)).inc()
            self._metrics.seconds.labels(path).observe(seconds)
            fields = {"id": request_id, "method": scope["method"][:16], "path": path, "status": status}
            LOGGER.info("request", extra={"fields": fields | {"ms": round(1000 * seconds, 1)} | noted})
