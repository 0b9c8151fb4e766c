"""A model that was trained on: exported, calibrated as far as the records allow, and set beside its base."""

from __future__ import annotations

import datetime
from pathlib import Path

from stemme import __version__
from stemme.corpus.records import Record, read
from stemme.model import files
from stemme.model.export import export
from stemme.model.predict import TEMPERED
from stemme.pipeline import load
from stemme.training import bootstrap, reliability
from stemme.training.evaluate import analyse
from stemme.training.finish import store_temperatures
from stemme.training.settings import Tuning
from stemme.training.tally import FIGURES, figures, tally

CALIBRATING = 200
"""Labelled items of a head from which on its temperature is fitted anew; from fewer it would follow chance, and the
base's stays."""

_CARD = """\
---
license: apache-2.0
base_model: {base}
library_name: stemme
---
# {name}

{base}, trained on from {learned} records by Stemme {version} on {date}, with {replayed} records rehearsed for each.
Analyse with `stemme analyze --model FOLDER`, measure with `stemme evaluate RECORDS --model FOLDER`. Temperatures fitted
anew on the split dev: {fitted}; all others are those of the base.

{table}

## Settings

{settings}
"""


def finish_tuned(folder: Path, base: Path, settings: Tuning) -> str:
    """Export a model that was trained on, calibrate it, and write its card; returns the figures before and after.

    Args:
        folder: With configuration, weights, embeddings and tokenizer; the graph and the card are added.
        base: What it was trained on from.
        settings: Of the run.
    """
    export(folder, folder)
    records = list(read(settings.corpora))
    fitted = _calibrate(folder, [record for record in records if record.split == "dev"])
    unseen = [record for record in records if record.split == "test"]
    shown = comparison(unseen, base, folder) if unseen else "No record of the split test, so nothing is measured."
    card = _CARD.format(
        base=base.name,
        name=settings.output.name,
        learned=sum(record.split == "train" for record in records),
        version=__version__,
        date=datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat(),
        replayed=settings.replayed if settings.replay else 0,
        fitted=", ".join(fitted) or "none",
        table=shown,
        settings="\n".join(
            f"- {name}: {value}" for name, value in vars(settings).items() if not isinstance(value, Path)
        ),
    )
    (folder / files.CARD).write_text(card, "utf-8")
    return shown


def comparison(records: list[Record], before: Path, after: Path) -> str:
    """Return the figures of two models on the same records, and the 95 % interval of what lies between, as Markdown.

    The interval is that of the paired bootstrap: both models are measured on the same draws.
    """
    counts, counts_after = (tally(records, analyse(records, load(folder).gold)) for folder in (before, after))
    old, new = figures(counts.sum(0)), figures(counts_after.sum(0))
    ranges = bootstrap.differences(counts, counts_after)
    rows = [
        f"On the {len(records)} records of the split test:",
        "",
        "| | before | after | difference |",
        "|---|---:|---:|---:|",
    ]
    for name in (name for name in FIGURES if name in ranges):
        low, high = ranges[name]
        change = f"{new[name] - old[name]:+.3f} ({low:+.2f} to {high:+.2f})"
        rows.append(f"| {name.replace('_', ' ')} | {old[name]:.3f} | {new[name]:.3f} | {change} |")
    return "\n".join(rows)


def _calibrate(folder: Path, held: list[Record]) -> list[str]:
    """Fit the temperatures of the heads that have enough to be fitted on; returns their names."""
    scored = reliability.scored(held, reliability.predictions(held, load(folder))) if held else {}
    enough = [head for head in TEMPERED if head in scored and len(scored[head].labels) >= CALIBRATING]
    if enough:
        new = reliability.temperatures({head: scored[head] for head in enough})
        store_temperatures(folder, new)
    return enough
