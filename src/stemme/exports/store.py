"""An unfinished run, kept in the folder `OUT.run`: a manifest, and a file for every part that is done.

Each file is whole or is not there, whatever happens, and a lock keeps a second run away: `folders` sees to that.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping
from typing import Any

from stemme.analysis import Analysis
from stemme.errors import UsageError
from stemme.exports.fingerprint import difference
from stemme.exports.folders import Folder, run_folder
from stemme.exports.locations import exists
from stemme.exports.outcomes import Outcome
from stemme.exports.parts import Part

VERSION = 1
"""Of the layout of the folder."""

MANIFEST = "manifest.json"
_PART = "part-{:08}.jsonl.gz"


def is_unfinished(target: str) -> bool:
    """Return whether there is a run of the target that can be resumed."""
    return exists(f"{run_folder(target)}/{MANIFEST}")


class Store:
    """The open folder of a run; only one process has it.

    Attributes:
        done: Rows of the parts that were saved or found.
        found: Whether there was an unfinished run.

    Args:
        folder: From `open_folder`.

    Raises:
        StemmeError: Another run has it, or it cannot be made.
    """

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.done = 0
        self.found = False
        self._manifest: dict[str, Any] | None = None
        folder.acquire()

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
            raise UsageError(f"{self.folder.name}: an unfinished run; go on with --resume, or start over with --force")
        self._clear()
        self.found = False

    def set_model(self, now: Mapping[str, Any]) -> None:
        """Compare the model, or write the manifest of a run that begins."""
        if self._manifest is not None:
            self._refuse(difference(self._manifest, now))
            return
        self._manifest = {"version": VERSION, **now}
        self.folder.commit(MANIFEST, json.dumps(self._manifest, ensure_ascii=False, indent=1).encode())

    def load(self, part: Part) -> list[Outcome | None] | None:
        """Return the outcomes of a part that is done; None where it is not, or its file is damaged."""
        try:
            lines = gzip.decompress(self.folder.read(_PART.format(part.number))).decode("utf-8").splitlines()
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
        self.folder.commit(_PART.format(part.number), gzip.compress("\n".join(lines).encode("utf-8"), 1, mtime=0))
        self.done += len(part.rows)

    @property
    def begun(self) -> bool:
        """Whether there is anything that a later run could go on from."""
        return any(name.startswith("part-") for name in self.folder.names())

    def remove(self) -> None:
        """Take the folder away: the run is finished, or has left nothing worth keeping."""
        self._clear()
        self.folder.remove()

    def close(self) -> None:
        """Give back the lock."""
        self.folder.release()

    def _clear(self) -> None:
        # The manifest goes first: without it nobody takes the parts that are left for those of a run.
        self.folder.delete(MANIFEST)
        for name in self.folder.names():
            self.folder.delete(name)

    def _read(self) -> dict[str, Any] | None:
        try:
            manifest = json.loads(self.folder.read(MANIFEST))
        except FileNotFoundError:
            return None
        except ValueError:
            return {}
        return manifest if isinstance(manifest, dict) else {}

    def _refuse(self, reason: str | None) -> None:
        if reason:
            raise UsageError(
                f"{self.folder.name}: cannot be resumed: {reason}; start over with --force, "
                "or give another name with -o"
            )


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
