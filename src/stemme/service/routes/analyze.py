"""`POST /v1/analyze`: texts in, results out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http import HTTPStatus

import orjson
from fastapi import APIRouter, Request, Response

from stemme.analysis import Analysis
from stemme.service import examples
from stemme.service.batching import Text
from stemme.service.routes.common import Client, json_body_of, noted, refusals, state_of
from stemme.service.schema import AnalyzeRequest, AnalyzeResponse, parse
from stemme.service.units import in_unit
from stemme.text.tags import normal

router = APIRouter()

_PARSED_AT_ONCE = 1 << 16
"""Bytes that are read in the event loop; more of them would hold it up."""

_AT_ONCE = 8
"""Results that are written in the event loop; more of them would hold it up."""


@router.post(
    "/v1/analyze",
    summary="Analyse texts",
    response_model=None,
    responses={
        200: {"model": AnalyzeResponse, "description": "One result a text, in order."},
        **refusals(
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            HTTPStatus.TOO_MANY_REQUESTS,
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": f"#/components/schemas/{AnalyzeRequest.__name__}"},
                    "examples": examples.requests(),
                }
            },
        }
    },
)
async def analyze(request: Request, client: Client) -> Response:
    """Say of each text how it looks at the customer, sentence by sentence, and which needs and complaints it holds.

    Texts of different requests are analysed together; what a text gets does not depend on its company.
    """
    state = state_of(request)
    with state.desk.admitted(client):
        # The body is read and written here, not by FastAPI, which would do both twice over.
        body = await json_body_of(request, state.settings.max_body)
        most = state.settings.max_texts
        wanted = parse(body, most) if len(body) <= _PARSED_AT_ONCE else await asyncio.to_thread(parse, body, most)
        texts = [Text(item.text, item.lang and normal(item.lang)) for item in wanted.texts]
        noted(request).update(texts=len(texts), characters=sum(len(item.text) for item in texts))
        analyses = await state.desk.analyze(texts)
        state.metrics.count(analyses)
        if len(analyses) <= _AT_ONCE:
            return Response(_written(wanted, analyses), media_type="application/json")
        return Response(await asyncio.to_thread(_written, wanted, analyses), media_type="application/json")


def _written(wanted: AnalyzeRequest, analyses: Sequence[Analysis]) -> bytes:
    unit = wanted.offset_unit
    results = [
        {"id": str(row) if item.id is None else item.id, **in_unit(analysis, unit).to_dict()}
        for row, (item, analysis) in enumerate(zip(wanted.texts, analyses, strict=True), 1)
    ]
    return orjson.dumps({"results": results})
