"""Which files an export is: one, several, a pattern, or all of a folder."""

from __future__ import annotations

import glob
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from stemme.errors import StemmeError, UsageError
from stemme.exports.compression import open_bytes
from stemme.exports.formats import STREAM, format_of, is_known, open_reader
from stemme.exports.jsonl import JsonlReader
from stemme.exports.locations import base_name, canonical, is_remote, remote_files
from stemme.exports.mentions import MENTION_COLUMNS
from stemme.exports.printable import listed

_OURS = ".stemme"
"""Stands in the names that results get by default."""

_RESULTS = (
    {"stemme_lang", "stemme_orientation"},
    {"orientation", "sentences", "needs", "complaints"},
    MENTION_COLUMNS.keys(),
    {"row", "id", "reason", "input"},
)
"""Columns of what Stemme writes: tables, JSONL, mentions, errors."""


def find_sources(given: str | Sequence[str], outputs: Collection[str] = ()) -> tuple[str, ...]:
    """Return the files that are meant, in order: those of a folder or pattern by name.

    Args:
        given: Paths, folders and patterns, local or remote.
        outputs: Where results go, which a folder or pattern may hold by now and does not mean.

    Raises:
        UsageError: There is no such file, its ending names no format, a folder or pattern holds none, or results of
            an earlier run, or one file is meant twice, be it by two names.
    """
    items = [given] if isinstance(given, str) else given
    ours = set(map(canonical, outputs))
    found = [source for item in items for source in _expanded(item, ours)]
    if STREAM in found and len(found) > 1:
        raise UsageError(f'"{STREAM}" stands for standard input and cannot be one of several files')
    if len(found) > 1:
        _refuse_repeated(found)
    return tuple(found)


def refuse_results(given: str | Sequence[str], sources: Sequence[str], copies: Sequence[str]) -> None:
    """Refuse results of an earlier run among the files of a store, as `find_sources` does among those of a folder.

    Args:
        given: Paths, folders and patterns, as they were given to `find_sources`.
        sources: What it has found.
        copies: Local copies of them, in the same order.

    Raises:
        UsageError: A file that nobody named is of results.
    """
    named = [given] if isinstance(given, str) else given
    pairs = zip(sources, copies, strict=True)
    _refuse_results({source: copy for source, copy in pairs if is_remote(source) and source not in named})


def _refuse_repeated(sources: Sequence[str]) -> None:
    spellings: dict[str, str] = {}
    for source in sources:
        file = canonical(source)
        if file in spellings:
            also = "" if spellings[file] == source else f", also as {spellings[file]}"
            raise UsageError(f"{source}: named twice{also}; name it once")
        spellings[file] = source


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
        _refuse_results(dict(zip(files, files, strict=True)))
        return files
    if path.exists():
        format_of(path)
        return [source]
    if glob.has_magic(source):
        found = glob.glob(source, recursive=True)  # noqa: PTH207  (Path has no pattern that begins at the root)
        files = sorted(file for file in found if _is_export(Path(file), ours))
        if not files:
            raise UsageError(f"{source}: no export matches")
        _refuse_results(dict(zip(files, files, strict=True)))
        return files
    raise UsageError(f"{source}: there is no such file")


def _refuse_results(files: Mapping[str, str]) -> None:
    """Raise UsageError where files that nobody named are results: what they say would count as customers' comments.

    Args:
        files: Where each can be read, by what messages call it.
    """
    if results := [name for name, file in files.items() if any(map(_columns(file).issuperset, _RESULTS))]:
        raise UsageError(
            f"{listed(results)}: written by Stemme, and no export; move it elsewhere, or name the exports one by one"
        )


def _columns(file: str) -> frozenset[str]:
    """Return the names of the columns; none where the file cannot be read, which is told when it is."""
    path = Path(file)
    try:
        if format_of(path) == "jsonl":
            # As if it came through a pipe, so that only its first object is read.
            with open_bytes(path) as stream:
                return frozenset(JsonlReader(stream, file, live=True).columns)
        with open_reader(file) as reader:
            return frozenset(reader.columns)
    except (StemmeError, OSError):
        return frozenset()


def _is_export(path: Path, ours: Collection[str]) -> bool:
    return _may_be_export(path) and path.is_file() and canonical(str(path)) not in ours


def _may_be_export(path: Path) -> bool:
    hidden = path.name.startswith((".", "~$"))
    return is_known(path) and not hidden and f"{_OURS}." not in path.name
