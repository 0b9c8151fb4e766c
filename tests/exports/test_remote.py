"""Exports and results on a store behind fsspec: here one in memory, where a file is an object as in S3."""

from __future__ import annotations

import contextlib
import gzip
import time
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from fake_analyzer import FakeAnalyzer

from stemme.errors import StemmeError, UsageError
from stemme.exports import remote_folder
from stemme.exports.folders import open_folder
from stemme.exports.job import Job, run

ROWS = 300
STORE = "memory://exports"


class Overtaken(FakeAnalyzer):
    """Stands still until another run has the lock."""

    def pipe(self, texts, **options):
        for analysis in super().pipe(texts, **options):
            if self.given == 120:
                for _ in range(3):  # a beat may be on its way
                    fsspec.filesystem("memory").pipe_file("/exports/out.csv.run/lock", b"of another")
                    time.sleep(0.06)
            yield analysis


class Stopping(FakeAnalyzer):
    """Stops as Ctrl-C does after so many texts."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after

    def pipe(self, texts, **options):
        for analysis in super().pipe(texts, **options):
            if self.given > self.after:
                raise KeyboardInterrupt
            yield analysis


@pytest.fixture(autouse=True)
def store(monkeypatch) -> Iterator[fsspec.AbstractFileSystem]:
    monkeypatch.setattr(remote_folder, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(remote_folder, "SETTLE_SECONDS", 0.0)
    system = fsspec.filesystem("memory")
    yield system
    with contextlib.suppress(FileNotFoundError):
        system.rm("/exports", recursive=True)


def lines(first: int = 0, rows: int = ROWS) -> str:
    numbers = range(first, first + rows)
    return "id,comment\n" + "".join(f"{n},Pakken kom {n} dager for sent! Ingen svarte.\n" for n in numbers)


def files(system) -> dict[str, bytes]:
    return {path.rpartition("/")[2]: system.cat_file(path) for path in system.find("/exports")}


def test_the_results_stand_beside_the_export_and_are_those_of_a_local_one(tmp_path, store):
    text = lines() + "too,many,cells\n"
    (tmp_path / "in.csv").write_text(text, "utf-8")
    run(Job(str(tmp_path / "in.csv")), FakeAnalyzer)
    store.pipe_file("/exports/in.csv", text.encode())
    said: list[str] = []
    summary = run(Job(f"{STORE}/in.csv"), FakeAnalyzer, say=said.append)
    assert (summary.rows, summary.problems) == (ROWS, 1)
    assert said[0].startswith(f"reading {STORE}/in.csv (utf-8, separated by commas)")
    assert said[-1] == f"wrote {STORE}/in.stemme.csv"
    assert files(store) == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


@pytest.mark.parametrize("given", ["*.csv.gz", ""], ids=["pattern", "folder"])
def test_patterns_and_folders(store, given):
    for number in (0, 1):
        store.pipe_file(f"/exports/{number}.csv.gz", gzip.compress(lines(number * ROWS).encode()))
    store.pipe_file("/exports/notes.txt", b"none of ours")
    summary = run(Job(f"{STORE}/{given}".rstrip("/"), f"{STORE}/out.jsonl"), FakeAnalyzer)
    assert summary.rows == 2 * ROWS
    found = store.cat_file("/exports/out.jsonl").decode().splitlines()
    assert [line.partition(",")[0] for line in found] == [f'{{"id": "{n}"' for n in range(2 * ROWS)]


@pytest.mark.parametrize("ending", ["csv.gz", "jsonl", "parquet", "xlsx"])
@pytest.mark.parametrize("given", [STORE, f"{STORE}/*"])
def test_results_on_a_store_are_no_comments(store, ending, given):
    store.pipe_file("/exports/in.csv", "id,comment\n1,পার্সেল আসেনি 📦\n2,Ingen svarer 🙄\n".encode())
    run(Job(given, f"{STORE}/all.{ending}"), FakeAnalyzer)
    ours = sorted(set(files(store)) - {"in.csv"})
    message = f"{', '.join(f'{STORE}/{name}' for name in ours)}: written by Stemme, and no export; move it elsewhere"
    with pytest.raises(UsageError, match=message.replace("memory://", "memory:/+")):
        run(Job(given, f"{STORE}/again.jsonl"), FakeAnalyzer)
    assert run(Job(given, f"{STORE}/all.{ending}", force=True), FakeAnalyzer).rows == 2
    assert run(Job(f"{STORE}/in.csv", f"{STORE}/again.jsonl"), FakeAnalyzer).rows == 2


@pytest.mark.parametrize("ending", ["csv", "jsonl.zst", "parquet", "xlsx"])
def test_an_interrupted_run_goes_on_from_the_store(tmp_path, store, ending):
    (tmp_path / "in.csv").write_text(lines(), "utf-8")
    run(Job(str(tmp_path / "in.csv"), str(tmp_path / f"out.{ending}"), batch_size=16), FakeAnalyzer)
    store.pipe_file("/exports/in.csv", lines().encode())
    job = Job(f"{STORE}/in.csv", f"{STORE}/out.{ending}", batch_size=16, resume=True)
    with pytest.raises(KeyboardInterrupt):
        run(job, lambda: Stopping(120))
    assert "manifest.json" in files(store)
    assert f"out.{ending}" not in files(store)
    analyzer = FakeAnalyzer()
    run(job, lambda: analyzer)
    assert analyzer.given == ROWS - (16 + 32 + 64)
    assert files(store) == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_a_second_run_is_refused_and_a_dead_one_is_not_waited_for(store):
    store.pipe_file("/exports/in.csv", lines().encode())
    other = open_folder(f"{STORE}/out.csv")
    other.acquire()
    with pytest.raises(StemmeError, match="another run is writing the same output"):
        run(Job(f"{STORE}/in.csv", f"{STORE}/out.csv"), FakeAnalyzer)
    other.release()
    store.pipe_file("/exports/out.csv.run/lock", b"of one that died")
    assert run(Job(f"{STORE}/in.csv", f"{STORE}/out.csv"), FakeAnalyzer).rows == ROWS
    assert not [path for path in store.find("/exports") if ".run" in path]


def test_a_run_that_was_overtaken_leaves_the_output_to_the_other(tmp_path, store):
    store.pipe_file("/exports/in.csv", lines().encode())
    with pytest.raises(StemmeError, match="another run has taken the output over"):
        run(Job(f"{STORE}/in.csv", f"{STORE}/out.csv", batch_size=16), Overtaken)
    assert files(store)["lock"] == b"of another"
    assert "manifest.json" in files(store)
    assert "out.csv" not in files(store)

    folder = open_folder(f"{STORE}/next.csv")
    folder.acquire()
    (tmp_path / "results").write_bytes(b"ours")
    store.rm_file("/exports/next.csv.run/lock")  # the other one is done already
    with pytest.raises(StemmeError, match="wait for it, or give another name with -o"):
        folder.land({tmp_path / "results": f"{STORE}/next.csv"})
    folder.release()
    assert not store.exists("/exports/next.csv")


def test_an_existing_output_is_overwritten_with_force_only(store):
    store.pipe_file("/exports/in.csv", lines().encode())
    store.pipe_file("/exports/in.stemme.csv", b"old")
    with pytest.raises(UsageError, match="exists already"):
        run(Job(f"{STORE}/in.csv"), FakeAnalyzer)
    with pytest.raises(UsageError, match="the export itself"):
        run(Job(f"{STORE}/in.csv", f"{STORE}/in.csv", force=True), FakeAnalyzer)
    run(Job(f"{STORE}/in.csv", force=True), FakeAnalyzer)
    assert store.cat_file("/exports/in.stemme.csv") != b"old"


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        (f"{STORE}/nothing.csv", None, "there is no such file"),
        (f"{STORE}/*.tsv", None, "no export there"),
        (f"{STORE}/broken.csv", None, "the file is binary"),
        ("nosuch://exports/in.csv", None, "nosuch"),
        ("https://localhost:1/in.csv", None, "https://localhost:1/in.csv"),
        (f"{STORE}/broken.pdf", None, "no format that is known"),
    ],
)
def test_what_goes_wrong_is_one_line_that_names_the_url(store, source, target, message):
    store.pipe_file("/exports/broken.csv", b"%PDF-1.7")
    store.pipe_file("/exports/broken.pdf", b"%PDF-1.7")
    with pytest.raises(StemmeError, match=message) as caught:
        run(Job(source, target), FakeAnalyzer)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(source.partition("*")[0])


def test_results_of_a_local_file_go_to_a_store_without_renaming_in_place(tmp_path, store):
    """A store that is not known to be atomic gets everything under another name first."""
    (tmp_path / "in.csv").write_text(lines(), "utf-8")
    (tmp_path / "far").mkdir()
    target = f"file://{tmp_path}/far/out.csv"
    run(Job(str(tmp_path / "in.csv"), target), FakeAnalyzer)
    run(Job(str(tmp_path / "in.csv"), str(tmp_path / "out.csv")), FakeAnalyzer)
    assert {path.name for path in (tmp_path / "far").iterdir()} == {"out.csv", "out.mentions.csv"}
    assert Path(tmp_path, "far", "out.csv").read_bytes() == (tmp_path / "out.csv").read_bytes()
