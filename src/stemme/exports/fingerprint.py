"""What a run depends on: an unfinished run is continued only where all of it is as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import stemme
from stemme.exports.formats import STREAM
from stemme.model.info import checksum

_LIBRARIES = ("numpy", "onnxruntime", "tokenizers", "py3langid", "pyarrow", "python-calamine", "xlsxwriter")
"""Those that results follow from, or their bytes."""


def of_input(sources: Sequence[str]) -> list[dict[str, Any]]:
    """Return name, size and checksum of every file."""
    return [
        {"name": Path(source).name, "bytes": Path(source).stat().st_size, "sha256": checksum(Path(source))}
        for source in sources
    ]


def stamps(sources: Sequence[str]) -> list[tuple[int, int]]:
    """Return what changes with a file and costs nothing to ask: size and time. A pipe has neither."""
    files = [Path(source).stat() for source in sources if source != STREAM]
    return [(file.st_size, file.st_mtime_ns) for file in files]


@cache
def of_code() -> dict[str, str]:
    """Return the versions of the libraries, and of Stemme down to its source."""
    root = Path(stemme.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    libraries = {name: _version(name) for name in _LIBRARIES}
    return {"stemme": f"{stemme.__version__} ({digest.hexdigest()[:16]})", **libraries}


def difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    """Return in words how what a run depends on differs from what it was, None where it does not."""
    if before["input"] != now["input"]:
        old, new = ([file["name"] for file in files["input"]] for files in (before, now))
        if old != new:
            return f"the input was {', '.join(old)} and is {', '.join(new)} now"
        changed = [a["name"] for a, b in zip(before["input"], now["input"], strict=True) if a != b]
        return f"{', '.join(changed)} has changed since"
    for kind, subject in (("options", ""), ("code", "the version of ")):
        for name in sorted(before[kind] | now[kind]):
            old, new = before[kind].get(name), now[kind].get(name)
            if old != new:
                return f"{subject}{name} was {_said(old)} and is {_said(new)} now"
    if before.get("model") != now.get("model"):
        return "the model or its --min-score is another one"
    return None


def _said(value: Any) -> str:
    return "not given" if value is None else str(value)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
