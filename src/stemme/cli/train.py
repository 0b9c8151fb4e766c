"""`stemme train`: trains a model from the corpora and exports it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="Settings of the run, a TOML file.")],
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
) -> None:
    """Train a model; it is written, exported, into the folder `model` of the run's output."""
    from stemme.model.export import export
    from stemme.training.report import table
    from stemme.training.settings import read
    from stemme.training.train import train

    settings = read(config)
    report = train(settings, resume=resume)
    folder = settings.output / "model"
    export(folder, folder)
    typer.echo(table(report))
    typer.echo(f"model: {folder}")
