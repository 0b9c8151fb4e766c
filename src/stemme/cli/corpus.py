"""`stemme corpus`: checks gold records and assigns their splits."""

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
    paths: Paths, seed: Annotated[int, typer.Option(help="Of the order in which records are assigned.")] = 0
) -> None:
    """Assign records without a split to train, dev or test, and store it in the files."""
    from stemme.corpus.split import write_splits

    counts = write_splits(paths, seed)
    typer.echo(", ".join(f"{name} {count:,}" for name, count in sorted(counts.items())))
