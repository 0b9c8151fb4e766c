"""Where results land: under the final names only when they are complete."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Protocol

from stemme.analysis import Analysis
from stemme.errors import UsageError
from stemme.exports.cells import as_text
from stemme.exports.compression import packing, without_compression
from stemme.exports.folders import Folder
from stemme.exports.formats import (
    STREAM,
    format_of,
    mentions_target,
    open_mentions,
    open_writer,
    packed_as,
    written_format,
)
from stemme.exports.locations import base_name, beside, exists, is_remote, same_file
from stemme.exports.outcomes import Outcome
from stemme.exports.parts import Part
from stemme.exports.problems import ProblemFile, ProblemLines, errors_target
from stemme.exports.reader import Reader, Row
from stemme.exports.summary import Summary
from stemme.exports.writer import Result, Writer

_SUFFIXES = {"json": ".jsonl", "workbook": ".xlsx"}
"""What results are called where the export's own format is not written."""


def choose_target(sources: Sequence[str], wanted: str | None = None) -> str:
    """Return where the results of an export go: as wanted, else beside it as `<stem>.stemme<suffix>`.

    Raises:
        UsageError: There are several files and nothing is wanted.
    """
    if wanted is not None:
        return wanted
    if len(sources) > 1:
        raise UsageError(f"{len(sources)} files: name the output with -o")
    if sources[0] == STREAM:
        return STREAM
    if sources[0].startswith(("http:", "https:")):
        raise UsageError(f"{sources[0]}: nothing can be written beside it; name the output with -o")
    path = Path(base_name(sources[0]))
    bare = without_compression(path)
    suffix = _SUFFIXES.get(format_of(path), bare.suffix)
    return beside(sources[0], f"{bare.stem}.stemme{suffix}{path.suffix if bare != path else ''}")


def output_files(target: str) -> list[str]:
    """Return every file that a run may write under a name of its own, or take away because it is of an earlier one."""
    if target == STREAM:
        return []
    second = mentions_target(target)
    return [target, errors_target(target), *([second] if second else [])]


def check_target(sources: Sequence[str], target: str, *, force: bool = False) -> None:
    """Raise UsageError where the results cannot go to the target or would destroy something."""
    written_format(target)
    if target == STREAM:
        return
    if not is_remote(target):
        path = Path(target)
        if path.is_dir():
            raise UsageError(f"{target}: a folder; name the file to write")
        if not path.parent.is_dir():
            raise UsageError(f"{target}: the folder {path.parent} does not exist")
    for file in output_files(target):
        if not exists(file):
            continue
        if any(source != STREAM and same_file(file, source) for source in sources):
            raise UsageError(f"{file}: the export itself, which is never overwritten; give another name with -o")
        if not force:
            raise UsageError(f"{file}: exists already; overwrite it with --force or give another name with -o")


class Problems(Protocol):
    """Takes the rows without a result."""

    def write(self, row: Row, row_id: str, reason: str) -> None:
        """Tell of one row."""

    def close(self) -> None:
        """Finish."""


class Outputs:
    """The open results of a run: rows, mentions, errors, and the summary of them all.

    Args:
        writer: Takes the results.
        mentions: Takes the same results for the table of mentions, where it is a file of its own.
        problems: Takes the rows without a result.
        id_column: The column of the ids, None where the row number is the id.
    """

    def __init__(self, writer: Writer, mentions: Writer | None, problems: Problems, id_column: str | None) -> None:
        self.summary = Summary()
        self.notes: list[str] = []
        self.unfit = writer.unfit
        self._writers = [writer] if mentions is None else [writer, mentions]
        self._problems = problems
        self._id_column = id_column

    def write(self, part: Part, outcomes: Sequence[Outcome | None]) -> None:
        """Append the rows of a part."""
        for row, outcome, reason in judged(part, outcomes):
            row_id = self._id(row)
            if isinstance(outcome, Analysis):
                result = Result(row, row_id, outcome)
                for writer in self._writers:
                    writer.write(result)
                self.summary.add(outcome)
            else:
                self._problems.write(row, row_id, reason)
                self.summary.problems += 1

    def close(self) -> None:
        """Finish the formats."""
        for writer in self._writers:
            writer.close()
            self.notes.extend(writer.notes)
        self._problems.close()

    def abandon(self) -> None:
        """Let go of the formats, unfinished."""
        for writer in self._writers:
            writer.abandon()
        self._problems.close()

    def _id(self, row: Row) -> str:
        value = as_text(row.fields.get(self._id_column)) if self._id_column else ""
        return value or str(row.number)


def judged(part: Part, outcomes: Sequence[Outcome | None]) -> Iterator[tuple[Row, Outcome | None, str]]:
    """Yield every row of a part with its outcome, and with the reason why it has no analysis if it has none."""
    for position, (row, outcome) in enumerate(zip(part.rows, outcomes, strict=True)):
        yield row, outcome, part.problems.get(position) or (outcome if isinstance(outcome, str) else "")


@contextmanager
def to_stream(reader: Reader, id_column: str | None, *, keep_input: bool) -> Iterator[Outputs]:
    """Yield the outputs of a run that writes to standard output, and its errors to standard error."""
    writer = open_writer(STREAM, sys.stdout.buffer, reader, keep_input=keep_input)
    outputs = Outputs(writer, None, ProblemLines(), id_column)
    yield outputs
    outputs.close()


@contextmanager
def to_files(
    target: str,
    folder: Folder,
    reader: Reader,
    id_column: str | None,
    *,
    keep_input: bool,
    excel: bool,
    mentions: bool,
) -> Iterator[Outputs]:
    """Yield the outputs of a run that writes files; they get their names when the block ends well.

    The results come last: where their name stands, the other files stand too. Files of an earlier run go: a table of
    mentions, too, where none is written any more, for a report would take it for that of these results.
    """
    second = mentions_target(target)
    results, table, errors = (folder.work / name for name in ("results", "mentions", "errors"))
    with ExitStack() as stack:
        stream = stack.enter_context(_written(results, packed_as(target)))
        writer = open_writer(target, stream, reader, keep_input=keep_input, excel=excel, mentions=mentions)
        beside = None
        if mentions and second:
            stream = stack.enter_context(_written(table, packed_as(target)))
            beside = open_mentions(target, stream, reader, excel=excel)
        outputs = Outputs(writer, beside, ProblemFile(errors), id_column)
        try:
            yield outputs
            outputs.close()
        except BaseException:
            outputs.abandon()
            raise
    folder.land({errors: errors_target(target)} | ({table: second} if second else {}) | {results: target})


@contextmanager
def _written(path: Path, compression: str | None) -> Iterator[IO[bytes]]:
    with path.open("w+b") as file, packing(file, compression) as stream:
        yield stream
