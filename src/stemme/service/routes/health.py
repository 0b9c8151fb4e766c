"""For who watches over the service: `/healthz`, `/readyz` and `/metrics`."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from stemme.service import metrics
from stemme.service.refusals import RefusedError
from stemme.service.routes.common import Client, refusals, state_of

router = APIRouter()


@router.get("/healthz", summary="Whether the process lives", response_class=PlainTextResponse)
async def healthz() -> str:
    """Answer, which is all that is asked."""
    return "ok"


@router.get(
    "/readyz",
    summary="Whether it takes texts",
    response_class=PlainTextResponse,
    responses=refusals(HTTPStatus.SERVICE_UNAVAILABLE),
)
async def readyz(request: Request) -> str:
    """Say whether texts are taken now: not when the service stops, and not when it is full."""
    state = state_of(request)
    if state.draining or not state.batcher.ready:
        reason = "the service is being stopped" if state.draining else "so many texts are waiting that none is taken"
        raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, reason, retry_after=1)
    return "ok"


@router.get(
    "/metrics",
    summary="Counters for Prometheus",
    response_class=PlainTextResponse,
    responses=refusals(HTTPStatus.UNAUTHORIZED),
)
async def prometheus(request: Request, client: Client) -> Response:  # noqa: ARG001  (whoever has a key)
    """Count requests, their time, what waits, and texts by language and orientation."""
    return Response(state_of(request).metrics.exposition(), headers={"Content-Type": metrics.CONTENT_TYPE})
