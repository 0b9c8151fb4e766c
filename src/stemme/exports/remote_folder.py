"""The folder of an unfinished run on a remote store, through fsspec: another machine can go on with the run."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

from stemme.errors import StemmeError
from stemme.exports.folders import LOCK, refused
from stemme.exports.locations import open_system, told

BEAT_SECONDS = 10.0
"""So often a run writes its lock anew. Stores take no lock back from a process that died: silence has to do."""

SETTLE_SECONDS = 1.0
"""After so long, of two runs that took the lock at once, the one that wrote last has it."""

_ATOMIC = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss", "memory"}
"""Stores on which a file is there when it is whole; on others it is written under another name and renamed."""


class RemoteFolder:
    """A folder of a remote store.

    Args:
        location: Its URL.
    """

    def __init__(self, location: str) -> None:
        self.name = location
        self._system, self._path = open_system(location)
        kinds = self._system.protocol
        self._atomic = not _ATOMIC.isdisjoint([kinds] if isinstance(kinds, str) else kinds)
        self._token = uuid.uuid4().hex
        self._beats = 0
        self._lost = False
        self._turn = threading.Lock()  # nobody reads the lock while we write it: on some stores it is gone meanwhile
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self.work = Path()

    def acquire(self) -> None:
        """Take the lock: it is free where there is none, or where nobody writes it anew."""
        with told(self.name):
            if (before := self._locked()) is not None:
                time.sleep(2.5 * BEAT_SECONDS)
                if self._locked() not in (before, None):
                    raise refused(self.name)
            self._beat()
            time.sleep(SETTLE_SECONDS)
            if not (self._locked() or "").startswith(self._token):
                raise refused(self.name)
        self._temporary = tempfile.TemporaryDirectory(prefix="stemme-")
        self.work = Path(self._temporary.name)
        self._thread = threading.Thread(target=self._keep, name="stemme-lock", daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Give back the lock."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
            with contextlib.suppress(Exception):  # whoever comes next waits for its silence
                if self._is_ours():
                    self.delete(LOCK)
        if self._temporary is not None:
            self._temporary.cleanup()

    def read(self, name: str) -> bytes:
        """Return what a file holds."""
        try:
            data: bytes = self._system.cat_file(f"{self._path}/{name}")
        except FileNotFoundError:
            raise
        except Exception as error:
            with told(self.name):
                raise error
        return data

    def commit(self, name: str, data: bytes) -> None:
        """Write a file whole; StemmeError where another run has taken the lock meanwhile."""
        with told(self.name):
            self._refuse_lost()
            written = name if self._atomic else f"{name}.part"
            if not self._atomic:
                self._system.makedirs(self._path, exist_ok=True)
            self._system.pipe_file(f"{self._path}/{written}", data)
            if self.read(written) != data:
                raise StemmeError(f"{self.name}/{written}: what was written reads differently")
            if written != name:
                self._system.mv(f"{self._path}/{written}", f"{self._path}/{name}")

    def names(self) -> list[str]:
        """Return the files there are, without the lock."""
        with told(self.name):
            self._system.invalidate_cache()
            names = [path.rpartition("/")[2] for path in self._system.find(self._path)]
        return [name for name in names if name != LOCK]

    def delete(self, name: str) -> None:
        """Delete a file, if it is there and not of the run that has taken the lock meanwhile."""
        if self._lost:
            return
        with contextlib.suppress(FileNotFoundError):
            self._system.rm_file(f"{self._path}/{name}")

    def remove(self) -> None:
        """Take the empty folder away, where the store has folders."""
        self.release()
        with contextlib.suppress(Exception):
            self._system.rmdir(self._path)

    def land(self, files: Mapping[Path, str]) -> None:
        """Give finished results their names; StemmeError where another run has taken the lock meanwhile."""
        for partial, target in files.items():
            with told(target):
                self._refuse_lost()
                system, path = open_system(target)
                if not partial.exists():
                    with contextlib.suppress(FileNotFoundError):
                        system.rm_file(path)
                    continue
                written = path if self._atomic else f"{path}.part"
                system.put_file(str(partial), written)
                system.invalidate_cache()
                if system.size(written) != partial.stat().st_size:
                    raise StemmeError(f"{target}: not all of it was written")
                if written != path:
                    system.mv(written, path)

    def _locked(self) -> str | None:
        try:
            return self.read(LOCK).decode("ascii", "replace")
        except FileNotFoundError:
            return None

    def _is_ours(self) -> bool:
        """Return whether the lock is ours still: a run that stood still for long has lost it, and for good."""
        holder = self._locked()
        # Where writing is not atomic, a beat that broke off leaves an empty lock, which the next one fills.
        if holder is None or (holder and not holder.startswith(self._token)):
            self._lost = True
        return not self._lost

    def _refuse_lost(self) -> None:
        with self._turn:
            ours = self._is_ours()
        if not ours:
            raise StemmeError(
                f"{self.name}: another run has taken the output over while this one stood still; wait for it, or give "
                "another name with -o"
            )

    def _beat(self) -> None:
        self._beats += 1
        if not self._atomic:  # such stores have no folders, and some clients would make the bucket
            self._system.makedirs(self._path, exist_ok=True)
        self._system.pipe_file(f"{self._path}/{LOCK}", f"{self._token} {self._beats}".encode())

    def _keep(self) -> None:
        while not self._stopped.wait(BEAT_SECONDS):
            with self._turn, contextlib.suppress(Exception):  # the next one may come through
                if not self._is_ours():
                    return
                self._beat()
