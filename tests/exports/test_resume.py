"""Runs that stop at any moment and go on: nothing lost, nothing doubled, the same bytes."""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_analyzer import FakeAnalyzer

import stemme
from stemme.errors import StemmeError, UsageError
from stemme.exports import fingerprint, job
from stemme.exports.folders import open_folder
from stemme.exports.job import Job, run
from stemme.exports.parts import cut
from stemme.exports.reader import Row
from stemme.exports.reading import Reading
from stemme.exports.store import Store

ROWS = 700
ENDINGS = ["csv", "csv.gz", "jsonl", "jsonl.zst", "parquet", "xlsx"]


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


@pytest.fixture
def source(tmp_path) -> Path:
    path = tmp_path / "in.csv"
    lines = (f"{n},Pakken kom {n} dager for sent! Ingen svarte på e-post nummer {n % 50}.\n" for n in range(ROWS))
    path.write_text("id,comment\n" + "".join(lines) + "too,many,cells\n", encoding="utf-8")
    return path


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def interrupted(work: Job, after: int) -> list[str]:
    said: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        run(work, lambda: Stopping(after), say=said.append)
    return said


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_interrupted_run_ends_in_the_same_bytes(tmp_path, source, ending):
    work, whole = tmp_path / "work", tmp_path / "whole"
    work.mkdir()
    whole.mkdir()
    run(Job(str(source), str(whole / f"out.{ending}"), batch_size=16), FakeAnalyzer)
    target = str(work / f"out.{ending}")
    for after in (100, 150, 300):
        said = interrupted(Job(str(source), target, batch_size=16, resume=True), after)
        assert said[-1].endswith("rows; go on with the same command and --resume")
        assert [path.name for path in work.iterdir()] == [f"out.{ending}.run"]
    analyzer = FakeAnalyzer()
    summary = run(Job(str(source), target, batch_size=16, resume=True), lambda: analyzer)
    assert (summary.rows, summary.problems) == (ROWS, 1)
    assert analyzer.given == ROWS - (16 + 32 + 64 + 128), "what was done was not done again"
    assert files(work) == files(whole)


def test_parts_end_by_rows_and_characters_alone():
    rows = [Row(n, {"text": "x" * (n % 7) * 100}) for n in range(1, 400)]
    parts = list(cut(rows, "text", 4, 64, 5000))
    assert [row for part in parts for row in part.rows] == rows
    assert all(sum(map(len, part.texts)) <= 5000 or len(part.rows) == 1 for part in parts)
    assert [len(part.rows) for part in parts[:3]] == [4, 8, 16]
    assert [part.number for part in parts] == list(range(len(parts)))
    assert len(next(cut([Row(1, {"text": "x" * 9000}), Row(2, {"text": ""})], "text", 4, 64, 5000)).rows) == 1


def test_rows_with_long_cells_beside_the_text_make_small_parts(monkeypatch):
    monkeypatch.setattr("stemme.exports.parts.MOST_HELD", 5000)
    rows = [Row(n, {"text": "kort", "mail": "<p>" + "x" * 1000}) for n in range(1, 40)]
    assert {len(part.rows) for part in cut(rows, "text", 16)} == {4, 3}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"lang": "nn"}, "--lang was not given and is nn now"),
        ({"batch_size": 8}, "--batch-size was 16 and is 8 now"),
        ({"keep_input": True}, "--keep-input was False and is True now"),
        ({"text_column": "id"}, "--text-column was comment and is id now"),
        ({"reading": Reading(encoding="utf-8")}, "--encoding was not given and is utf-8 now"),
    ],
)
def test_other_options_are_refused_with_the_reason(source, change, reason):
    given = {"source": str(source), "batch_size": 16}
    interrupted(Job(**given), 100)
    with pytest.raises(UsageError, match=f"cannot be resumed: {reason}; start over with --force"):
        run(Job(**given | change, resume=True), lambda: pytest.fail("loaded"))
    assert run(Job(**given, resume=True), FakeAnalyzer).rows == ROWS


