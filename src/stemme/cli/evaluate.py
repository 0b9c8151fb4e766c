"""`stemme evaluate`: measures a model on gold records."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from stemme.cli.options import Model


class Split(str, Enum):
    """The splits to measure on."""

    train = "train"
    dev = "dev"
    test = "test"
    probe = "probe"


def evaluate(
    corpora: Annotated[Path, typer.Argument(help="File or folder of gold records.")] = Path("corpora"),
    split: Annotated[Split, typer.Option(help="Which records.")] = Split.test,
    model: Model = None,
    own_sentences: Annotated[
        bool,
        typer.Option("--own-sentences", help="Find sentences as for a user's text, instead of taking the gold ones."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures as JSON.")] = False,
    intervals: Annotated[
        bool, typer.Option("--intervals", help="Print 95 % confidence intervals (bootstrap over records) as well.")
    ] = False,
    calibration: Annotated[
        bool,
        typer.Option(
            "--calibration",
            help="Print instead how far scores can be trusted: without temperatures, with the model's, fitted on dev.",
        ),
    ] = False,
    robustness: Annotated[
        bool, typer.Option("--robustness", help="Print instead how often frames stay when texts are perturbed.")
    ] = False,
) -> None:
    """Print the figures of each language."""
    from stemme.corpus.records import read
    from stemme.errors import UsageError
    from stemme.pipeline import load
    from stemme.training import evaluate as figures
    from stemme.training import report as text

    everything = list(read(corpora))
    records = [record for record in everything if record.split == split.value]
    if not records:
        raise UsageError(f"{corpora}: no record of the split {split.value}; assign splits first: stemme corpus split")
    if calibration + robustness + (as_json or intervals or own_sentences) > 1:
        raise UsageError("--calibration and --robustness print tables of their own; give one of them, alone")
    analyzer = load(model)
    if calibration:
        from stemme.training import reliability

        held = [record for record in everything if record.split == "dev"]
        if not held:
            raise UsageError(f"{corpora}: no record of the split dev to fit temperatures on; see stemme corpus split")
        fitted = reliability.temperatures(reliability.scored(held, reliability.predictions(held, analyzer)))
        measured = reliability.scored(records, reliability.predictions(records, analyzer))
        typer.echo(reliability.calibration_table(measured, analyzer.runtime.temperatures, fitted))
        typer.echo("\n" + reliability.risk_table(measured["orientation"]))
        return
    if robustness:
        from stemme.training.robustness import measure
        from stemme.training.robustness import table as robustness_table

        typer.echo(robustness_table(measure(records, analyzer.gold)))
        return
    analyses = figures.analyse(records, analyzer.gold, "own" if own_sentences else "gold")
    report = figures.report_of(records, analyses)
    ranges = figures.intervals_of(records, analyses) if intervals else None
    if as_json:
        typer.echo(text.as_json({"figures": report, "intervals": ranges} if ranges else report))
    else:
        typer.echo(text.table(report, ranges))
