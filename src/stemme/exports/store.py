"""The folder of an unfinished run, `OUT.run`: a manifest, and a file for every part that is done.

Everything in it is written under a temporary name, checked and renamed, so that after a kill or a power cut
each file is whole or is not there. A lock that the system takes back when its process ends keeps a second run away.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from stemme.analysis import Analysis
from stemme.errors import StemmeError, UsageError
from stemme.exports.fingerprint import difference
from stemme.exports.outcomes import Outcome
from stemme.exports.parts import Part

VERSION = 1
"""Of the layout of the folder."""

MANIFEST = "manifest.json"
_LOCK = "lock"
_PART = "part-{:08}.jsonl.gz"


def run_folder(target: str) -> Path:
    """Return the folder of the unfinished run that writes the target."""
    return Path(f"{target}.run")


def is_unfinished(target: str) -> bool:
    """Return whether there is a run of the target that can be resumed."""
    return (run_folder(target) / MANIFEST).exists()


class Store:
    """The open folder of a run; only one process has it.

    Attributes:
        done: Rows of the parts that were saved or found.
        found: Whether there was an unfinished run.

    Args:
        folder: From `run_folder`.

    Raises:
        StemmeError: Another run has it, or it cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.done = 0
        self.found = False
        self._manifest: dict[str, Any] | None = None
        try:
            folder.mkdir(exist_ok=True)
            self._lock = FileLock(folder / _LOCK)
            self._lock.acquire(timeout=0)
        except Timeout:
            raise StemmeError(
                f"{folder}: another run is writing the same output; wait for it, or give another name with -o"
            ) from None
        except OSError as error:
            raise StemmeError(f"{folder}: cannot be written: {error.strerror or error}") from error

    def begin(self, now: Mapping[str, Any], *, resume: bool, force: bool) -> None:
        """Take up the unfinished run in the folder, or begin one.

        Args:
            now: What the run depends on, all but the model, which is not loaded yet.
            resume: Whether an unfinished run is to be continued.
            force: Whether an unfinished run is to be thrown away.

        Raises:
            UsageError: There is an unfinished run and nobody said what is to become of it, or it is another one.
        """
        before = self._read()
        self.found = before is not None
        if before is not None and resume:
            if before.get("version") != VERSION:
                self._refuse("its manifest is damaged, or was written by another version of Stemme")
            self._refuse(difference(before, {**now, "model": before.get("model")}))
            self._manifest = before
            return
        if before is not None and not force:
            raise UsageError(f"{self.folder}: an unfinished run; go on with --resume, or start over with --force")
        self._clear()
        self.found = False

    def set_model(self, now: Mapping[str, Any]) -> None:
        """Compare the model, or write the manifest of a run that begins."""
        if self._manifest is not None:
            self._refuse(difference(self._manifest, now))
            return
        self._manifest = {"version": VERSION, **now}
        self._commit(MANIFEST, json.dumps(self._manifest, ensure_ascii=False, indent=1).encode())

    def load(self, part: Part) -> list[Outcome | None] | None:
        """Return the outcomes of a part that is done; None where it is not, or its file is damaged."""
        path = self.folder / _PART.format(part.number)
        try:
            lines = gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()
            head = json.loads(lines[0])
            if head != _head(part) or len(lines) != len(part.texts) + 1:
                return None
            outcomes = [_outcome(json.loads(line), text) for line, text in zip(lines[1:], part.texts, strict=True)]
        except FileNotFoundError:
            return None
        except (OSError, EOFError, zlib.error, ValueError, LookupError, TypeError):
            return None
        self.done += len(part.rows)
        return outcomes

    def save(self, part: Part, outcomes: list[Outcome | None]) -> None:
        """Keep the outcomes of a part."""
        lines = [json.dumps(_head(part)), *map(_line, outcomes)]
        self._commit(_PART.format(part.number), gzip.compress("\n".join(lines).encode("utf-8"), 1, mtime=0))
        self.done += len(part.rows)

    @property
    def begun(self) -> bool:
        """Whether there is anything that a later run could go on from."""
        return any(self.folder.glob("part-*.gz"))

    def remove(self) -> None:
        """Take the folder away: the run is finished, or has left nothing worth keeping."""
        self._clear()
        # While the lock is held, so that nobody begins a run in a folder that is about to go.
        with contextlib.suppress(OSError):
            (self.folder / _LOCK).unlink()
            self.folder.rmdir()
        self.close()

    def close(self) -> None:
        """Give back the lock."""
        self._lock.release()

    def _clear(self) -> None:
        # The manifest goes first: without it nobody takes the parts that are left for those of a run.
        (self.folder / MANIFEST).unlink(missing_ok=True)
        for path in self.folder.iterdir():
            if path.name != _LOCK:
                path.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any] | None:
        try:
            manifest = json.loads((self.folder / MANIFEST).read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            return {}
        return manifest if isinstance(manifest, dict) else {}

    def _refuse(self, reason: str | None) -> None:
        if reason:
            raise UsageError(
                f"{self.folder}: cannot be resumed: {reason}; start over with --force, or give another name with -o"
            )

    def _commit(self, name: str, data: bytes) -> None:
        path = self.folder / name
        partial = path.with_name(f".{name}.part")
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if partial.read_bytes() != data:
            raise StemmeError(f"{partial}: what was written reads differently: is the disk in order?")
        partial.replace(path)
        sync_folder(self.folder)


def sync_folder(folder: Path) -> None:
    """Make sure that new names in a folder outlive a power cut, where the system offers that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _head(part: Part) -> dict[str, Any]:
    return {"part": part.number, "first": part.rows[0].number, "rows": len(part.rows), "digest": part.digest}


def _line(outcome: Outcome | None) -> str:
    if isinstance(outcome, Analysis):
        fields = outcome.to_fields()
        del fields["text"]  # the export has it
        return json.dumps(fields)
    return json.dumps(outcome)


def _outcome(value: Any, text: str | None) -> Outcome | None:
    if value is None or isinstance(value, str):
        return value
    return Analysis.from_fields({"text": text, **value})
