"""Gzip and zstd around a text format: read and written as a stream, never unpacked to disk."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

COMPRESSIONS = {".gz": "gzip", ".gzip": "gzip", ".zst": "zstd", ".zstd": "zstd"}
"""Endings that may stand after that of a text format."""


def compression_of(path: Path) -> str | None:
    """Return how the file is packed by its ending, None where it is not."""
    return COMPRESSIONS.get(path.suffix.lower())


def without_compression(path: Path) -> Path:
    """Return the path without the ending that names a compression."""
    return path.with_suffix("") if compression_of(path) else path


class Unpacked(io.BufferedReader):
    """The unpacked bytes of a file; `fraction` is the share of the packed ones that were read."""

    def __init__(self, path: Path) -> None:
        self._packed = path.open("rb")
        self._size = path.stat().st_size
        super().__init__(cast("io.RawIOBase", _Raw(_unpacking(self._packed, compression_of(path)))), 1 << 17)

    @property
    def fraction(self) -> float:
        """The share of the file that was read."""
        try:
            return self._packed.tell() / self._size if self._size else 1.0
        except ValueError:  # closed meanwhile: the progress is asked for from another thread
            return 1.0

    def close(self) -> None:
        """Close both streams."""
        super().close()
        self._packed.close()


class _Raw(io.RawIOBase):
    """A stream with `read` as the raw stream that `io.BufferedReader` wants; what is damaged is an OSError."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except (EOFError, OSError, ValueError, zlib.error) as error:
            if isinstance(error, OSError) and error.errno:
                raise
            raise OSError(f"the compressed file is damaged or cut: {error}") from error
        buffer[: len(data)] = data
        return len(data)


class _LeftOpen:
    """A stream that whoever opened it also closes: pyarrow would."""

    closed = False

    def __init__(self, stream: IO[bytes]) -> None:
        self.write = stream.write
        self.flush = stream.flush

    def close(self) -> None:
        """Leave it open."""


def open_bytes(path: Path) -> Unpacked:
    """Open a file for reading, unpacked where its ending says that it is packed."""
    return Unpacked(path)


@contextmanager
def packing(stream: IO[bytes], kind: str | None) -> Iterator[IO[bytes]]:
    """Yield a stream whose bytes reach the given one packed; the same bytes always give the same file."""
    if kind == "gzip":
        with gzip.GzipFile(filename="", fileobj=stream, mode="wb", compresslevel=6, mtime=0) as packed:
            yield cast("IO[bytes]", packed)
    elif kind == "zstd":
        import pyarrow as pa

        with pa.CompressedOutputStream(pa.PythonFile(_LeftOpen(stream), "wb"), "zstd") as packed:
            yield packed
    else:
        yield stream


def _unpacking(stream: IO[bytes], kind: str | None) -> Any:
    if kind == "gzip":
        return gzip.GzipFile(fileobj=stream, mode="rb")
    if kind == "zstd":
        import pyarrow as pa

        return pa.CompressedInputStream(pa.PythonFile(stream, "rb"), "zstd")
    return stream
