import json

import pytest
from typer.testing import CliRunner

from stemme.cli import app

RECORD = {
    "id": "r1",
    "lang": "te",
    "kind": "comment",
    "domain": "retail",
    "orientation": "neither",
    "sentences": [{"text": "నమస్తే.", "frame": "neither"}],
}


@pytest.fixture
def corpus(tmp_path):
    def write(*records):
        (tmp_path / "comments.jsonl").write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in records), "utf-8")
        return tmp_path

    return write


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_good_corpus_passes(corpus):
    result = run("corpus", "check", corpus(RECORD))
    assert result.exit_code == 0
    assert "1 records read, 0 problems" in result.output


def test_problems_are_named_and_fail(corpus):
    result = run("corpus", "check", corpus(RECORD, RECORD | {"orientation": "centric"}))
    assert result.exit_code == 1
    assert "comments.jsonl:2: orientation 'centric', but its frames make it 'neither'" in result.output


def test_a_missing_corpus_is_one_line(tmp_path):
    result = run("corpus", "check", tmp_path / "none")
    assert result.exit_code == 1
    assert "none: no such file or folder" in result.output
    assert "Traceback" not in result.output


def test_splits_are_stored(corpus):
    folder = corpus(RECORD)
    assert "train 1" in run("corpus", "split", folder).output
    assert json.loads((folder / "comments.jsonl").read_text("utf-8"))["split"] == "train"


def test_evaluating_nothing_is_wrong_use(corpus):
    result = run("evaluate", corpus(RECORD | {"split": "train"}))
    assert result.exit_code == 2
    assert "no record of the split test" in result.output


def test_evaluation_prints_the_figures(corpus):
    result = run("evaluate", corpus(RECORD | {"split": "test"}), "--json")
    assert result.exit_code == 0
    report = json.loads(result.output)
    assert report["te"] == report["all"]
    assert report["te"]["records"] == 1
    assert report["te"]["language_accuracy"] == 1
    assert report["te"]["pair_accuracy"] is None  # no pair here


def test_training_with_a_missing_config_is_one_line(tmp_path):
    result = run("train", tmp_path / "none.toml")
    assert result.exit_code == 1
    assert "none.toml" in result.output


FOCUSED = RECORD | {
    "orientation": "focused",
    "sentences": [
        {"text": "{complaint delivery 2|ఆలస్యం}.", "frame": "focused", "dimension": "horizon"},
        {"text": "నమస్తే.", "frame": "neither"},
    ],
}


def test_counts_are_printed(corpus):
    result = run("corpus", "stats", corpus(RECORD, FOCUSED | {"id": "r2"}))
    assert result.exit_code == 0
    assert "| comments | 2 |" in result.output


def test_words_that_give_a_frame_away_are_printed(corpus):
    records = [record | {"id": f"{n}-{m}"} for n, record in enumerate((RECORD, FOCUSED)) for m in range(3)]
    result = run("corpus", "shortcuts", corpus(*records), "--count", 5)
    assert result.exit_code == 0
    assert "| ఆలస్యం | focused | 0 | 3 | 0 |" in result.output
    assert "te, flagged among the first ten: ఆలస్యం (time)." in result.output


def test_evaluation_prints_intervals(corpus):
    folder = corpus(RECORD | {"split": "test"})
    table = run("evaluate", folder, "--intervals").output
    assert "| records | 1 | 1 |" in table
    assert "| pair accuracy | – | – |" in table
    result = json.loads(run("evaluate", folder, "--intervals", "--json").output)
    assert result["intervals"]["te"]["language_accuracy"] == [1, 1]


@pytest.mark.parametrize(
    ("option", "row"),
    [("--calibration", "| frame | 2 | 1.00 |"), ("--robustness", "| emoji | ")],
)
def test_evaluation_prints_other_tables(corpus, option, row):
    result = run("evaluate", corpus(FOCUSED | {"split": "dev"}), "--split", "dev", option)
    assert result.exit_code == 0, result.output
    assert row in result.output


def test_two_tables_at_once_are_wrong_use(corpus):
    folder = corpus(RECORD | {"split": "dev"})
    result = run("evaluate", folder, "--split", "dev", "--robustness", "--calibration")
    assert result.exit_code == 2
