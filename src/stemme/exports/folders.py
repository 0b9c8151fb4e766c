"""The folder of an unfinished run, here or on a remote store: what is put there is whole or is not there at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from stemme.errors import StemmeError
from stemme.exports.locations import is_remote

LOCK = "lock"


class Folder(Protocol):
    """What a `Store` needs.

    Attributes:
        name: What messages call it.
        work: A local folder for results that are being written.
    """

    name: str
    work: Path

    def acquire(self) -> None:
        """Make the folder and take its lock; StemmeError where another run has it."""

    def release(self) -> None:
        """Give back the lock."""

    def read(self, name: str) -> bytes:
        """Return what a file holds; FileNotFoundError where there is none."""

    def commit(self, name: str, data: bytes) -> None:
        """Write a file whole: under another name first, synced, read back and renamed."""

    def names(self) -> list[str]:
        """Return the files there are, without the lock."""

    def delete(self, name: str) -> None:
        """Delete a file, if it is there."""

    def remove(self) -> None:
        """Take the empty folder away, and its lock with it."""

    def land(self, files: Mapping[Path, str]) -> None:
        """Give finished results their names, in this order; a file that is missing takes an older one's name away."""


def run_folder(target: str) -> str:
    """Return the name of the folder of the unfinished run that writes the target."""
    return f"{target}.run"


def open_folder(target: str) -> Folder:
    """Return the folder of the unfinished run that writes the target; nothing is made yet."""
    if is_remote(target):
        from stemme.exports.remote_folder import RemoteFolder

        return RemoteFolder(run_folder(target))
    return LocalFolder(Path(run_folder(target)))


def refused(name: str) -> StemmeError:
    """Return what the second run on one output is told."""
    return StemmeError(f"{name}: another run is writing the same output; wait for it, or give another name with -o")


class LocalFolder:
    """A folder of this machine's file system; its lock is one that the system takes back when the process ends."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self.work = path
        self._path = path
        self._lock = FileLock(path / LOCK)

    def acquire(self) -> None:
        """Make the folder and take its lock."""
        try:
            self._path.mkdir(exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout:
            raise refused(self.name) from None
        except OSError as error:
            raise StemmeError(f"{self.name}: cannot be written: {error.strerror or error}") from error

    def release(self) -> None:
        """Give back the lock."""
        self._lock.release()

    def read(self, name: str) -> bytes:
        """Return what a file holds."""
        return (self._path / name).read_bytes()

    def commit(self, name: str, data: bytes) -> None:
        """Write a file whole."""
        path = self._path / name
        partial = path.with_name(f".{name}.part")
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if partial.read_bytes() != data:
            raise StemmeError(f"{partial}: what was written reads differently: is the disk in order?")
        partial.replace(path)
        _sync_folder(self._path)

    def names(self) -> list[str]:
        """Return the files there are, without the lock."""
        return [path.name for path in self._path.iterdir() if path.name != LOCK]

    def delete(self, name: str) -> None:
        """Delete a file, if it is there."""
        (self._path / name).unlink(missing_ok=True)

    def remove(self) -> None:
        """Take the empty folder away."""
        # While the lock is held, so that nobody begins a run in a folder that is about to go.
        with contextlib.suppress(OSError):
            (self._path / LOCK).unlink()
            self._path.rmdir()
        self.release()

    def land(self, files: Mapping[Path, str]) -> None:
        """Give finished results their names."""
        for partial, target in files.items():
            if partial.exists():
                with partial.open("rb") as file, contextlib.suppress(OSError):
                    os.fsync(file.fileno())
                partial.replace(target)
            else:
                Path(target).unlink(missing_ok=True)
        _sync_folder(self._path.parent)


def _sync_folder(folder: Path) -> None:
    """Make sure that new names in a folder outlive a power cut, where the system offers that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
