"""From trained weights to a model that ships: its readiness chosen, exported, calibrated, measured, with its card."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from stemme.corpus.records import Record
from stemme.model import files
from stemme.model.export import export
from stemme.model.predict import TEMPERED
from stemme.pipeline import load
from stemme.training import readiness, reliability
from stemme.training.card import write_card
from stemme.training.evaluate import Report, analyse, intervals_of, report_of
from stemme.training.settings import Settings


def finish(folder: Path, settings: Settings, records: Sequence[Record]) -> Report:
    """Export the model of a folder, tune it on the dev split, measure it on the test split, write its card.

    Args:
        folder: With configuration, weights, embeddings and tokenizer; the graph and the card are added.
        settings: Of the run.
        records: Of every split; those of the split probe are in languages that the run did not learn from.
    """
    export(folder, folder)
    held, unseen, probe = ([r for r in records if r.split == split] for split in ("dev", "test", "probe"))
    readiness.add(folder, readiness.choose(held, load(folder)))
    export(folder, folder)
    analyzer = load(folder)
    fitted = reliability.temperatures(reliability.scored(held, reliability.predictions(held, analyzer)))
    store_temperatures(folder, {name: fitted[name] for name in TEMPERED})
    measured = reliability.scored(unseen, reliability.predictions(unseen, analyzer))
    analyzer = load(folder)
    analyses = analyse(unseen, analyzer.gold)
    report = report_of(unseen, analyses)
    write_card(
        folder,
        settings,
        records,
        report,
        intervals_of(unseen, analyses),
        reliability.calibration_table(measured, fitted),
        reliability.risk_table(measured["orientation"]),
        report_of(probe, analyse(probe, analyzer.gold)) if probe else None,
    )
    return report


def store_temperatures(folder: Path, fitted: dict[str, float]) -> None:
    """Write the temperatures of heads into a model's configuration; those of other heads stay."""
    path = folder / files.CONFIG
    config = json.loads(path.read_text("utf-8"))
    config["temperatures"] = config["temperatures"] | {name: round(value, 4) for name, value in fitted.items()}
    path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", "utf-8")
