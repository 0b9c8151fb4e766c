"""`stemme train`: trains a model from the corpora and exports it."""

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
    from stemme.model.export import export
    from stemme.pipeline import load
    from stemme.training import settings as run_settings
    from stemme.training.card import write_card
    from stemme.training.evaluate import evaluate
    from stemme.training.report import table
    from stemme.training.train import train

    settings = run_settings.read(config)
    folder = train(settings, resume=resume)
    gold = [record for lang in settings.languages for record in records.read(settings.corpora / lang)]
    export(folder, folder)
    report = evaluate([record for record in gold if record.split == "test"], load(folder).gold)
    write_card(folder, settings, gold, report)
    typer.echo(table(report))
    typer.echo(f"model: {folder}")
