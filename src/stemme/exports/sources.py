"""Which files an export is: one, several, a pattern, or all of a folder."""

from __future__ import annotations

import glob
from collections.abc import Collection, Sequence
from pathlib import Path

from stemme.errors import UsageError
from stemme.exports.formats import STREAM, format_of, is_known
from stemme.exports.locations import base_name, canonical, is_remote, remote_files

_OURS = ".stemme"
"""Stands in the names that results get by default."""


def find_sources(given: str | Sequence[str], outputs: Collection[str] = ()) -> tuple[str, ...]:
    """Return the files that are meant, in order: those of a folder or pattern by name.

    Args:
        given: Paths, folders and patterns, local or remote.
        outputs: Where results go, which a folder or pattern may hold by now and does not mean.

    Raises:
        UsageError: There is no such file, its ending names no format, or a folder or pattern holds none.
    """
    items = [given] if isinstance(given, str) else given
    ours = set(map(canonical, outputs))
    found = [source for item in items for source in _expanded(item, ours)]
    if STREAM in found and len(found) > 1:
        raise UsageError(f'"{STREAM}" stands for standard input and cannot be one of several files')
    if len(set(found)) < len(found):
        raise UsageError(f"{next(name for name in found if found.count(name) > 1)}: named twice")
    return tuple(found)


def _expanded(source: str, ours: Collection[str]) -> list[str]:
    if source == STREAM:
        return [source]
    if is_remote(source):
        found = remote_files(source)
        if found is None:
            format_of(Path(base_name(source)), source)
            return [source]
        files = [file for file in found if _may_be_export(Path(base_name(file))) and file not in ours]
        if not files:
            raise UsageError(f"{source}: no export there")
        return files
    path = Path(source)
    if path.is_dir():
        files = sorted(str(file) for file in path.iterdir() if _is_export(file, ours))
        if not files:
            raise UsageError(f"{source}: a folder without an export in it")
        return files
    if path.exists():
        format_of(path)
        return [source]
    if glob.has_magic(source):
        found = glob.glob(source, recursive=True)  # noqa: PTH207  (Path has no pattern that begins at the root)
        files = sorted(file for file in found if _is_export(Path(file), ours))
        if not files:
            raise UsageError(f"{source}: no export matches")
        return files
    raise UsageError(f"{source}: there is no such file")


def _is_export(path: Path, ours: Collection[str]) -> bool:
    return _may_be_export(path) and path.is_file() and canonical(str(path)) not in ours


def _may_be_export(path: Path) -> bool:
    hidden = path.name.startswith((".", "~$"))
    return is_known(path) and not hidden and f"{_OURS}." not in path.name
