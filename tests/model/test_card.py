"""The model card belongs to the weights beside it, and its figures are those that the model has."""

import itertools
import re

import pytest

from samples import CORPORA, MODEL, ROOT
from stemme.corpus.records import read
from stemme.model.info import checksum
from stemme.training.baselines.run import BASELINES, SENTENCE_FIGURES, SPAN_FIGURES
from stemme.training.evaluate import FIGURES, evaluate

FEW = ("pair_accuracy", "trap_accuracy", "severity_accuracy")
IN_README = {
    "frame macro f1": r"frames reach ([\d.]+)",
    "orientation accuracy": r"orientation ([\d.]+), needs",
    "need half f1": r"needs ([\d.]+) and",
    "complaint half f1": r"complaints ([\d.]+) \(half F1\); the model card",
}
CARD = (MODEL / "README.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")


def test_the_checksums_are_those_of_the_files():
    named = dict(re.findall(r"^\| (\S+) \| [\d,]+ \| `([0-9a-f]{64})` \|$", CARD, re.MULTILINE))
    assert set(named) == {"model.onnx", "embeddings.q4", "tokenizer.json", "model.safetensors"}
    assert {name: checksum(MODEL / name) for name in named} == named


def figures_of(text):
    rows = re.findall(r"^\| ([a-z0-9 ]*)\| (.*) \|$", text, re.MULTILINE)
    head = next(cells.split(" | ") for name, cells in rows if not name.strip() and "all" in cells)
    known = {name.replace("_", " "): name for name in FIGURES}
    table = {known[name.strip()]: cells.split(" | ") for name, cells in rows if name.strip() in known}
    return {lang: {name: float(cells[i].split()[0]) for name, cells in table.items()} for i, lang in enumerate(head)}


@pytest.mark.slow
def test_the_figures_are_those_of_the_model(analyzer):
    card = figures_of(CARD)
    records = [r for lang in card if lang != "all" for r in read(CORPORA / lang) if r.split == "test"]
    report = evaluate(records, analyzer.gold)
    assert set(card) == set(report)
    for lang, figures in report.items():
        # int8 arithmetic differs a little between processors: a pair, a trap or a mention may tip over.
        slack = (0.05, 0.015) if lang == "all" else (0.15, 0.04)
        for name, value in figures.items():
            assert card[lang][name] == pytest.approx(value, abs=slack[name not in FEW]), (lang, name)


@pytest.mark.slow
def test_the_figures_of_the_probe_are_those_of_the_model(analyzer):
    section = CARD.split("## Figures in languages that it was never trained on")[1].split("\n## ")[0]
    head, _, *rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    report = evaluate([r for r in read(CORPORA) if r.split == "probe"], analyzer.gold)
    assert [row[0] for row in rows] == list(report)
    for lang, *cells in rows:
        for name, cell in zip(head, cells, strict=True):
            slack = 0.04 if lang == "all" else 0.15
            assert float(cell) == pytest.approx(report[lang][name.replace(" ", "_")], abs=slack), (lang, name)
    whole = dict(zip(head, rows[[row[0] for row in rows].index("all")][1:], strict=True))
    readme = " ".join(README.split())
    assert {name: re.findall(shown, readme) for name, shown in IN_README.items()} == {n: [whole[n]] for n in IN_README}


def test_card_and_readme_show_the_baselines():
    lines = (MODEL.parent / "MEASURED.md").read_text("utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("|"))
    rows = list(itertools.takewhile(lambda line: line.startswith("|"), lines[first:]))
    *simple, own_title = [row.split(" | ")[0].removeprefix("| ") for row in rows[2:]]
    assert own_title == "Stemme"
    assert simple
    assert simple == [b.title for b in BASELINES.values() if b.title in simple]
    assert "\n".join(rows) in CARD
    assert "\n".join(rows) in README
    own = dict(zip(rows[0].strip("| ").split(" | "), rows[-1].strip("| ").split(" | "), strict=True))
    for name in (*SENTENCE_FIGURES, *SPAN_FIGURES):
        assert float(own[name.replace("_", " ")]) == figures_of(CARD)["all"][name]


def test_readme_shows_the_cards_table():
    assert figures_of(README) == figures_of(CARD)
