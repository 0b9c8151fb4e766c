"""`stemme baselines`: trains and measures simple methods on the same splits as the model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stemme.cli.evaluate import Split


def baselines(
    corpora: Annotated[Path, typer.Argument(help="File or folder of gold records.")] = Path("corpora"),
    split: Annotated[Split, typer.Option(help="Which records to measure on.")] = Split.test,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="keywords, ngrams, spacy, frozen, setfit or model.", show_default="all"),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="Folder of the model in the last row.", show_default="the one of the package")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures as JSON.")] = False,
) -> None:
    """Train baselines on the split train and print their figures beside the model's."""
    from stemme.corpus.records import read
    from stemme.errors import UsageError
    from stemme.pipeline import load
    from stemme.training import report as text
    from stemme.training.baselines.run import BASELINES, chosen, measure, tables
    from stemme.training.evaluate import evaluate

    names = only or [*BASELINES, "model"]
    if unknown := [name for name in names if name not in BASELINES and name != "model"]:
        raise UsageError(f"no baseline {', '.join(unknown)}; known are {', '.join([*BASELINES, 'model'])}")
    if not only:
        for name in (name for name in BASELINES if BASELINES[name].missing):
            typer.echo(f'{name} left out: it comes with pip install "stemme[baselines]"', err=True)
            names.remove(name)
    elif missing := [name for name in names if name in BASELINES and BASELINES[name].missing]:
        raise UsageError(f'{", ".join(missing)} is not installed; it comes with pip install "stemme[baselines]"')
    records = list(read(corpora))
    learned = [record for record in records if record.split == "train"]
    held = [record for record in records if record.split == split.value]
    if not learned or not held:
        raise UsageError(f"{corpora}: no record of the split train or {split.value}; see stemme corpus split")
    reports = {}
    for name in names:
        typer.echo(f"{name} …", err=True)
        if name == "model":
            reports["Stemme"] = chosen(evaluate(held, load(model).gold))
        else:
            reports[BASELINES[name].title] = measure(BASELINES[name], learned, held)
    typer.echo(text.as_json(reports) if as_json else tables(reports))
