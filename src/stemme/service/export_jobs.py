"""Exports that are analysed now: few at a time, each within its time, and none held up by one that is given up."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.requests import ClientDisconnect

from stemme.exports.job import Job
from stemme.exports.outcomes import TextAnalyzer
from stemme.exports.summary import Summary
from stemme.service.batching import Batcher
from stemme.service.refusals import RefusedError
from stemme.service.settings import Settings
from stemme.service.uploads import AbortedError, ExportAnalyzer, analyze_upload

_RETRY_SECONDS = 10
_STOPPED = "the service is being stopped"


class ExportJobs:
    """Takes exports to be analysed, or refuses them.

    Args:
        settings: The limits.
        batcher: Has the model.
        analyzer: The model; only its fingerprint is asked for.
    """

    def __init__(self, settings: Settings, batcher: Batcher, analyzer: TextAnalyzer) -> None:
        self.settings = settings
        self._batcher = batcher
        self._analyzer = analyzer
        self._slots: set[Slot] = set()
        self.stopped = False
        self.pool = ThreadPoolExecutor(settings.file_jobs, "stemme-export")

    def refuse_where_full(self) -> None:
        """Refuse an export for which there is no place now.

        Raises:
            RefusedError: 503.
        """
        if self.stopped:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, _STOPPED, retry_after=_RETRY_SECONDS)
        if len(self._slots) >= self.settings.file_jobs:
            raise RefusedError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"{len(self._slots)} exports are being analysed, and no more are taken",
                retry_after=_RETRY_SECONDS,
            )

    @contextmanager
    def slot(self) -> Iterator[Slot]:
        """Yield the place of one export.

        Raises:
            RefusedError: 503, none is free.
        """
        self.refuse_where_full()
        slot = Slot(self, ExportAnalyzer(self._batcher, self._analyzer, self.settings.max_text_characters))
        self._slots.add(slot)
        try:
            yield slot
        finally:
            self._slots.discard(slot)

    def stop(self) -> None:
        """Give up everything and take nothing more."""
        self.stopped = True
        for slot in list(self._slots):
            slot.analyzer.abort()


class Slot:
    """The place of one export.

    Args:
        jobs: Where it is.
        analyzer: The model.
    """

    def __init__(self, jobs: ExportJobs, analyzer: ExportAnalyzer) -> None:
        self._jobs = jobs
        self.analyzer = analyzer

    async def run(self, job: Job, path: Path, name: str, gone: Coroutine[Any, Any, None]) -> Summary:
        """Run a job on an upload in a thread; return the summary.

        Args:
            job: What to do.
            path: The upload.
            name: What the client calls it.
            gone: Ends when the client has gone away.

        Raises:
            RefusedError: 413, also where it took too long, or 422; 503, the service stops.
            ClientDisconnect: Nobody waits for the result any more.
        """
        limits = self._jobs.settings
        work = asyncio.get_running_loop().run_in_executor(
            self._jobs.pool, analyze_upload, job, self.analyzer, path, name, limits.max_unpacked, limits.max_rows
        )
        left = asyncio.ensure_future(gone)
        try:
            waited: set[asyncio.Future[Any]] = {work, left}
            done, _ = await asyncio.wait(waited, timeout=limits.file_seconds, return_when="FIRST_COMPLETED")
            if work not in done:
                self.analyzer.abort()
                await asyncio.wait({work})
            return await work
        except AbortedError:
            if left.done():
                raise ClientDisconnect from None
            if self._jobs.stopped:
                raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, _STOPPED, retry_after=_RETRY_SECONDS) from None
            raise RefusedError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"no result within {limits.file_seconds:g} seconds; send the file in several parts",
            ) from None
        finally:
            left.cancel()
