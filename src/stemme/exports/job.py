"""The whole way of one export: opened, its columns found, its rows analysed, the results written."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from stemme.analysis import Analysis
from stemme.defaults import BATCH_SIZE
from stemme.errors import StemmeError
from stemme.exports.cells import as_text
from stemme.exports.columns import SAMPLE_ROWS, choose_id_column, choose_text_column
from stemme.exports.formats import check_columns, check_source, open_reader, open_writer
from stemme.exports.output import check_target, choose_target, open_target
from stemme.exports.reader import Reader, Row
from stemme.exports.summary import Summary
from stemme.exports.writer import Result

Context = TypeVar("Context")


class TextAnalyzer(Protocol):
    """What a job needs of `stemme.Analyzer`."""

    def pipe(
        self,
        texts: Iterable[tuple[str, Context]],
        *,
        as_tuples: Literal[True],
        lang: str | None,
        batch_size: int,
    ) -> Iterator[tuple[Analysis, Context]]:
        """Yield the analysis of every text with the context it came with, in the same order."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to do with one export. `source` and `target` are paths or `-`; None leaves the choice to us."""

    source: str
    target: str | None = None
    text_column: str | None = None
    id_column: str | None = None
    lang: str | None = None
    batch_size: int = BATCH_SIZE
    keep_input: bool = False
    force: bool = False


def run(
    job: Job,
    load: Callable[[], TextAnalyzer],
    *,
    say: Callable[[str], None] = lambda _: None,
    advance: Callable[[Reader], None] = lambda _: None,
) -> Summary:
    """Analyse an export and return the summary of its results.

    Args:
        job: What to do.
        load: Gives the analyser; called only when everything else is known to be in order.
        say: Takes one line about each thing that was assumed.
        advance: Called after every row, with the reader that knows how far it is.
    """
    check_source(job.source)
    target = choose_target(job.source, job.target)
    check_target(job.source, target, force=job.force)
    with open_reader(job.source) as reader:
        rows, sample = _peek(reader)
        text = choose_text_column(reader.columns, sample, job.text_column)
        id_column = choose_id_column(reader.columns, job.id_column, complete=not reader.live)
        check_columns(target, reader)
        ids = f'"{id_column}"' if id_column else "the row number"
        details = f" ({', '.join(reader.notes)})" if reader.notes else ""
        say(f'reading {reader.name}{details}: text from "{text.name}" ({text.reason}), id from {ids}')
        analyzer = load()
        summary = Summary()
        with open_target(target) as stream:
            writer = open_writer(target, stream, reader, keep_input=job.keep_input)
            with closing(writer):
                results = analyze_rows(
                    rows,
                    analyzer,
                    text.name,
                    id_column,
                    lang=job.lang,
                    batch_size=job.batch_size,
                    name=reader.name,
                )
                for result in results:
                    writer.write(result)
                    summary.add(result.analysis)
                    advance(reader)
        for note in writer.notes:
            say(note)
    say(f"wrote {target}" if target != "-" else "wrote to standard output")
    return summary


def analyze_rows(
    rows: Iterable[Row],
    analyzer: TextAnalyzer,
    text_column: str,
    id_column: str | None = None,
    *,
    lang: str | None = None,
    batch_size: int = BATCH_SIZE,
    name: str = "the export",
) -> Iterator[Result]:
    """Yield the result of every row, in order; the analyser decides how far ahead it reads."""
    texts = ((_text(row, text_column, name), row) for row in rows)
    for analysis, row in analyzer.pipe(texts, as_tuples=True, batch_size=batch_size, lang=lang):
        yield Result(row, _id(row, id_column), analysis)


def _peek(reader: Reader) -> tuple[Iterator[Row], list[Row]]:
    """Return all the rows and the first of them; from a pipe only one, for the next may be long in coming."""
    rows = reader.rows()
    sample = list(itertools.islice(rows, 1 if reader.live else SAMPLE_ROWS))
    if not sample:
        raise StemmeError(
            f"{reader.name}: there is no row under the header" if reader.columns else f"{reader.name}: empty"
        )
    return itertools.chain(sample, rows), sample


def _text(row: Row, column: str, name: str) -> str:
    value = row.fields.get(column)
    if isinstance(value, dict | list):
        kind = "an object" if isinstance(value, dict) else "a list"
        raise StemmeError(f'{name}: row {row.number}: "{column}" holds {kind}, not a text')
    return as_text(value)


def _id(row: Row, column: str | None) -> str:
    value = as_text(row.fields.get(column)) if column else ""
    return value or str(row.number)