def test_another_input_model_or_code_is_refused_with_the_reason(source, monkeypatch):
    unfinished = Job(str(source), batch_size=16, resume=True)
    interrupted(unfinished, 100)
    before = source.read_bytes()
    source.write_bytes(before.replace(b"Pakken", b"Vognen", 1))
    with pytest.raises(UsageError, match=r"in\.csv has changed since"):
        run(unfinished, FakeAnalyzer)
    source.write_bytes(before)
    monkeypatch.setattr(FakeAnalyzer, "fingerprint", "another")
    with pytest.raises(UsageError, match="cannot be resumed: the model or its --min-score is another one"):
        run(unfinished, FakeAnalyzer)
    monkeypatch.undo()
    code = fingerprint.of_code()
    monkeypatch.setattr(fingerprint, "of_code", lambda: code | {"onnxruntime": "9"})
    with pytest.raises(UsageError, match=r"the version of onnxruntime was \S+ and is 9 now"):
        run(unfinished, FakeAnalyzer)
    monkeypatch.undo()
    assert run(unfinished, FakeAnalyzer).rows == ROWS


def test_an_unfinished_run_is_neither_continued_nor_thrown_away_unasked(source):
    interrupted(Job(str(source), batch_size=16), 100)
    with pytest.raises(UsageError, match="an unfinished run; go on with --resume, or start over with --force"):
        run(Job(str(source), batch_size=16), FakeAnalyzer)
    analyzer = FakeAnalyzer()
    run(Job(str(source), batch_size=16, force=True), lambda: analyzer)
    assert analyzer.given == ROWS
    assert not list(source.parent.glob("*.run"))


def test_resume_begins_where_there_is_nothing_to_resume(source):
    assert run(Job(str(source), resume=True), FakeAnalyzer).rows == ROWS
    with pytest.raises(UsageError, match="nothing to resume"):
        run(Job(str(source), resume=True), FakeAnalyzer)


def test_a_second_run_on_the_same_output_is_refused(source):
    other = Store(open_folder(str(source.with_name("in.stemme.csv"))))
    for options in ({}, {"force": True}, {"resume": True}):
        with pytest.raises(StemmeError, match="another run is writing the same output"):
            run(Job(str(source), **options), FakeAnalyzer)
    other.close()
    assert run(Job(str(source)), FakeAnalyzer).rows == ROWS


