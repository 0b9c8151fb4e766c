"""Exports and results on S3: a server of its own on this machine, reached as any other by way of the environment."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
import s3fs
from fake_analyzer import FakeAnalyzer
from moto import server
from test_remote import Stopping, lines

from stemme.errors import StemmeError
from stemme.exports import remote_folder
from stemme.exports.folders import open_folder
from stemme.exports.job import Job, run

ROWS = 300
BUCKET = "s3://exports"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    threaded = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    threaded.start()
    host, port = threaded.get_host_and_port()
    yield f"http://{host}:{port}"
    threaded.stop()


@pytest.fixture(autouse=True)
def store(endpoint, monkeypatch, tmp_path) -> Iterator[s3fs.S3FileSystem]:
    settings = {
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(remote_folder, "BEAT_SECONDS", 0.3)
    monkeypatch.setattr(remote_folder, "SETTLE_SECONDS", 0.0)
    s3fs.S3FileSystem.clear_instance_cache()
    system = s3fs.S3FileSystem()
    system.mkdir("exports")
    yield system
    with contextlib.suppress(FileNotFoundError):
        system.rm("exports", recursive=True)
    s3fs.S3FileSystem.clear_instance_cache()


def files(system) -> dict[str, bytes]:
    system.invalidate_cache()
    return {path.rpartition("/")[2]: system.cat_file(path) for path in system.find("exports")}


def test_results_mentions_and_errors_are_those_of_a_local_run(tmp_path, store):
    text = lines(rows=ROWS) + "too,many,cells\n"
    (tmp_path / "in.csv").write_text(text, "utf-8")
    run(Job(str(tmp_path / "in.csv")), FakeAnalyzer)
    store.pipe_file("exports/in.csv", text.encode())
    summary = run(Job(f"{BUCKET}/in.csv"), FakeAnalyzer)
    assert (summary.rows, summary.problems) == (ROWS, 1)
    assert files(store) == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(files(store)) == {"in.csv", "in.stemme.csv", "in.stemme.mentions.csv", "in.stemme.csv.errors.jsonl"}


@pytest.mark.parametrize("given", ["*.csv", ""], ids=["pattern", "folder"])
def test_patterns_and_folders(store, given):
    for number in (0, 1):
        store.pipe_file(f"exports/in/{number}.csv", lines(number * ROWS, ROWS).encode())
    summary = run(Job(f"{BUCKET}/in/{given}".rstrip("/"), f"{BUCKET}/out.jsonl"), FakeAnalyzer)
    assert summary.rows == 2 * ROWS
    found = files(store)["out.jsonl"].decode().splitlines()
    assert [line.partition(",")[0] for line in found] == [f'{{"id": "{n}"' for n in range(2 * ROWS)]


def test_an_interrupted_run_goes_on(tmp_path, store):
    (tmp_path / "in.csv").write_text(lines(rows=ROWS), "utf-8")
    run(Job(str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), batch_size=16), FakeAnalyzer)
    store.pipe_file("exports/in.csv", lines(rows=ROWS).encode())
    job = Job(f"{BUCKET}/in.csv", f"{BUCKET}/out.csv", batch_size=16, resume=True)
    with pytest.raises(KeyboardInterrupt):
        run(job, lambda: Stopping(120))
    assert "manifest.json" in files(store)
    assert "out.csv" not in files(store)
    analyzer = FakeAnalyzer()
    run(job, lambda: analyzer)
    assert analyzer.given == ROWS - (16 + 32 + 64)
    assert files(store) == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_a_second_run_is_refused(store):
    store.pipe_file("exports/in.csv", lines(rows=ROWS).encode())
    other = open_folder(f"{BUCKET}/out.csv")
    other.acquire()
    try:
        with pytest.raises(StemmeError, match="another run is writing the same output"):
            run(Job(f"{BUCKET}/in.csv", f"{BUCKET}/out.csv"), FakeAnalyzer)
    finally:
        other.release()
    assert run(Job(f"{BUCKET}/in.csv", f"{BUCKET}/out.csv"), FakeAnalyzer).rows == ROWS


def one_line(job: Job, names: str) -> str:
    with pytest.raises(StemmeError) as caught:
        run(job, FakeAnalyzer)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(names)
    return str(caught.value)


def test_a_bucket_that_is_not_there_is_one_line(store):
    assert "there is no such file" in one_line(Job("s3://nosuch/in.csv"), "s3://nosuch/in.csv")


def test_results_into_a_bucket_that_is_not_there_are_refused(store):
    store.pipe_file("exports/in.csv", lines(rows=ROWS).encode())
    one_line(Job(f"{BUCKET}/in.csv", "s3://nosuch/out.csv"), "s3://nosuch/out.csv")


def test_missing_credentials_are_one_line(store, monkeypatch):
    store.pipe_file("exports/in.csv", lines(rows=ROWS).encode())
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    s3fs.S3FileSystem.clear_instance_cache()
    assert "redentials" in one_line(Job(f"{BUCKET}/in.csv"), f"{BUCKET}/in.csv")
