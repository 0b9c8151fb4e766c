"""`GET /v1/labels` and `/v1/model`: what results can say, and by which model."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request

from stemme.service.routes.common import Client, refusals, state_of
from stemme.service.schema import Labels

router = APIRouter()


@router.get("/v1/labels", summary="All labels", responses=refusals(HTTPStatus.UNAUTHORIZED))
async def all_labels(client: Client) -> Labels:  # noqa: ARG001  (whoever has a key)
    """Name every label there is."""
    return Labels()


@router.get("/v1/model", summary="The model", responses=refusals(HTTPStatus.UNAUTHORIZED))
async def model(request: Request, client: Client) -> dict[str, Any]:  # noqa: ARG001  (whoever has a key)
    """Describe the model: version, languages, files with their checksums, and the limits of a request."""
    state = state_of(request)
    limits = state.settings
    return {
        **state.about,
        "limits": {
            "body_bytes": limits.max_body,
            "texts": limits.max_texts,
            "text_characters": limits.max_text_characters,
            "characters": limits.max_characters,
            "upload_bytes": limits.max_upload,
            "upload_rows": limits.max_rows,
        },
    }
