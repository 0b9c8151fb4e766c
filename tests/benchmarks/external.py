"""Transfer figures on data that others made: prints a Markdown table with licences and the published best.

    python tests/benchmarks/external.py DIR [--model DIR] [--rows N]

DIR holds a folder a data set with files `dev.LANG.jsonl`, one object a line: `id`, `lang`, `text`, `label` and for
some `spans` (start, end, label). Sets that are not there are left out. Nothing here is shipped, trained on or copied
into this repository. None of the sets marks needs and complaints as Stemme's guide does: figures say how far the
model carries, and are not to be summed with those on its own corpora.

    semeval2019_t9a, _t9b   suggestion mining (CC BY-NC-SA 4.0): a suggestion should hold a need
    norec_fine              Norwegian reviews (CC BY-NC 4.0): negative expressions against complaints, by overlap
    m_absa                  reviews in many languages, machine-translated (Apache-2.0): negative or mixed, complaint
    asap_zh                 Dianping restaurant reviews (Apache-2.0): a negative aspect, complaint; its topic
    bangla_absa             restaurant reviews and cricket comments (CC0): a negative aspect, complaint; its topic
    valence_et              papers and reader comments (GPL-3.0): complaints by tone; negative tone is no complaint
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import stemme
from stemme.analysis import Analysis
from stemme.training.metrics import F1

Row = dict[str, Any]
Pairs = Sequence[tuple[Row, Analysis]]
Figures = Iterator[tuple[str, str]]

ASAP_TOPICS = {
    "service_waiters_attitude": "service",
    "service_serving_speed": "service",
    "service_wait_time": "availability",
    "price_level": "price",
    "price_cost_effective": "price",
    "price_discount": "price",
    "environment_cleaness": "product",
    "environment_noise": "product",
    "environment_space": "product",
    "environment_decoration": "product",
    "dish_portion": "product",
    "dish_taste": "product",
    "dish_look": "product",
}
BANGLA_TOPICS = {"food": "product", "ambience": "product", "price": "price", "service": "service"}


def needs(pairs: Pairs) -> Figures:
    yield "need present", shown(presence([(row["label"] == "suggestion", bool(a.needs)) for row, a in pairs]))


def complaints_by_tone(pairs: Pairs) -> Figures:
    found = presence([(row["label"] in ("negative", "mixed"), bool(a.complaints)) for row, a in pairs])
    yield "complaint present", shown(found)


def overlaps(pairs: Pairs) -> Figures:
    """Precision over predicted complaints, recall over negative expressions, each counted when it meets one."""
    predicted = gold = met = reached = 0
    for row, analysis in pairs:
        wanted = [(a, b) for a, b, label in row["spans"] if label.startswith("neg-")]
        own = [(c.start, c.end) for c in analysis.complaints]
        predicted, gold = predicted + len(own), gold + len(wanted)
        met += sum(any(a < d and c < b for c, d in wanted) for a, b in own)
        reached += sum(any(a < d and c < b for c, d in own) for a, b in wanted)
    precision, recall = met / predicted if predicted else 0.0, reached / gold if gold else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    yield "complaint meets a negative expression", f"P {precision:.2f} R {recall:.2f} F1 {f1:.3f}"
    yield from complaints_by_tone(pairs)


def asap(pairs: Pairs) -> Figures:
    aspects = [row["label"].split("neg=")[1].split(",") for row, _ in pairs]
    aspects = [[name for name in names if name] for names in aspects]
    yield (
        "complaint present",
        shown(presence([(bool(n), bool(a.complaints)) for n, (_, a) in zip(aspects, pairs, strict=True)])),
    )
    yield "topics of complaints", shown(topics([{ASAP_TOPICS.get(a) for a in names} for names in aspects], pairs))


def bangla(pairs: Pairs) -> Figures:
    for half in ("restaurant", "cricket"):
        own = [(row, a) for row, a in pairs if half in row["id"]]
        negative = [[x.split(":")[0] for x in row["label"].split("|") if x.endswith(":negative")] for row, _ in own]
        found = presence([(bool(n), bool(a.complaints)) for n, (_, a) in zip(negative, own, strict=True)])
        yield f"{half}: complaint present", shown(found)
        if half == "restaurant":
            gold = [{BANGLA_TOPICS.get(name) for name in names} for names in negative]
            yield f"{half}: topics of complaints", shown(topics(gold, own))


def rates(pairs: Pairs) -> Figures:
    for label in ("negative", "neutral", "positive"):
        own = [bool(a.complaints) for row, a in pairs if row["label"] == label]
        if own:
            yield f"texts with a complaint, {label}", f"{sum(own) / len(own):.3f} of {len(own)}"


@dataclass(frozen=True)
class DataSet:
    """A set: what it is under, how it is measured, and the best that others have published on it."""

    licence: str
    figures: Callable[[Pairs], Figures]
    published: str = ""


SETS = {
    "semeval2019_t9a": DataSet("CC BY-NC-SA 4.0", needs, "F1 0.781, trained on it (Liu et al., SemEval-2019, first)"),
    "semeval2019_t9b": DataSet("CC BY-NC-SA 4.0", needs, "F1 0.858, cross-domain (Liu et al., SemEval-2019, second)"),
    "norec_fine": DataSet("CC BY-NC 4.0", overlaps),
    "m_absa": DataSet("Apache-2.0", complaints_by_tone),
    "asap_zh": DataSet("Apache-2.0", asap),
    "bangla_absa": DataSet("CC0", bangla),
    "valence_et": DataSet("GPL-3.0", rates),
}


def presence(pairs: Sequence[tuple[bool, bool]]) -> F1:
    return F1(sum(g and p for g, p in pairs), sum(p for _, p in pairs), sum(g for g, _ in pairs))


def topics(gold: Sequence[set[str | None]], pairs: Pairs) -> F1:
    """Of texts whose negative aspects all map to a topic: the sets of topics, one against the other."""
    total = F1(0, 0, 0)
    for wanted, (_, analysis) in zip(gold, pairs, strict=True):
        if wanted and None not in wanted:
            own = {c.topic for c in analysis.complaints}
            total += F1(len(own & wanted), len(own), len(wanted))
    return total


def shown(found: F1) -> str:
    return f"P {found.precision:.2f} R {found.recall:.2f} F1 {found.value:.3f}".replace("nan", "–")


def rows_of_table(folder: Path, analyzer: stemme.Analyzer, limit: int | None = None) -> Iterator[str]:
    """Yield the lines of the table, those of a file as soon as it is read."""
    yield "| data | language | rows | figure | Stemme | published best | licence |"
    yield "|---|---|---:|---|---|---|---|"
    for name, data in SETS.items():
        for path in sorted((folder / name).glob("dev.*.jsonl")):
            rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()][:limit]
            pairs = list(zip(rows, analyzer.pipe(row["text"] for row in rows), strict=True))
            lang = path.name.split(".")[1]
            for figure, value in data.figures(pairs):
                yield f"| {name} | {lang} | {len(rows)} | {figure} | {value} | {data.published} | {data.licence} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, default=Path(__file__).parents[2] / "models" / "stemme-base")
    parser.add_argument("--rows", type=int, help="of each file at the most")
    options = parser.parse_args()
    if not options.folder.is_dir():
        parser.error(f"{options.folder}: no such folder")
    for line in rows_of_table(options.folder, stemme.load(options.model), options.rows):
        print(line, flush=True)


if __name__ == "__main__":
    main()
