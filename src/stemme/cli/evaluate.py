"""`stemme evaluate`: measures a model on gold records."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer


class Split(str, Enum):
    """The splits to measure on."""

    train = "train"
    dev = "dev"
    test = "test"
    probe = "probe"


def evaluate(
    corpora: Annotated[Path, typer.Argument(help="File or folder of gold records.")] = Path("corpora"),
    split: Annotated[Split, typer.Option(help="Which records.")] = Split.test,
    model: Annotated[
        Path | None, typer.Option(help="Folder of an exported model.", show_default="the one of the package")
    ] = None,
    own_sentences: Annotated[
        bool,
        typer.Option("--own-sentences", help="Find sentences as for a user's text, instead of taking the gold ones."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures as JSON.")] = False,
) -> None:
    """Print the figures of each language."""
    from stemme.corpus.records import read
    from stemme.errors import UsageError
    from stemme.pipeline import load
    from stemme.training.evaluate import evaluate
    from stemme.training.report import table

    records = [record for record in read(corpora) if record.split == split.value]
    if not records:
        raise UsageError(f"{corpora}: no record of the split {split.value}; assign splits first: stemme corpus split")
    report = evaluate(records, load(model).gold, "own" if own_sentences else "gold")
    typer.echo(json.dumps(report, indent=1) if as_json else table(report))
