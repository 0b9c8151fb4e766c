"""SIGTERM under load: whatever was accepted is answered, and the process ends as one that has done its work."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from harness import until

import stemme

SOURCES = Path(stemme.__file__).parents[1]
REQUESTS = 40


@pytest.fixture
def go(tmp_path):
    return tmp_path / "go"


@pytest.fixture
def start(tmp_path, go):
    processes = []

    def begin(*options):
        log = tmp_path / "log"
        command = [sys.executable, str(Path(__file__).with_name("process.py")), str(go), "--port", "0", *options]
        with log.open("w") as file:
            process = subprocess.Popen(command, stderr=file, env=os.environ | {"PYTHONPATH": str(SOURCES)})
        processes.append(process)
        until(lambda: '"listening"' in log.read_text() or process.poll() is not None)
        return process, json.loads(log.read_text().splitlines()[0])["url"], log

    yield begin
    for process in processes:
        process.kill()
        process.wait()


def value(client, name):
    return float(re.search(rf"^{name} (\S+)$", client.get("/metrics").text, re.MULTILINE)[1])


def closed(url) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((httpx.URL(url).host, httpx.URL(url).port)) != 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_was_accepted_is_answered(start, go, number):
    process, url, log = start()
    with httpx.Client(base_url=url, timeout=600, trust_env=False) as client, ThreadPoolExecutor(REQUESTS) as pool:

        def ask(row):
            with httpx.Client(base_url=url, timeout=600, trust_env=False) as own:
                return own.post("/v1/analyze", json={"texts": [{"text": f"tekst {row}", "id": str(row)}]})

        answers = [pool.submit(ask, row) for row in range(REQUESTS)]
        # The one that asks is open as well.
        until(lambda: value(client, "stemme_requests_open") == REQUESTS + 1)
        process.send_signal(number)
        until(lambda: closed(url))
        assert process.poll() is None
        assert not any(answer.done() for answer in answers)
        go.touch()
        for row, answer in enumerate(answers):
            assert answer.result().status_code == 200
            assert answer.result().json()["results"][0]["id"] == str(row)
    assert process.wait(600) == 0
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert lines[-1]["message"] == "stopped"
    assert sum(line.get("path") == "/v1/analyze" and line["status"] == 200 for line in lines) == REQUESTS


def test_an_export_may_go_on_for_a_while_and_is_then_answered_too(start, go):
    process, url, _ = start("--shutdown-seconds", "0.3")
    with httpx.Client(base_url=url, timeout=600, trust_env=False) as client, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.post, "/v1/analyze/file", files={"file": ("a.csv", b"comment\nhei\nog hopp\n")})
        with httpx.Client(base_url=url, timeout=600, trust_env=False) as other:
            until(lambda: value(other, "stemme_batch_texts_count") == 1)
        process.send_signal(signal.SIGTERM)
        assert answer.result().status_code == 503
        assert "being stopped" in answer.result().json()["detail"]
        go.touch()  # the model is not interrupted in its work
    assert process.wait(600) == 0


@pytest.mark.parametrize("path", ["/v1/analyze", "/v1/analyze/file"])
def test_what_does_not_come_whole_is_not_waited_for(start, path):
    process, url, _ = start("--shutdown-seconds", "0.3")
    with socket.create_connection((httpx.URL(url).host, httpx.URL(url).port), timeout=600) as idle:
        kind = "multipart/form-data; boundary=b" if path.endswith("file") else "application/json"
        head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\nContent-Length: 900000\r\n\r\n--b\r\n"
        idle.sendall(head.encode())
        with httpx.Client(base_url=url, timeout=600, trust_env=False) as client:
            until(lambda: value(client, "stemme_requests_open") == 2)
        process.send_signal(signal.SIGTERM)
        assert idle.recv(100).startswith(b"HTTP/1.1 503 ")
    assert process.wait(20) == 0


@pytest.mark.parametrize("boundary", [b"", '"é"'.encode("latin-1"), b"b"])
def test_every_line_of_the_log_is_an_object_whoever_writes_it(start, boundary):
    process, url, log = start()
    kind = {"Content-Type": b"multipart/form-data; boundary=" + boundary}
    body = b"--b\r\n" + "మీ 包裹 📦".encode()
    answer = httpx.post(f"{url}/v1/analyze/file", content=body, headers=kind, timeout=600, trust_env=False)
    assert answer.status_code == 422
    process.send_signal(signal.SIGTERM)
    assert process.wait(600) == 0
    levels = [json.loads(line)["level"] for line in log.read_text().splitlines()]
    assert levels == ["info", "warning", "info", "info"]


def test_an_address_that_is_taken_is_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        go = tmp_path / "go"
        go.touch()
        done = subprocess.run(
            [
                sys.executable,
                str(Path(__file__).with_name("process.py")),
                str(go),
                "--port",
                str(taken.getsockname()[1]),
            ],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": str(SOURCES)},
            check=False,
        )
    assert done.returncode == 1
    assert "take another --port" in done.stderr
    assert "Traceback" not in done.stderr
