"""Where results land: under the final name only when they are complete."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from stemme.errors import UsageError
from stemme.exports.formats import STREAM, format_of


def choose_target(source: str, wanted: str | None = None) -> str:
    """Return where the results of an export go: as wanted, else beside it as `<stem>.stemme<suffix>`."""
    if wanted is not None:
        return wanted
    if source == STREAM:
        return STREAM
    path = Path(source)
    return str(path.with_name(f"{path.stem}.stemme{path.suffix}"))


def check_target(source: str, target: str, *, force: bool = False) -> None:
    """Raise UsageError where the results cannot go to the target or would destroy something."""
    if target == STREAM:
        return
    path = Path(target)
    format_of(path)
    if path.is_dir():
        raise UsageError(f"{target}: a folder; name the file to write")
    if not path.parent.is_dir():
        raise UsageError(f"{target}: the folder {path.parent} does not exist")
    if not path.exists():
        return
    if source != STREAM and Path(source).exists() and path.samefile(source):
        raise UsageError(f"{target}: the export itself, which is never overwritten; give another name with -o")
    if not force:
        raise UsageError(f"{target}: exists already; overwrite it with --force or give another name with -o")


@contextmanager
def open_target(target: str) -> Iterator[IO[bytes]]:
    """Open the target for writing; a file gets its name when the block ends well, and is gone otherwise."""
    if target == STREAM:
        yield sys.stdout.buffer
        return
    path = Path(target)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with partial.open("w+b") as stream:
            yield stream
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
