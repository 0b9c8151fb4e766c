"""The whole way of one export: opened, its columns found, its rows analysed part by part, the results written."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

from stemme.defaults import BATCH_SIZE
from stemme.errors import StemmeError, UsageError
from stemme.exports import fingerprint
from stemme.exports.columns import SAMPLE_ROWS, choose_id_column, choose_text_column
from stemme.exports.engine import Engine, here
from stemme.exports.folders import open_folder
from stemme.exports.formats import STREAM, check_columns, open_reader
from stemme.exports.locations import exists, local_copies
from stemme.exports.outcomes import Outcome, TextAnalyzer
from stemme.exports.output import Outputs, check_target, choose_target, judged, output_files, to_files, to_stream
from stemme.exports.overlap import Behind, ahead
from stemme.exports.parts import MOST_ROWS, Part, cut
from stemme.exports.problems import errors_target
from stemme.exports.reader import Reader, Row
from stemme.exports.reading import FOUND, Reading
from stemme.exports.sources import find_sources, refuse_results
from stemme.exports.store import Store, is_unfinished
from stemme.exports.summary import Summary


@dataclass(frozen=True, slots=True)
class Job:
    """What to do with one export. None leaves the choice to us.

    Attributes:
        source: Paths, folders or patterns, local or remote (URLs); `-` is standard input.
        target: A path or URL; `-` is standard output.
        text_column: The column of the texts.
        id_column: The column of the ids.
        lang: Language of all texts.
        batch_size: Windows of text the network takes at once.
        keep_input: Whether JSONL results hold the row.
        force: Whether to overwrite what is there, an unfinished run too.
        resume: Whether to go on with an unfinished run, where there is one.
        strict: Whether the first row that cannot be read or analysed ends the run.
        excel: Whether a text table is for Excel: with a byte order mark, and without formulas.
        mentions: Whether tables get a second one, of the mentions.
        reading: How the export is to be read.
    """

    source: str | Sequence[str]
    target: str | None = None
    text_column: str | None = None
    id_column: str | None = None
    lang: str | None = None
    batch_size: int = BATCH_SIZE
    keep_input: bool = False
    force: bool = False
    resume: bool = False
    strict: bool = False
    excel: bool = False
    mentions: bool = True
    reading: Reading = FOUND


Say = Callable[[str], None]
Advance = Callable[[Reader], None]


def run(
    job: Job,
    load: Callable[[], TextAnalyzer],
    *,
    say: Say = lambda _: None,
    advance: Advance = lambda _: None,
    engine: Engine = here,
) -> Summary:
    """Analyse an export and return the summary of its results.

    Args:
        job: What to do.
        load: Gives the analyser; called only when everything else is known to be in order.
        say: Takes one line about each thing that was assumed.
        advance: Called after every row, with the reader that knows how far it is.
        engine: Where the parts are analysed.
    """
    job.reading.check()
    sources = find_sources(job.source, output_files(job.target) if job.target else ())
    target = choose_target(sources, job.target)
    unfinished = job.resume and target != STREAM and is_unfinished(target)
    if job.resume and STREAM in (*sources, target):
        raise UsageError("--resume: only a run from files to a file can be resumed")
    if job.resume and not (job.force or unfinished) and exists(target):
        raise UsageError(f"{target}: is there, and no run is unfinished: nothing to resume; begin anew with --force")
    check_target(sources, target, force=job.force or unfinished)
    if engine is not here and STREAM in (*sources, target):
        raise UsageError("--engine: only a run from files to a file can be spread over machines")
    with local_copies(sources) as files, open_reader(files, job.reading, sources) as reader:
        refuse_results(job.source, sources, files)
        stamps = fingerprint.stamps(files)
        rows, sample = _peek(reader)
        text = choose_text_column(reader.columns, sample, job.text_column)
        reader.require(text.name)
        id_column = choose_id_column(reader.columns, job.id_column, complete=not reader.live)
        check_columns(target, reader)
        ids = f'"{id_column}"' if id_column else "the row number"
        details = f" ({', '.join(reader.notes)})" if reader.notes else ""
        say(f'reading {reader.name}{details}: text from "{text.name}" ({text.reason}), id from {ids}')
        way = _Way(job, files, stamps, target, reader, rows, text.name, id_column, say, advance, engine)
        summary = way.through(load()) if target == STREAM else way.kept(load)
    summary.text_column = text.name
    return summary


@dataclass(frozen=True, slots=True)
class _Way:
    """A run whose columns are known."""

    job: Job
    sources: tuple[str, ...]
    stamps: list[tuple[int, int]]
    target: str
    reader: Reader
    rows: Iterator[Row]
    text_column: str
    id_column: str | None
    say: Say
    advance: Advance
    engine: Engine

    def through(self, analyzer: TextAnalyzer) -> Summary:
        """Analyse to standard output, keeping nothing."""
        with to_stream(self.reader, self.id_column, keep_input=self.job.keep_input) as outputs:
            self._analyze(analyzer, outputs, None, outputs.write)
        self.say("wrote to standard output")
        return outputs.summary

    def kept(self, load: Callable[[], TextAnalyzer]) -> Summary:
        """Analyse to files, so that the run can be resumed wherever it stops."""
        store = Store(open_folder(self.target))
        try:
            summary = self._kept(load, store)
        except BaseException as error:
            resumable = store.begun and not self.reader.live
            if resumable or store.found:
                store.close()
            else:
                store.remove()
            if resumable and not isinstance(error, UsageError):
                self.say(f"stopped after {store.done:,} rows; go on with the same command and --resume")
            raise
        store.remove()
        return summary

    def _kept(self, load: Callable[[], TextAnalyzer], store: Store) -> Summary:
        job = self.job
        depends = self._depends()
        store.begin(depends, resume=job.resume, force=job.force)
        analyzer = load()
        if not self.reader.live:
            store.set_model({**depends, "model": analyzer.fingerprint})
        with to_files(
            self.target,
            store.folder,
            self.reader,
            self.id_column,
            keep_input=job.keep_input,
            excel=job.excel,
            mentions=job.mentions,
        ) as outputs:
            if self.reader.live:
                self._analyze(analyzer, outputs, None, outputs.write)
            else:
                behind = Behind[tuple[Part, list[Outcome | None]]](lambda done: outputs.write(*done))
                try:
                    self._analyze(analyzer, outputs, store, lambda *done: behind.put(done))
                    behind.close()
                finally:
                    behind.stop()
                if fingerprint.stamps(self.sources) != self.stamps:
                    raise StemmeError(
                        f"{self.reader.name}: was changed while it was being read; start over with --force"
                    )
        for note in outputs.notes:
            self.say(note)
        if outputs.summary.problems:
            count = outputs.summary.problems
            rows = "row" if count == 1 else "rows"
            self.say(f"{count:,} {rows} without a result: {errors_target(self.target)}")
        self.say(f"wrote {self.target}")
        return outputs.summary

    def _analyze(
        self,
        analyzer: TextAnalyzer,
        outputs: Outputs,
        store: Store | None,
        write: Callable[[Part, list[Outcome | None]], None],
    ) -> None:
        job, live = self.job, self.reader.live
        largest = 1 if live and job.batch_size == 1 else MOST_ROWS
        parts = cut(self.rows, self.text_column, job.batch_size, largest, unfit=outputs.unfit)
        with ExitStack() as stack:
            if not live:
                parts = stack.enter_context(closing(ahead(parts)))
            done = stack.enter_context(closing(self.engine(parts, analyzer, store, job.lang, job.batch_size)))
            for part, outcomes in done:
                if job.strict:
                    _refuse_problems(part, outcomes, self.reader.name)
                write(part, outcomes)
                for _ in part.rows:
                    self.advance(self.reader)

    def _depends(self) -> dict[str, Any]:
        job = self.job
        options = {
            "--text-column": self.text_column,
            "--id-column": self.id_column,
            "--lang": job.lang,
            "--batch-size": job.batch_size,
            "--keep-input": job.keep_input,
            "--excel": job.excel,
            "--mentions": job.mentions,
            "--encoding": job.reading.encoding,
            "--delimiter": job.reading.delimiter,
            "--header-row": job.reading.header_row,
            "--sheet": job.reading.sheet,
        }
        files = [] if self.reader.live else fingerprint.of_input(self.sources)
        return {"input": files, "options": options, "code": fingerprint.of_code()}


def _refuse_problems(part: Part, outcomes: Sequence[Outcome | None], name: str) -> None:
    for row, _, reason in judged(part, outcomes):
        if reason:
            raise StemmeError(f"{name}: row {row.number}: {reason}")


def _peek(reader: Reader) -> tuple[Iterator[Row], list[Row]]:
    """Return all the rows and the first that can be read; from a pipe only one, for the next may be long in coming."""
    rows = reader.rows()
    sample = _until_readable(rows) if reader.live else list(itertools.islice(rows, SAMPLE_ROWS))
    if not sample:
        if not reader.columns:
            raise StemmeError(f"{reader.name}: empty")
        found = f" ({'; '.join(reader.notes)}; --sheet and --header-row choose others)" if reader.notes else ""
        raise StemmeError(f"{reader.name}: there is no row under the header{found}")
    readable = [row for row in sample if row.problem is None]
    if not readable:
        raise StemmeError(f"{reader.name}: no row can be read: row {sample[0].number}: {sample[0].problem}")
    return itertools.chain(sample, rows), readable


def _until_readable(rows: Iterator[Row]) -> list[Row]:
    sample = []
    for row in rows:
        sample.append(row)
        if row.problem is None:
            break
    return sample
