import json
import sys

from samples import ROOT

sys.path.insert(0, str(ROOT / "tests" / "benchmarks"))

import external

ROWS = {
    "semeval2019_t9a/dev.en.jsonl": [
        {"text": "Please add a dark mode to the app.", "label": "suggestion"},
        {"text": "It was built last year.", "label": "none"},
    ],
    "norec_fine/dev.nb.jsonl": [
        {"text": "Pakken kom ni dager for sent.", "label": "negative", "spans": [[11, 28, "neg-standard"]]}
    ],
    "asap_zh/dev.zh.jsonl": [{"text": "价格太贵了，不会再来。", "label": "star=1.0;neg=price_level"}],
    "bangla_absa/dev.bn.jsonl": [{"text": "খাবার ঠান্ডা ছিল।", "label": "food:negative"}],
    "valence_et/dev.et.jsonl": [{"text": "Täna sajab lund.", "label": "neutral"}],
}


def test_the_table_names_figures_and_licences_of_what_is_there(tmp_path, analyzer):
    for name, rows in ROWS.items():
        (tmp_path / name).parent.mkdir()
        lines = [json.dumps({"id": f"restaurant-{n}", "spans": []} | row) for n, row in enumerate(rows)]
        (tmp_path / name).write_text("\n".join(lines), "utf-8")
    table = "\n".join(external.rows_of_table(tmp_path, analyzer))
    assert "| semeval2019_t9a | en | 2 | need present | P 1.00 R 1.00 F1 1.000 |" in table
    assert "CC BY-NC 4.0" in table
    assert "m_absa" not in table  # not there
    assert "texts with a complaint, neutral | 0.000 of 1" in table


def test_topics_count_only_where_every_aspect_maps():
    gold = [{"price"}, {None}]
    analysis = type("A", (), {"complaints": [type("C", (), {"topic": "price"})]})
    assert external.topics(gold, [({}, analysis), ({}, analysis)]).value == 1


def test_presence_counts():
    found = external.presence([(True, True), (True, False), (False, True), (False, False)])
    assert (found.precision, found.recall) == (0.5, 0.5)
