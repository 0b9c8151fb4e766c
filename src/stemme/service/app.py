"""The application: paths, refusals and description put together over one model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException

from stemme import __version__
from stemme.exports.outcomes import TextAnalyzer
from stemme.service import keys
from stemme.service.batching import Batcher
from stemme.service.desk import Desk
from stemme.service.export_jobs import ExportJobs
from stemme.service.gate import Gate
from stemme.service.metrics import Metrics
from stemme.service.refusals import RefusedError, problem
from stemme.service.routes import about, analyze, file, health, page, webhooks
from stemme.service.routes.common import State
from stemme.service.schema import AnalyzeRequest, Problem, described
from stemme.service.settings import Settings
from stemme.service.webhooks import senders
from stemme.service.webhooks.inbox import Inbox

_TITLE = "Stemme"
_SUMMARY = "How texts look at the customer, and which needs and complaints they hold."


def create_app(settings: Settings, analyzer: TextAnalyzer, model: Mapping[str, Any]) -> FastAPI:
    """Return the application.

    Args:
        settings: Where it listens and what it allows.
        analyzer: The model; from now on only the application may use it.
        model: What `GET /v1/model` says of it, its `languages` among the rest.

    Raises:
        StemmeError: The settings do not go together, or a file of API keys or secrets cannot be read.
    """
    settings.check()
    known = None if settings.keys is None else keys.read(settings.keys)
    inboxes = {sender.name: Inbox(sender) for sender in senders.configured(settings)}
    batcher = Batcher(
        analyzer,
        settings.gather_ms / 1000,
        settings.max_waiting_texts,
        settings.max_waiting_characters,
    )
    metrics = Metrics(model["languages"], lambda: batcher.waiting)
    batcher.observe = metrics.rounds.observe
    desk, exports = Desk(settings, batcher), ExportJobs(settings, batcher, analyzer)
    state = State(settings, known, analyzer, batcher, desk, exports, metrics, model, inboxes)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        batcher.start()
        yield
        exports.stop()
        await asyncio.to_thread(batcher.stop)

    # Their pages would load scripts from elsewhere; /openapi.json is read by any tool for it.
    app = FastAPI(
        title=_TITLE,
        summary=_SUMMARY,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # few clients send a body again
        lifespan=lifespan,
    )
    app.state.stemme = state
    app.add_middleware(Gate, metrics=metrics)
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _parameters)
    for module in (analyze, file, about, health, page):
        app.include_router(module.router)
    for name in inboxes:
        app.include_router(webhooks.ROUTERS[name])
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


async def _refused(_: Request, error: Exception) -> Response:
    return cast("RefusedError", error).response()


async def _http(_: Request, error: Exception) -> Response:
    found = cast("HTTPException", error)
    detail, headers = str(found.detail), found.headers or {}
    if found.status_code == HTTPStatus.NOT_FOUND:
        detail = "there is no such path; /openapi.json names those there are"
    elif found.status_code == HTTPStatus.METHOD_NOT_ALLOWED and "Allow" in headers:
        detail = f"this path takes {headers['Allow']} only"
    return problem(found.status_code, detail, headers=headers)


async def _parameters(_: Request, error: Exception) -> Response:
    found = cast("RequestValidationError", error)
    return described([{**details, "loc": details["loc"][1:]} for details in found.errors()]).response()


def _openapi(app: FastAPI) -> dict[str, Any]:
    if not app.openapi_schema:
        found = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
        # Bodies that the paths read themselves.
        _, own = models_json_schema(
            [(AnalyzeRequest, "validation"), (Problem, "serialization")], ref_template="#/components/schemas/{model}"
        )
        found.setdefault("components", {}).setdefault("schemas", {}).update(own["$defs"])
        for path in found["paths"].values():
            for operation in path.values():
                # FastAPI adds its own 422, which is never sent.
                answer = operation["responses"].get("422", {}).get("content", {})
                if "application/json" in answer:
                    del operation["responses"]["422"]
        for name in ("HTTPValidationError", "ValidationError"):
            found["components"]["schemas"].pop(name, None)
        app.openapi_schema = found
    return app.openapi_schema
