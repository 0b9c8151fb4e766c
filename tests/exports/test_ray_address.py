"""Addresses at which there is no Ray cluster: one line, and soon; Ray itself tries for a quarter of an hour."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from samples import MODEL
from stemme.cli import app
from stemme.errors import StemmeError

pytest.importorskip("ray")

from stemme.exports import ray_cluster


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def port_of(server: socket.socket) -> int:
    return server.getsockname()[1]


def refused(address: str | None) -> str:
    start = time.monotonic()
    with pytest.raises(StemmeError) as caught, ray_cluster.connected(address):
        pass
    assert time.monotonic() - start < 15
    assert "\n" not in str(caught.value)
    return str(caught.value)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return port_of(server)


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_nothing_listens(scheme):
    address = f"{scheme}127.0.0.1:{free_port()}"
    assert refused(address) == f"--address {address}: no Ray cluster answers: Connection refused"


def test_the_address_of_the_environment_is_looked_at_as_well(monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", f"127.0.0.1:{free_port()}")
    assert "no Ray cluster answers: Connection refused" in refused(None)


def test_a_host_that_has_no_name():
    assert refused("nosuch.invalid:6379").startswith("--address nosuch.invalid:6379: no Ray cluster answers: ")


@pytest.mark.parametrize("address", ["nonsense", "host:", ":6379", "host:port", "host:70000", "http://host"])
def test_what_is_no_address(address):
    assert refused(address) == f"--address {address}: not an address of a Ray cluster; write it as host:6379"


def test_what_listens_says_nothing(listener, monkeypatch):
    monkeypatch.setattr(ray_cluster, "ANSWER_SECONDS", 0.3)
    assert refused(f"127.0.0.1:{port_of(listener)}").endswith("no Ray cluster answers: timed out")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"-ERR unknown command\r\n", b""])
def test_what_listens_is_something_else(listener, answer):
    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(100)
            connection.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    assert refused(f"127.0.0.1:{port_of(listener)}").endswith("what answers there is no Ray cluster")


def test_the_command_ends_with_one_line(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("id,comment\n1,Pakken kom for sent!\n", "utf-8")
    address = f"127.0.0.1:{free_port()}"
    command = ["analyze", str(source), "--model", str(MODEL), "-q", "--engine", "ray", "--address", address]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert f"--address {address}: no Ray cluster answers: Connection refused" in line
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"], "nothing is left of the run"
