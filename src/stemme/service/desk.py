"""The way from a request to the model: who may use it, how much at once, how long it may take."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus

from stemme.analysis import Analysis
from stemme.service.batching import Batcher, FullError, Text
from stemme.service.refusals import RefusedError, too_many_texts
from stemme.service.settings import Settings

UPLOADS = 8
"""Exports of a client that are received at the same time: each may take its time, and a place on the disk."""


class Desk:
    """Takes texts to be analysed, or refuses them.

    Args:
        settings: The limits.
        batcher: Has the model.
    """

    def __init__(self, settings: Settings, batcher: Batcher) -> None:
        self._settings = settings
        self._batcher = batcher
        self._open: Counter[str] = Counter()
        self._uploads: Counter[str] = Counter()

    @contextmanager
    def admitted(self, client: str) -> Iterator[None]:
        """Count a request of a client as long as the block lasts.

        Raises:
            RefusedError: 429, so many requests of this client are open already.
        """
        refusal = "{} requests of this client are open; wait for one of their answers"
        with _counted(self._open, client, self._settings.client_requests, refusal):
            yield

    @contextmanager
    def receiving(self, client: str) -> Iterator[None]:
        """Count an upload of a client as long as the block lasts.

        Raises:
            RefusedError: 429, so many uploads of this client are being received already.
        """
        with _counted(
            self._uploads, client, UPLOADS, "{} files of this client are being received; send one after the other"
        ):
            yield

    async def analyze(self, texts: Sequence[Text]) -> list[Analysis]:
        """Return the analyses of texts, in the same order.

        Raises:
            RefusedError: 413, 422, 500 or 503.
        """
        self._measure(texts)
        seconds = self._settings.request_seconds
        try:
            future = self._batcher.submit(texts)
        except FullError as full:
            raise RefusedError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "so many texts are waiting that no more are taken",
                retry_after=full.seconds,
            ) from None
        try:
            outcomes = await asyncio.wait_for(asyncio.wrap_future(future), seconds)
        except asyncio.TimeoutError:
            raise RefusedError(
                HTTPStatus.SERVICE_UNAVAILABLE, f"no analysis within {seconds:g} seconds", retry_after=seconds
            ) from None
        failed = [{"row": row, "reason": found} for row, found in enumerate(outcomes, 1) if isinstance(found, str)]
        if failed:
            # The reason may quote the text: the client knows it, and the log takes no details.
            raise RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, "a text cannot be analysed", errors=failed)
        return [found for found in outcomes if isinstance(found, Analysis)]

    def _measure(self, texts: Sequence[Text]) -> None:
        limits = self._settings
        if len(texts) > limits.max_texts:
            raise too_many_texts(len(texts), limits.max_texts)
        long = [
            {
                "row": row,
                "field": "text",
                "reason": f"{len(text.text):,} characters, and a text may have {limits.max_text_characters:,}",
            }
            for row, text in enumerate(texts, 1)
            if len(text.text) > limits.max_text_characters
        ]
        if long:
            raise RefusedError(
                HTTPStatus.UNPROCESSABLE_ENTITY, f"row {long[0]['row']}: text: {long[0]['reason']}", errors=long
            )
        characters = sum(len(text.text) for text in texts)
        if characters > limits.max_characters:
            raise RefusedError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"{characters:,} characters, and the texts of a request may have {limits.max_characters:,} together; "
                "send them in several requests, or as a file to /v1/analyze/file",
            )


@contextmanager
def _counted(counts: Counter[str], client: str, most: int, refusal: str) -> Iterator[None]:
    if counts[client] >= most:
        raise RefusedError(HTTPStatus.TOO_MANY_REQUESTS, refusal.format(counts[client]), retry_after=1)
    counts[client] += 1
    try:
        yield
    finally:
        counts[client] -= 1
        if not counts[client]:
            del counts[client]
