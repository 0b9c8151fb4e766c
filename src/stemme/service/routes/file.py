"""`POST /v1/analyze/file`: an export in, the same rows with results out."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, BinaryIO
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from stemme.exports.compression import without_compression
from stemme.exports.formats import Written, written_format
from stemme.exports.job import Job
from stemme.exports.output import choose_target
from stemme.exports.reading import Reading
from stemme.service.refusals import RefusedError
from stemme.service.routes.common import Client, body_of, noted, refusals, state_of
from stemme.service.uploads import ending_of
from stemme.text.tags import EXAMPLES, normal

router = APIRouter()

_CHUNK = 1 << 16
_LONGEST_COLUMN = 2000
"""Characters of a column's name in a header: a sentence may stand where names do, and proxies refuse long headers."""

_TYPES: dict[Written, str] = {
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class FileOptions(BaseModel):
    """What may be said of an export: the options of `stemme analyze`; a name that is none of them is refused."""

    model_config = ConfigDict(extra="forbid")

    output: Annotated[Written | None, Field(description="Format of the result; by default that of the file.")] = None
    text_column: Annotated[str | None, Field(max_length=1000, description="Column of the texts; else found.")] = None
    id_column: Annotated[str | None, Field(max_length=1000, description="Column of the ids.")] = None
    lang: Annotated[str | None, Field(max_length=20, description="Language of all texts; else identified.")] = None
    encoding: Annotated[str | None, Field(max_length=40, description="Of a text table; else found.")] = None
    delimiter: Annotated[str | None, Field(max_length=3, description='Of a text table; "tab" is one.')] = None
    header_row: Annotated[int | None, Field(ge=1, le=1000, description="Row of the column names; else found.")] = None
    sheet: Annotated[str | None, Field(max_length=100, description="Sheet of a workbook; else the first.")] = None
    keep_input: Annotated[bool, Field(description='Whether JSONL keeps the row under "input".')] = False
    excel: Annotated[bool, Field(description="Whether CSV is for Excel.")] = False
    strict: Annotated[bool, Field(description="Whether a row that cannot be read refuses the file.")] = False


@router.post(
    "/v1/analyze/file",
    summary="Analyse an export",
    response_class=Response,
    responses={
        200: {
            "description": "The rows with their results.",
            "content": {kind.partition(";")[0]: {} for kind in _TYPES.values()},
            "headers": {
                "Stemme-Rows": {"description": "Rows with a result.", "schema": {"type": "integer"}},
                "Stemme-Rows-Left-Out": {"description": "Rows without a result.", "schema": {"type": "integer"}},
                "Stemme-Text-Column": {
                    "description": "The column of the texts, percent-encoded UTF-8; absent where that is very long.",
                    "schema": {"type": "string"},
                },
            },
        },
        **refusals(
            HTTPStatus.BAD_REQUEST,
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
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {"file": {"type": "string", "format": "binary"}},
                        "required": ["file"],
                    }
                }
            },
        }
    },
)
async def analyze_file(
    request: Request,
    client: Client,
    options: Annotated[FileOptions, Query()],
) -> Response:
    """Classify every row of an export: CSV, TSV, JSON, JSONL, Parquet, XLSX, XLS or ODS by the ending of its name.

    Rows that cannot be read or analysed are left out and counted in `Stemme-Rows-Left-Out`; with `strict` the first
    of them refuses the file.
    """
    state = state_of(request)
    tag = None if options.lang is None else normal(options.lang)
    if options.lang is not None and tag is None:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, f"lang: not a language tag; write {EXAMPLES}")
    with state.desk.admitted(client):
        state.exports.refuse_where_full()  # before it is sent for nothing
        folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="stemme-", ignore_cleanup_errors=True)
        try:
            with state.desk.receiving(client):
                path, name = await _received(request, Path(folder.name), state.settings.max_upload)
            written = options.output or written_format(choose_target((str(path),)))
            job = Job(
                source=str(path),
                target=str(path.with_name(f"result.{written}")),
                text_column=options.text_column or None,
                id_column=options.id_column,
                lang=tag,
                keep_input=options.keep_input,
                excel=options.excel,
                strict=options.strict,
                mentions=written == "xlsx",
                reading=Reading(
                    options.encoding,
                    "\t" if options.delimiter == "tab" else options.delimiter,
                    options.header_row,
                    options.sheet,
                ),
            )
            with state.exports.slot() as slot:
                summary = await slot.run(job, path, name, _gone(request))
            result = await asyncio.to_thread(Path(str(job.target)).open, "rb")
        finally:
            # The result can still be read, and is gone when it was.
            await asyncio.to_thread(folder.cleanup)
    noted(request).update(rows=summary.rows, left_out=summary.problems)
    state.metrics.count_summary(summary)
    headers = {
        "Content-Length": str(os.fstat(result.fileno()).st_size),
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(_result_name(name, written), safe='')}",
        "Stemme-Rows": str(summary.rows),
        "Stemme-Rows-Left-Out": str(summary.problems),
    }
    column = quote(summary.text_column.encode("utf-8", "replace"), safe="")
    if len(column) <= _LONGEST_COLUMN:
        headers["Stemme-Text-Column"] = column
    return StreamingResponse(_streamed(result), headers=headers, media_type=_TYPES[written])


async def _received(request: Request, folder: Path, limit: int) -> tuple[Path, str]:
    """Take the file out of a form and put it into a folder; return its path and what the client calls it."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "multipart/form-data":
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, 'send a form with a file, as curl -F "file=@…" does')
    try:
        form = await MultiPartParser(request.headers, body_of(request, limit), max_files=1, max_fields=0).parse()
    except (MultiPartException, LookupError, ValueError):
        raise RefusedError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            'the form cannot be read; it must hold one file and nothing else, as that of curl -F "file=@…"',
        ) from None
    try:
        upload = form.get("file")
        if not isinstance(upload, UploadFile):
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, 'the form needs a field "file" with a file in it')
        name = upload.filename or ""
        # No word that a message could hold as well: what the client calls the file is put in its place.
        path = folder / f"{secrets.token_hex(16)}{ending_of(name)}"
        await asyncio.to_thread(_copy, upload.file, path)
    finally:
        await form.close()
    return path, name


def _copy(stream: BinaryIO, path: Path) -> None:
    with path.open("wb") as file:
        shutil.copyfileobj(stream, file)


async def _gone(request: Request) -> None:
    """Wait until the client has gone away."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _streamed(file: BinaryIO) -> AsyncIterator[bytes]:
    try:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk
    finally:
        file.close()


def _result_name(name: str, written: Written) -> str:
    stem = without_compression(Path(name)).stem
    return f"{stem.encode('utf-8', 'replace').decode()}.stemme.{written}"
