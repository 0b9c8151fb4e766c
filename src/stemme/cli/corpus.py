"""`stemme corpus`: checks gold records, assigns their splits and counts them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Paths = Annotated[list[Path], typer.Argument(metavar="PATH…", help="Corpus files, or folders of them.")]


def check(paths: Paths) -> None:
    """Name file, line and remedy of everything that breaks the format of the corpora."""
    from stemme.corpus.check import check

    problems, records = check(paths)
    for problem in problems:
        typer.echo(problem)
    typer.echo(f"{records:,} records read, {len(problems):,} problems", err=True)
    if problems:
        raise typer.Exit(1)


def split(
    paths: Paths,
    seed: Annotated[int, typer.Option(help="Of the order in which records are assigned.")] = 0,
    test: Annotated[
        bool,
        typer.Option("--test/--no-test", help="Whether to assign any to test; no, where those are chosen already."),
    ] = True,
) -> None:
    """Assign records without a split to train, dev or test, and store it in the files."""
    from stemme.corpus.split import write_splits

    counts = write_splits(paths, seed, test=test)
    typer.echo(", ".join(f"{name} {count:,}" for name, count in sorted(counts.items())))


def stats(path: Annotated[Path, typer.Argument(help="File or folder of gold records.")] = Path("corpora")) -> None:
    """Print the counts of the dataset card."""
    from stemme.corpus.records import read
    from stemme.corpus.statistics import table

    typer.echo(table(record for record in read(path) if record.split != "probe"))


def shortcuts(
    path: Annotated[Path, typer.Argument(help="File or folder of gold records.")] = Path("corpora"),
    count: Annotated[int, typer.Option(help="Words a language.")] = 30,
) -> None:
    """Print the words of each language that give a frame away, words of time and the terms flagged."""
    from stemme.corpus.records import read
    from stemme.training.shortcuts import tables

    typer.echo(tables((record for record in read(path) if record.split != "probe"), count))
