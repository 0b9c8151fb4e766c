"""Which files an export is: one, several, a pattern, or all of a folder."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path

from stemme.errors import UsageError
from stemme.exports.formats import STREAM, format_of, is_known

_OURS = ".stemme"
"""Stands in the names that results get by default."""


def find_sources(given: str | Sequence[str]) -> tuple[str, ...]:
    """Return the files that are meant, in order: those of a folder or pattern by name.

    Raises:
        UsageError: There is no such file, its ending names no format, or a folder or pattern holds none.
    """
    found = [source for item in ([given] if isinstance(given, str) else given) for source in _expanded(item)]
    if STREAM in found and len(found) > 1:
        raise UsageError(f'"{STREAM}" stands for standard input and cannot be one of several files')
    if len(set(found)) < len(found):
        raise UsageError(f"{next(name for name in found if found.count(name) > 1)}: named twice")
    return tuple(found)


def _expanded(source: str) -> list[str]:
    if source == STREAM:
        return [source]
    path = Path(source)
    if path.is_dir():
        files = sorted(str(file) for file in path.iterdir() if file.is_file() and _is_export(file))
        if not files:
            raise UsageError(f"{source}: a folder without an export in it")
        return files
    if path.exists():
        format_of(path)
        return [source]
    if glob.has_magic(source):
        files = sorted(file for file in glob.glob(source, recursive=True) if Path(file).is_file())  # noqa: PTH207
        files = [file for file in files if _is_export(Path(file))]
        if not files:
            raise UsageError(f"{source}: no export matches")
        return files
    raise UsageError(f"{source}: there is no such file")


def _is_export(path: Path) -> bool:
    name = path.name
    return is_known(path) and not name.startswith((".", "~$")) and f"{_OURS}." not in name
