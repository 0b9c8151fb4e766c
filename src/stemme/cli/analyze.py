"""`stemme analyze`: a feedback export in, the same rows with what they say out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from stemme.cli.errors import ROWS_LEFT_OUT
from stemme.cli.options import IdColumn, MinScore, Model, TextColumn, language_tag
from stemme.defaults import BATCH_SIZE
from stemme.errors import UsageError

if TYPE_CHECKING:
    from stemme.exports.engine import Engine
    from stemme.exports.job import Job
    from stemme.exports.outcomes import TextAnalyzer
    from stemme.exports.summary import Summary

_PLAIN_WIDTH = 110
"""Columns of the summary where no terminal says how wide it is."""


def analyze(
    source: Annotated[
        list[str],
        typer.Argument(
            metavar="IN...",
            help="Export: .csv .tsv .jsonl .json .parquet .xlsx .xls .ods, text also .gz or .zst; several files, "
            "a folder or a pattern; also as URLs (s3://…); or - for JSONL on stdin.",
        ),
    ],
    *,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="OUT", help="As IN. Default: IN with .stemme before its ending."),
    ] = None,
    text_column: TextColumn = None,
    id_column: IdColumn = None,
    lang: Annotated[
        str | None,
        typer.Option(help="Language of all texts, as te, bn, nb, et, zh.", show_default="identified"),
    ] = None,
    model: Model = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Windows of text the network takes at once.")] = BATCH_SIZE,
    threads: Annotated[
        int | None,
        typer.Option(min=1, help="Threads of the network.", show_default="the cores there are; 1 a Ray worker"),
    ] = None,
    engine: Annotated[
        Literal["local", "ray"],
        typer.Option(help="Where texts are analysed: here, or on the machines of a Ray cluster."),
    ] = "local",
    address: Annotated[
        str | None,
        typer.Option(help="Of the Ray cluster, as host:6379.", show_default="the one of this machine, or a new one"),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Of the Ray cluster.", show_default="as many as it has cores for")
    ] = None,
    min_score: MinScore = 0.0,
    keep_input: Annotated[
        bool,
        typer.Option("--keep-input", help='Keep the row under "input" (JSONL only; tables keep it anyway).'),
    ] = False,
    excel: Annotated[
        bool, typer.Option("--excel", help="Write CSV that Excel opens right: a byte order mark, no formulas.")
    ] = False,
    mentions: Annotated[
        bool, typer.Option("--mentions/--no-mentions", help="Write a table of all needs and complaints beside OUT.")
    ] = True,
    encoding: Annotated[str | None, typer.Option(help="Of a text table.", show_default="found")] = None,
    delimiter: Annotated[
        str | None, typer.Option(help='Between the cells of a text table; "tab" is one.', show_default="found")
    ] = None,
    header_row: Annotated[
        int | None, typer.Option(min=1, help="Row of the column names, blank ones not counted.", show_default="found")
    ] = None,
    sheet: Annotated[
        str | None, typer.Option(help="Sheet of a workbook.", show_default="the first visible one")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an unfinished run, if there is one.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at the first row that cannot be read or analysed.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite OUT, and start an unfinished run over.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
    progress: Annotated[
        bool | None,
        typer.Option("--progress/--no-progress", help="Draw a bar.", show_default="on a terminal"),
    ] = None,
) -> None:
    """Classify every row of a feedback export and extract its needs and complaints.

    Cells that Stemme adds never run as formulas in a spreadsheet; your own columns stay exactly as they are. A row
    that cannot be read or analysed goes to OUT.errors.jsonl, and the exit status is 3.
    """
    from stemme.exports.job import Job
    from stemme.exports.reading import Reading

    job = Job(
        source=source,
        target=output,
        text_column=text_column,
        id_column=id_column,
        lang=None if lang is None else language_tag(lang),
        batch_size=batch_size,
        keep_input=keep_input,
        force=force,
        resume=resume,
        strict=strict,
        excel=excel,
        mentions=mentions,
        reading=Reading(encoding, "\t" if delimiter == "tab" else delimiter, header_row, sheet),
    )
    if engine == "local" and (address, workers) != (None, None):
        raise UsageError("--address and --workers are for --engine ray")
    summary = _run(
        job,
        lambda: _load(model, threads, min_score),
        _on_ray(model, threads, min_score, address, workers, quiet=quiet) if engine == "ray" else None,
        quiet=quiet,
        progress=sys.stderr.isatty() if progress is None else progress,
    )
    if summary.problems:
        raise typer.Exit(ROWS_LEFT_OUT)


def _load(model: Path | None, threads: int | None, min_score: float) -> TextAnalyzer:
    import stemme

    return stemme.load(model, threads, min_score)


def _on_ray(
    model: Path | None, threads: int | None, min_score: float, address: str | None, workers: int | None, *, quiet: bool
) -> Engine:
    from stemme.exports.ray_engine import RayEngine

    def say(line: str) -> None:
        if not quiet:
            typer.echo(line, err=True)

    on_worker = partial(_load, model.resolve() if model else None, threads or 1, min_score)
    return RayEngine(on_worker, address, workers, threads or 1, say)


def _run(job: Job, load: Callable[[], TextAnalyzer], engine: Engine | None, *, quiet: bool, progress: bool) -> Summary:
    from rich.console import Console

    from stemme.cli.progress import RowProgress
    from stemme.exports.engine import here
    from stemme.exports.job import run
    from stemme.exports.printable import printable
    from stemme.exports.report import print_summary

    if quiet:
        return run(job, load, engine=engine or here)
    width = None if sys.stderr.isatty() else _PLAIN_WIDTH
    console = Console(stderr=True, force_terminal=progress or None, width=width)
    bar = RowProgress(console, shown=progress)

    def say(line: str) -> None:
        bar.stop()
        typer.echo(printable(line), err=True)

    try:
        summary = run(job, load, say=say, advance=bar.advance, engine=engine or here)
    finally:
        bar.stop()
    print_summary(summary, console)
    return summary