def test_a_damaged_part_is_done_again(source):
    run(Job(str(source), str(source.with_name("whole.csv")), batch_size=16), FakeAnalyzer)
    interrupted(Job(str(source), batch_size=16), 300)
    parts = sorted(source.with_name("in.stemme.csv.run").glob("part-*"))
    assert len(parts) >= 4
    parts[0].write_bytes(parts[0].read_bytes()[:-20])
    parts[1].write_bytes(b"")
    data = bytearray(parts[2].read_bytes())
    data[len(data) // 2] ^= 255
    parts[2].write_bytes(data)
    parts[3].write_bytes(parts[0].read_bytes())
    run(Job(str(source), batch_size=16, resume=True), FakeAnalyzer)
    assert source.with_name("in.stemme.csv").read_bytes() == source.with_name("whole.csv").read_bytes()


def test_a_manifest_of_another_layout_is_refused(source):
    interrupted(Job(str(source), batch_size=16), 100)
    source.with_name("in.stemme.csv.run").joinpath("manifest.json").write_text('{"version": 99}')
    with pytest.raises(UsageError, match="cannot be resumed"):
        run(Job(str(source), batch_size=16, resume=True), FakeAnalyzer)


def test_an_input_that_changes_under_the_run_is_noticed(source):
    class Changing(FakeAnalyzer):
        def pipe(self, texts, **options):
            os.utime(source, ns=(1, 1))
            return super().pipe(texts, **options)

    with pytest.raises(StemmeError, match="changed while it was being read"):
        run(Job(str(source)), Changing)
    assert not source.with_name("in.stemme.csv").exists()


@pytest.mark.parametrize("where", ["part", "results"])
def test_a_full_disk_ends_it_and_what_is_done_is_kept(source, monkeypatch, where):
    run(Job(str(source), str(source.with_name("whole.csv")), batch_size=16), FakeAnalyzer)
    calls = itertools.count()

    def full(*_):
        if next(calls) >= (6 if where == "part" else 0):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if where == "part":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(job.Outputs, "write", full)
    said: list[str] = []
    with pytest.raises(OSError, match="No space left"):
        run(Job(str(source), batch_size=16), FakeAnalyzer, say=said.append)
    assert "go on with the same command and --resume" in said[-1]
    monkeypatch.undo()
    run(Job(str(source), batch_size=16, resume=True), FakeAnalyzer)
    assert source.with_name("in.stemme.csv").read_bytes() == source.with_name("whole.csv").read_bytes()


PROCESS = f"""
import sys, time
sys.path[:0] = [{str(Path(__file__).parent)!r}]
from fake_analyzer import FakeAnalyzer
from stemme.exports.job import Job, run

class Slow(FakeAnalyzer):
    def pipe(self, texts, **options):
        for analysis in super().pipe(texts, **options):
            time.sleep(0.0004)
            yield analysis

source, target = sys.argv[1:3]
print("begun", flush=True)
run(Job(source, target, batch_size=4, resume=True), Slow)
"""


def process(source: Path, target: Path, **options) -> subprocess.Popen:
    environment = os.environ | {"PYTHONPATH": str(Path(stemme.__file__).parents[1])}
    command = [sys.executable, "-c", PROCESS, str(source), str(target)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def test_killed_at_random_moments_nothing_is_lost_or_doubled(tmp_path, source):
    """SIGKILL from the first instant to the last, again and again, until a run comes through."""
    run(Job(str(source), str(tmp_path / "whole.csv"), batch_size=4), FakeAnalyzer)
    target = tmp_path / "out.csv"
    moments = random.Random(4)
    kills = 0
    while not target.exists() or kills < 20:
        target.unlink(missing_ok=True)
        for beside in ("out.mentions.csv", "out.csv.errors.jsonl"):
            tmp_path.joinpath(beside).unlink(missing_ok=True)
        running = process(source, target)
        assert running.stdout.read(6) == b"begun\n"
        # Lives grow longer, so that it ends on a slow machine too.
        time.sleep(moments.uniform(0, 0.5) * max(1.0, kills / 15))
        running.send_signal(signal.SIGKILL)
        _, errors = running.communicate(timeout=300)
        assert not errors, errors.decode()
        kills += running.returncode == -signal.SIGKILL
    with contextlib.suppress(UsageError):  # the last one may have come through
        run(Job(str(source), str(target), batch_size=4, resume=True), FakeAnalyzer)
    for name in ("{}.csv", "{}.mentions.csv", "{}.csv.errors.jsonl"):
        assert (tmp_path / name.format("out")).read_bytes() == (tmp_path / name.format("whole")).read_bytes()
    ids = [line.partition(",")[0] for line in target.read_text("utf-8").splitlines()[1:]]
    assert ids == [str(n) for n in range(ROWS)]


def test_a_file_system_that_takes_no_more_bytes(tmp_path, source):
    """Writing really fails in the middle of a file: a limit on the size of files stands for the full disk."""

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    target = tmp_path / "out.csv"
    run(Job(str(source), str(tmp_path / "whole.csv"), batch_size=4), FakeAnalyzer)
    _, errors = process(source, target, preexec_fn=limited).communicate(timeout=300)
    assert b"OSError" in errors
    assert not target.exists()
    run(Job(str(source), str(target), batch_size=4, resume=True), FakeAnalyzer)
    assert target.read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_the_manifest_says_what_the_run_depends_on(source):
    interrupted(Job(str(source), batch_size=16), 100)
    manifest = json.loads(source.with_name("in.stemme.csv.run").joinpath("manifest.json").read_text("utf-8"))
    assert list(manifest) == ["version", "input", "options", "code", "model"]
    assert manifest["input"][0]["name"] == "in.csv"
    assert manifest["input"][0]["bytes"] == source.stat().st_size
    assert manifest["code"]["stemme"].startswith(stemme.__version__)
    assert manifest["model"] == "fake"


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A disk of its own, with room for less than the results."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=64k", "stemme-test", str(folder)]
    try:
        mounted = subprocess.run(mounting, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_full(tmp_path, source, small_disk):
    run(Job(str(source), str(tmp_path / "whole.csv"), batch_size=4), FakeAnalyzer)
    assert (tmp_path / "whole.csv").stat().st_size > 1 << 16
    target = small_disk / "out.csv"
    _, errors = process(source, target).communicate(timeout=300)
    assert b"No space left on device" in errors
    assert not target.exists()
    for partial in small_disk.joinpath("out.csv.run").glob("part-*"):
        assert partial.stat().st_size, "what has its name is whole"
    subprocess.run(["mount", "-o", "remount,size=1m", str(small_disk)], check=True)
    run(Job(str(source), str(target), batch_size=4, resume=True), FakeAnalyzer)
    assert target.read_bytes() == (tmp_path / "whole.csv").read_bytes()
