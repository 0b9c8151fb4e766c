"""Rows without a result: `OUT.errors.jsonl`, one object a row with its number, the reason and what the row holds."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import IO

from stemme.exports.cells import as_json
from stemme.exports.printable import printable
from stemme.exports.reader import Row


def errors_target(target: str) -> str:
    """Return where the rows without a result are told of."""
    return f"{target}.errors.jsonl"


class ProblemFile:
    """The report of errors; there is no file before the first one.

    Args:
        path: Where it is written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def write(self, row: Row, row_id: str, reason: str) -> None:
        """Append one row."""
        if self._file is None:
            self._file = self._path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")
        record = {"row": row.number, "id": row_id, "reason": reason, "input": as_json(row.fields)}
        self._file.write(json.dumps(record, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Finish the file, if there is one."""
        if self._file is not None:
            self._file.close()


class ProblemLines:
    """Errors told one by one on standard error, where results go through a pipe and there is no file beside them."""

    def write(self, row: Row, row_id: str, reason: str) -> None:  # noqa: ARG002  (as `ProblemFile.write`)
        """Tell of one row."""
        sys.stderr.write(f"{printable(f'row {row.number}: {reason}')}\n")

    def close(self) -> None:
        """Nothing is left to do."""
