"""What the paths share: who asks, the state of the application, and the refusals they document."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, cast

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from stemme.exports.outcomes import TextAnalyzer
from stemme.service.batching import Batcher
from stemme.service.desk import Desk
from stemme.service.export_jobs import ExportJobs
from stemme.service.keys import Keys
from stemme.service.metrics import Metrics
from stemme.service.refusals import MEDIA_TYPE, RefusedError
from stemme.service.schema import Problem
from stemme.service.settings import Settings
from stemme.service.webhooks.inbox import Inbox

_DIGITS = 18
"""Of the longest length that is looked at as a number."""

ANYBODY = "anybody"
"""Who asks where no API keys are."""


@dataclass(slots=True)
class State:
    """What an application holds, as `app.state.stemme`.

    Attributes:
        settings: The limits.
        keys: The API keys, None where none is asked for.
        analyzer: The model; only the batcher calls it.
        batcher: Hands texts to the model.
        desk: Takes texts from requests.
        exports: Takes exports from requests.
        metrics: The counters.
        about: What `GET /v1/model` answers.
        inboxes: Take deliveries of help desks, by the names of these.
        draining: Whether the service was told to stop.
    """

    settings: Settings
    keys: Keys | None
    analyzer: TextAnalyzer
    batcher: Batcher
    desk: Desk
    exports: ExportJobs
    metrics: Metrics
    about: Mapping[str, Any]
    inboxes: Mapping[str, Inbox]
    draining: bool = False


def state_of(request: Request) -> State:
    """Return what the application holds."""
    return cast("State", request.app.state.stemme)


_BEARER = HTTPBearer(auto_error=False, description="An API key, as `stemme keys add` makes it.")


async def client_of(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]) -> str:
    """Return the name of whose API key came with a request.

    Raises:
        RefusedError: 401.
    """
    keys = state_of(request).keys
    if keys is None:
        return ANYBODY
    name = keys.name_of(given.credentials) if given else None
    if name is None:
        raise RefusedError(
            HTTPStatus.UNAUTHORIZED,
            "the API key is not known" if given else "an API key is needed: Authorization: Bearer KEY",
        )
    noted(request)["client"] = name
    return name


Client = Annotated[str, Depends(client_of)]


def noted(request: Request) -> dict[str, Any]:
    """Return what the log will say of a request besides path, status and time."""
    found: dict[str, Any] = request.scope["stemme.noted"]
    return found


async def body_of(request: Request, limit: int) -> AsyncGenerator[bytes]:
    """Yield the body of a request in pieces; one that says how long it is may be refused before it is read.

    Raises:
        RefusedError: 413.
    """
    too_large = RefusedError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body may have {limit:,} bytes; send it in several parts"
    )
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and (len(stated) > _DIGITS or int(stated) > limit):
        raise too_large
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise too_large
        yield part


async def json_body_of(request: Request, limit: int) -> bytes:
    """Return the body of a request that says it is JSON.

    Raises:
        RefusedError: 413 or 415.
    """
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body must be JSON: Content-Type: application/json")
    return b"".join([part async for part in body_of(request, limit)])


def refusals(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Return the description of refusals for OpenAPI."""
    schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    header = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}
    waits = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
    return {
        int(status): {"description": status.phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        | ({"headers": header} if status in waits else {})
        for status in statuses
    }
