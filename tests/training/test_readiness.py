from pathlib import Path

import pytest

import stemme
from samples import CORPORA, MODEL
from stemme.corpus.records import read
from stemme.model import files
from stemme.model.export import export
from stemme.training import readiness
from stemme.training.evaluate import analyse


@pytest.fixture(scope="module")
def records():
    return [record for record in read(CORPORA / "nb" / "comments.jsonl") if record.split == "dev"][:40]


def complaints(folder: Path, records) -> int:
    found = analyse(records, stemme.load(folder).gold)
    return sum(len(analysis.complaints) for analysis in found)


def test_what_is_added_makes_the_exported_model_find_more(tmp_path, records):
    export(MODEL, tmp_path)
    before = complaints(tmp_path, records)
    readiness.add(tmp_path, {"complaint": 3.0})
    export(tmp_path, tmp_path)
    assert complaints(tmp_path, records) > before


def test_a_model_that_was_made_too_shy_is_encouraged(tmp_path, records):
    export(MODEL, tmp_path)
    readiness.add(tmp_path, {"complaint": -3.0})
    export(tmp_path, tmp_path)
    chosen = readiness.choose(records, stemme.load(tmp_path))
    assert chosen["complaint"] > 0
    assert set(chosen) == {"need", "complaint"}
    assert (tmp_path / files.GRAPH).exists()
