"""Refusals: what the service answers instead of a result, as problem details (RFC 9457)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"

SHOWN = 20
"""Errors of one request that are listed at the most."""


class RefusedError(Exception):
    """A request that is not carried out, for a reason that the client is told.

    Args:
        status: Of the answer.
        detail: What was found, what is allowed, and the remedy.
        errors: Where more than one thing is wrong, or it is at a place: each with its `row` from 1, if it has one.
        retry_after: Seconds after which it may be worth another try.
        challenge: The scheme of authentication that is asked for, where the status is 401.
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        errors: Iterable[Mapping[str, Any]] = (),
        retry_after: float | None = None,
        challenge: str = "Bearer",
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = list(errors)
        self.headers: dict[str, str] = {}
        if retry_after is not None:
            self.headers["Retry-After"] = str(max(1, math.ceil(retry_after)))
        if status == HTTPStatus.UNAUTHORIZED:
            self.headers["WWW-Authenticate"] = challenge

    def response(self) -> Response:
        """Return the answer."""
        return problem(self.status, self.detail, self.errors, self.headers)


def too_many_texts(number: int, most: int) -> RefusedError:
    """Return the refusal of a request with more texts than it may have."""
    return RefusedError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"{number:,} texts, and a request may have {most:,}; send them in several requests, "
        "or as a file to /v1/analyze/file",
    )


def problem(
    status: int,
    detail: str,
    errors: Iterable[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return problem details as an answer."""
    body: dict[str, Any] = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if listed := list(errors)[:SHOWN]:
        body["errors"] = listed
    # What a client sent may come back in a message, and a header or a name can hold what UTF-8 cannot.
    return Response(orjson.dumps(_encodable(body)), status, dict(headers or {}), media_type=MEDIA_TYPE)


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {name: _encodable(item) for name, item in value.items()}
    return [_encodable(item) for item in value] if isinstance(value, list) else value
