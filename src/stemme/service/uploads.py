"""Exports that are sent to be analysed: received within limits, analysed by the job that the command line runs.

What a client calls its file is never a path here: only a known ending is taken over.
"""

from __future__ import annotations

import itertools
import re
import threading
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, Future
from http import HTTPStatus
from pathlib import Path

from stemme.analysis import Analysis
from stemme.errors import StemmeError
from stemme.exports.compression import compression_of, open_bytes, without_compression
from stemme.exports.formats import FORMATS, is_known, open_reader
from stemme.exports.job import Job, run
from stemme.exports.outcomes import Outcome, TextAnalyzer
from stemme.exports.reading import Reading
from stemme.exports.summary import Summary
from stemme.exports.workbook_guard import ZIPPED, refuse_bomb
from stemme.service.batching import Batcher, Text
from stemme.service.refusals import RefusedError

_CHUNK = 1 << 20
_ROW = re.compile(r"(?:^|: )row (\d+): ")
_OPTION = re.compile(r"(?<![\w-])--([a-z]+(?:-[a-z]+)*)")
MAX_CELLS = 2_000_000
"""Cells that a sheet may span: they are all laid out in memory."""


class AbortedError(Exception):
    """The analysis of an export was given up."""


class ExportAnalyzer:
    """The model as exports use it: beside single texts, which overtake them.

    Args:
        batcher: Has the model.
        analyzer: The model; only its fingerprint is asked for.
        max_characters: Of a text; a row with a longer one has no result.
    """

    def __init__(self, batcher: Batcher, analyzer: TextAnalyzer, max_characters: int) -> None:
        self._batcher = batcher
        self._analyzer = analyzer
        self._max_characters = max_characters
        self._aborted = threading.Event()
        self._future: Future[list[Outcome]] | None = None

    @property
    def fingerprint(self) -> str:
        """What tells this model from any other."""
        return self._analyzer.fingerprint

    def abort(self) -> None:
        """Give up: whatever uses it ends with `AbortedError`."""
        self._aborted.set()
        if self._future is not None:
            self._future.cancel()

    def check(self) -> None:
        """Raise AbortedError where it was given up."""
        if self._aborted.is_set():
            raise AbortedError

    def pipe(
        self,
        texts: Iterable[str],
        *,
        lang: str | None = None,
        batch_size: int = 1,  # noqa: ARG002
        ahead: int = 1,  # noqa: ARG002
    ) -> Iterator[Analysis]:
        """Yield the analysis of every text; the batcher makes the batches."""
        given = list(texts)
        for text in given:
            if len(text) > self._max_characters:
                raise StemmeError(f"{len(text):,} characters, and a text may have {self._max_characters:,}")
        if not given:
            return
        self.check()
        self._future = self._batcher.submit([Text(text, lang) for text in given], export=True)
        if self._aborted.is_set():  # between the check and the submission
            self._future.cancel()
        try:
            outcomes = self._future.result()
        except CancelledError:
            raise AbortedError from None
        for outcome in outcomes:
            if isinstance(outcome, str):
                raise StemmeError(outcome)
            yield outcome


def ending_of(name: str) -> str:
    """Return the ending under which an upload is kept.

    Raises:
        RefusedError: 422, the name holds a path, or its ending names no format.
    """
    if not name or len(name) > 255 or re.search(r"[/\\\x00-\x1f\x7f]", name) or name in (".", ".."):
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, "the file needs a plain name, without a path")
    path = Path(name)
    if not is_known(path):
        raise RefusedError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"the file's name must end in one of {', '.join(FORMATS)}, that of a text format also in .gz or .zst",
        )
    packed = path.suffix if compression_of(path) else ""
    return (without_compression(path).suffix + packed).lower()


def refuse_large(path: Path, limit: int) -> None:
    """Refuse a packed export that unpacks to more than a limit, before anything reads it.

    Raises:
        RefusedError: 413.
        StemmeError: It is damaged.
    """
    if path.suffix in ZIPPED:
        try:
            with zipfile.ZipFile(path) as archive:
                size = sum(part.file_size for part in archive.infolist())
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
            raise StemmeError(f"{path}: not a workbook that can be read: {error}") from error
        if size > limit:
            raise _unpacks(limit)
        refuse_bomb(path, MAX_CELLS, limit)
    elif path.suffix == ".parquet":
        from stemme.exports.parquet import is_larger

        if is_larger(path, limit):
            raise _unpacks(limit)
    elif compression_of(path):
        size = 0
        try:
            with open_bytes(path) as stream:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if size > limit:
                        raise _unpacks(limit)
        except OSError as error:
            raise StemmeError(f"{path}: {error}") from error


def _unpacks(limit: int) -> RefusedError:
    return RefusedError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the file may unpack to {limit:,} bytes; send it in several parts"
    )


def analyze_upload(
    job: Job, analyzer: ExportAnalyzer, path: Path, name: str, max_unpacked: int, max_rows: int
) -> Summary:
    """Run a job on an upload; return the summary.

    Args:
        job: What to do.
        analyzer: The model.
        path: The upload.
        name: What the client calls it.
        max_unpacked: Bytes it may unpack to.
        max_rows: Rows it may have.

    Raises:
        RefusedError: 413 or 422, in words of this interface.
        AbortedError: The analyser was told to give up.
    """
    try:
        refuse_large(path, max_unpacked)
        _refuse_long(path, job.reading, max_rows)
        return run(job, lambda: analyzer, advance=lambda _: analyzer.check())
    except StemmeError as error:
        analyzer.check()
        message = _in_words_of_http(str(error), path)
        row = _ROW.search(message)
        # The client's name comes last: whatever it holds is neither a path, an option nor a row.
        detail = message.replace(path.name, name)
        errors = [{"row": int(row[1]), "reason": message[row.end() :].replace(path.name, name)}] if row else []
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors) from None


def _refuse_long(path: Path, reading: Reading, most: int) -> None:
    """Refuse an export with too many rows: reading it costs next to nothing beside analysing some of them in vain."""
    reading.check()
    with open_reader(str(path), reading) as reader:
        rows = reader.total if reader.total is not None else sum(1 for _ in itertools.islice(reader.rows(), most + 1))
    if rows > most:
        raise RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the file may have {most:,} rows; send it in several parts"
        )


def _in_words_of_http(message: str, path: Path) -> str:
    """Return a message of the command line without the folder of the upload and with parameters for options."""
    plain = message.replace(str(path), path.name).replace(str(path.parent), "")
    return _OPTION.sub(lambda option: option[1].replace("-", "_"), plain)
