"""`POST /v1/webhooks/zendesk` and `/v1/webhooks/intercom`: a ticket in, its tags out.

The signature of a delivery is its authentication; no API key is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from stemme.service.batching import Text
from stemme.service.routes.common import json_body_of, noted, refusals, state_of
from stemme.service.webhooks import intercom, zendesk
from stemme.service.webhooks.answer import WebhookAnswer, answer_of

_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": WebhookAnswer, "description": "The analysis; without tags where the event has no customer's text."},
    **refusals(
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.CONFLICT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    ),
}


def _described(about: str, *signatures: str) -> dict[str, Any]:
    """Return the description of a delivery: its documentation is the help desk's."""
    schema = {"type": "object", "externalDocs": {"url": about}}
    return {
        "parameters": [
            {"name": name, "in": "header", "required": True, "schema": {"type": "string"}} for name in signatures
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
    }


_zendesk, _intercom = APIRouter(), APIRouter()

ROUTERS: Mapping[str, APIRouter] = {zendesk.Zendesk.name: _zendesk, intercom.Intercom.name: _intercom}
"""The paths by the names of the help desks; each is there only where its secrets are."""


@_zendesk.post(
    "/v1/webhooks/zendesk",
    summary="Analyse a ticket of Zendesk",
    response_model=None,
    responses=_RESPONSES,
    openapi_extra=_described(zendesk.DOCUMENTATION, zendesk.SIGNATURE, zendesk.TIMESTAMP),
)
async def from_zendesk(request: Request) -> Response:
    """Take an event of a ticket, or what a trigger or an automation sends."""
    return await _answered(request, zendesk.Zendesk.name)


@_intercom.post(
    "/v1/webhooks/intercom",
    summary="Analyse a conversation or a ticket of Intercom",
    response_model=None,
    responses=_RESPONSES,
    openapi_extra=_described(intercom.DOCUMENTATION, intercom.SIGNATURE),
)
async def from_intercom(request: Request) -> Response:
    """Take a notification of a conversation or a ticket."""
    return await _answered(request, intercom.Intercom.name)


async def _answered(request: Request, name: str) -> Response:
    state = state_of(request)
    body = await json_body_of(request, state.settings.max_body)
    # Its name cannot be that of an API key.
    with state.desk.admitted(f"webhook {name}"):
        async with state.inboxes[name].delivery(request.headers, body) as message:
            noted(request).update(client=name, texts=1 if message.text else 0, characters=len(message.text))
            analysis = None
            if message.text:
                (analysis,) = await state.desk.analyze([Text(message.text)])
                state.metrics.count([analysis])
            answer = Response(orjson.dumps(answer_of(message, analysis)), media_type="application/json")
            if await request.is_disconnected():
                raise ClientDisconnect  # nobody has the answer: the delivery may be sent again
            return answer
