"""The model that ships: what is stopped and resumed, or runs on other threads, ends in the same bytes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import stemme
from samples import MODEL, ROOT
from stemme.exports.job import Job, run

SAMPLE = ROOT / "corpora" / "samples" / "feedback.csv"


class Stopping:
    """The real analyser, which stops as by Ctrl-C after so many parts."""

    def __init__(self, analyzer: stemme.Analyzer, parts: int) -> None:
        self.analyzer = analyzer
        self.fingerprint = analyzer.fingerprint
        self.left = parts

    def pipe(self, texts, **options):
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return self.analyzer.pipe(texts, **options)


@pytest.mark.skipif(not SAMPLE.exists(), reason="only a checkout has the corpora")
def test_a_stopped_run_of_the_model_ends_in_the_same_bytes(tmp_path: Path):
    source = tmp_path / "in.csv"
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[:29]
    with source.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    whole, resumed = tmp_path / "whole.jsonl", tmp_path / "resumed.jsonl"
    analyzer = stemme.load(MODEL, threads=1)
    run(Job(str(source), str(whole), batch_size=4), lambda: analyzer)
    with pytest.raises(KeyboardInterrupt):
        run(Job(str(source), str(resumed), batch_size=4), lambda: Stopping(analyzer, 2))
    other = stemme.load(MODEL, threads=2)
    assert run(Job(str(source), str(resumed), batch_size=4, resume=True), lambda: other).rows == 28
    assert resumed.read_bytes() == whole.read_bytes()
