"""Names of files, here or on a remote store: a local path, or a URL that fsspec knows (`s3://bucket/feedback.csv`).

Remote files are read by way of a local copy: an export is read more than once (its encoding, its columns, its
checksum, its rows), and a connection that breaks after hours would break the run.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from stemme.errors import StemmeError, UsageError

_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


def is_remote(location: str) -> bool:
    """Return whether a location is a URL."""
    return _URL.match(location) is not None


def base_name(location: str) -> str:
    """Return the last part of a location, without what follows on `?` in a signed URL."""
    return PurePosixPath(location.partition("?")[0]).name if is_remote(location) else Path(location).name


def beside(location: str, name: str) -> str:
    """Return the location of another name in the same folder."""
    if is_remote(location):
        return f"{location.rpartition('/')[0]}/{name}"
    return str(Path(location).with_name(name))


def exists(location: str) -> bool:
    """Return whether there is such a file or folder."""
    if not is_remote(location):
        return Path(location).exists()
    with told(location):
        system, path = open_system(location)
        system.invalidate_cache()
        return bool(system.exists(path))


def same_file(one: str, other: str) -> bool:
    """Return whether two locations are one file, the first of which exists."""
    if is_remote(one) or is_remote(other):
        return is_remote(one) and is_remote(other) and canonical(one) == canonical(other)
    return Path(one).samefile(other)


def canonical(location: str) -> str:
    """Return a location as `remote_files` and resolved paths spell it."""
    if not is_remote(location):
        return str(Path(location).resolve())
    system, path = open_system(location)
    return str(system.unstrip_protocol(path))


def open_system(location: str) -> tuple[Any, str]:
    """Return fsspec's file system of a URL and the path within it.

    Raises:
        UsageError: fsspec, or its part for this kind of URL, is not installed, or there is no such kind.
    """
    try:
        import fsspec
    except ModuleNotFoundError:
        raise UsageError(f'{location}: for remote files, fsspec is needed: pip install "stemme[remote]"') from None
    try:
        system, path = fsspec.core.url_to_fs(location)
    except (ImportError, ValueError) as error:
        raise UsageError(f"{location}: {_first_line(error)}") from error
    return system, path


@contextmanager
def told(location: str) -> Iterator[None]:
    """Turn what stores raise, each in classes of its own, into one line."""
    try:
        yield
    except StemmeError:
        raise
    except Exception as error:
        raise StemmeError(f"{location}: {type(error).__name__}: {_first_line(error)}") from error


def remote_files(location: str) -> list[str] | None:
    """Return the files that a URL means: of a pattern or a folder all, by name; None where it is a single file.

    Raises:
        UsageError: There is nothing.
        StemmeError: The store does not answer.
    """
    with told(location):
        system, path = open_system(location)
        # http has no folders, and signed URLs are full of question marks.
        if "http" not in location.partition(":")[0]:
            if any(character in path for character in "*?["):
                return sorted(map(system.unstrip_protocol, system.glob(path)))
            if system.isdir(path):
                inside = system.ls(path, detail=True)
                return sorted(system.unstrip_protocol(entry["name"]) for entry in inside if entry["type"] == "file")
        if not system.exists(path):
            raise UsageError(f"{location}: there is no such file")
    return None


@contextmanager
def local_copies(locations: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield a local path for every location: its own, or that of a copy that goes when the block ends."""
    if not any(map(is_remote, locations)):
        yield tuple(locations)
        return
    with tempfile.TemporaryDirectory(prefix="stemme-") as folder:
        paths = []
        for number, location in enumerate(locations):
            if not is_remote(location):
                paths.append(location)
                continue
            copy = Path(folder, str(number), base_name(location))
            copy.parent.mkdir()
            with told(location):
                system, path = open_system(location)
                system.get_file(path, str(copy))
            paths.append(str(copy))
        yield tuple(paths)


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]
