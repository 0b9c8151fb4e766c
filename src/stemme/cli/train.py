"""`stemme train`: trains a model from the corpora, and makes it one that ships."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="Settings of the run, a TOML file.")],
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
) -> None:
    """Train a model; exported and with its card it is written into the folder `model` of the run's output."""
    from stemme.corpus import records
    from stemme.training import settings as run_settings
    from stemme.training.finish import finish
    from stemme.training.report import table
    from stemme.training.train import train

    settings = run_settings.read(config)
    folder = train(settings, resume=resume)
    gold = [record for lang in settings.languages for record in records.read(settings.corpora / lang)]
    typer.echo(table(finish(folder, settings, gold)))
    typer.echo(f"model: {folder}")
