"""The way from a request to the model: who may use it, how much at once, how long it may take."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus

from stemme.analysis import Analysis
from stemme.service.batching import Batcher, FullError, Text
from stemme.service.refusals import RefusedError
from stemme.service.settings import Settings


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

    @contextmanager
    def admitted(self, client: str) -> Iterator[None]:
        """Count a request of a client as long as the block lasts.

        Raises:
            RefusedError: 429, so many requests of this client are open already.
        """
        if self._open[client] >= self._settings.client_requests:
            raise RefusedError(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"{self._open[client]} requests of this client are open; wait for one of their answers",
                retry_after=1,
            )
        self._open[client] += 1
        try:
            yield
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]

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
            raise RefusedError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"{len(texts):,} texts, and a request may have {limits.max_texts:,}; send them in several requests, "
                "or as a file to /v1/analyze/file",
            )
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
