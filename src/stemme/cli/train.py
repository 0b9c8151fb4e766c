"""`stemme train`: trains a model from the corpora, and makes it one that ships."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from stemme.training.settings import Settings, Tuning


def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="Settings of the run, a TOML file.")],
    base: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="MODEL",
            help="Train this model on, instead of training one from the encoder: stemme-base, or a model folder.",
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")] = False,
) -> None:
    """Train a model; exported and with its card it is written into the folder `model` of the run's output.

    With --from it learns from your own records, mixed with some of those that the model has learned from.
    """
    from stemme.training import settings as run_settings

    if base is None:
        _from_encoder(run_settings.read(config, run_settings.Settings), resume)
    else:
        _from_model(base, run_settings.read(config, run_settings.Tuning), resume)


def _from_encoder(settings: Settings, resume: bool) -> None:
    from stemme.training.finish import finish
    from stemme.training.report import table
    from stemme.training.train import gold_records, train

    folder = train(settings, resume=resume)
    typer.echo(table(finish(folder, settings, gold_records(settings))))
    typer.echo(f"model: {folder}")


def _from_model(base: str, settings: Tuning, resume: bool) -> None:
    from stemme.pipeline import packaged_model
    from stemme.training.finetune import check_trainable, finetune, with_rehearsal
    from stemme.training.tuned import finish_tuned

    named = Path(base)
    origin = packaged_model() if base == "stemme-base" and not named.is_dir() else named
    check_trainable(origin)
    settings = with_rehearsal(settings)
    if settings.replay is None:
        typer.echo(
            "nothing to rehearse: the model may forget what your records do not show; name the corpora it was trained "
            "on as replay in the settings",
            err=True,
        )
    folder = finetune(origin, settings, resume=resume)
    typer.echo(finish_tuned(folder, origin, settings))
    typer.echo(f"model: {folder}")
