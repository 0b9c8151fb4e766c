"""`GET /`: a page to look at results, and the files it is made of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib import resources
from pathlib import PurePath
from types import MappingProxyType
from typing import NamedTuple

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

router = APIRouter(include_in_schema=False)

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_HEADERS = MappingProxyType(
    {
        # The page loads its own files and asks its own server, nothing else.
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
            "trusted-types 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        # Kept, but asked about each time: a new version is seen at once.
        "Cache-Control": "no-cache",
    }
)


class _File(NamedTuple):
    content: bytes
    media_type: str
    etag: str


def _read() -> Mapping[str, _File]:
    found = {}
    for file in resources.files("stemme.service").joinpath("page").iterdir():
        kind = _TYPES.get(PurePath(file.name).suffix)
        if kind is not None:
            content = file.read_bytes()
            found[file.name] = _File(content, kind, f'"{hashlib.sha256(content).hexdigest()[:32]}"')
    return MappingProxyType(found)


_FILES = _read()


@router.get("/")
async def index(request: Request) -> Response:
    """Answer with the page."""
    return _answer(request, "index.html")


@router.get("/page/{name}")
async def part(request: Request, name: str) -> Response:
    """Answer with a file that the page loads."""
    return _answer(request, name)


def _answer(request: Request, name: str) -> Response:
    file = _FILES.get(name)
    if file is None:
        raise HTTPException(404)
    headers = {**_HEADERS, "ETag": file.etag}
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    return Response(file.content, headers=headers, media_type=file.media_type)
