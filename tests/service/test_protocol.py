"""Clients that hold connections, send without end, or speak no HTTP: let go, in bounded memory, the service alive."""

from __future__ import annotations

import gc
import socket
import time

import psutil
import pytest
from harness import running, until

HEAD = b"POST /v1/analyze HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
BODY = b'{"texts": [{"text": "god dag"}]}'


@pytest.fixture
def service(held):
    with running(held, receive_seconds=0.5) as server:
        yield server


def connected(service) -> socket.socket:
    return socket.create_connection(service.address, timeout=600)


def rest(connection: socket.socket) -> bytes:
    received = b""
    try:
        while data := connection.recv(1 << 16):
            received += data
    except ConnectionResetError:
        pass
    return received


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"POST /v1/an",
        HEAD + b"X-Slow: 1",
        HEAD + b"Content-Length: 100\r\n\r\n{",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    ],
    ids=["nothing", "half a line", "half a head", "half a body", "half a chunk"],
)
def test_who_does_not_finish_is_let_go(service, sent):
    with connected(service) as connection:
        connection.sendall(sent)
        assert rest(connection).startswith(b"HTTP/1.1 408 ")
    assert service.analyze("god dag").status_code == 200


def test_a_slow_body_without_a_length_has_time_for_what_comes(service, monkeypatch):
    monkeypatch.setattr("stemme.service.protocol.LEAST_RATE", 10)
    with connected(service) as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        for byte in BODY:
            connection.sendall(b"1\r\n%c\r\n" % byte)
            time.sleep(0.05)
        connection.sendall(b"0\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 200"


def test_a_hundred_that_drip_are_let_go_and_others_served_meanwhile(service):
    dripping = [connected(service) for _ in range(100)]
    while dripping:
        for connection in list(dripping):
            try:
                connection.sendall(b"P")
            except OSError:
                connection.close()
                dripping.remove(connection)
        assert service.analyze("god dag").status_code == 200
        time.sleep(0.05)


def test_a_request_that_is_being_answered_is_not_cut_off_by_one_behind_it(held, service):
    held.go.clear()
    with connected(service) as connection:
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY + b"POST /v1/ana")
        until(lambda: held.batches)
        time.sleep(1.2)
        held.go.set()
        received = rest(connection)
    assert received.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in received


def test_a_head_without_end_is_cut_off(service):
    with connected(service) as connection:
        try:
            connection.sendall(b"GET / HTTP/1.1\r\n")
            for _ in range(200):
                connection.sendall(b"X-Long: " + b"a" * 1000 + b"\r\n")
        except OSError:
            pass
        assert rest(connection)[:12] in (b"HTTP/1.1 431", b"")
    assert service.analyze("god dag").status_code == 200


def test_a_body_of_100_mb_is_refused_in_bounded_memory(service):
    process = psutil.Process()
    block = b" " * (1 << 20)
    assert service.analyze("god dag").status_code == 200
    gc.collect()
    before = process.memory_info().rss
    most = 0
    with connected(service) as connection:
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % (100 << 20))
        try:
            for _ in range(100):
                connection.sendall(block)
                most = max(most, process.memory_info().rss)
        except OSError:
            pass
        else:
            assert rest(connection).startswith(b"HTTP/1.1 413 ")
    assert most - before < 30 << 20
    assert service.analyze("god dag").status_code == 200


def test_a_body_of_100_mb_without_a_length_is_refused_in_bounded_memory(service):
    process = psutil.Process()
    before = process.memory_info().rss
    most = 0
    with connected(service) as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(100):
                connection.sendall(b"%x\r\n" % (1 << 20) + b" " * (1 << 20) + b"\r\n")
                most = max(most, process.memory_info().rss)
            connection.sendall(b"0\r\n\r\n")
        except OSError:
            pass
        else:
            assert rest(connection).startswith(b"HTTP/1.1 413 ")
    assert most - before < 30 << 20
    assert service.analyze("god dag").status_code == 200


def test_an_answer_that_nobody_takes_is_thrown_away(service):
    """A large answer stops at a client that does not read; the connection must not stay for ever."""
    texts = b",".join(b'{"text": "%b"}' % (b"Ord og ord. " * 40) for _ in range(400))
    body = b'{"texts": [' + texts + b"]}"
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(service.address)
    with connection:
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        until(lambda: service.state.metrics.open._value.get() == 1)
        until(lambda: service.state.metrics.open._value.get() == 0)
        until(lambda: not service.state.metrics.open._value.get() and is_reset(connection))


def is_reset(connection: socket.socket) -> bool:
    try:
        connection.send(b"x")
    except (ConnectionResetError, BrokenPipeError):
        return True
    return False


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=range(7),
)
def test_what_is_no_http_gets_no_answer_but_a_refusal(service, sent):
    with connected(service) as connection:
        connection.sendall(sent)
        assert rest(connection)[:11] == b"HTTP/1.1 40"
    assert service.analyze("god dag").status_code == 200


def test_so_many_connections_are_open(held):
    with running(held, max_connections=3) as server:
        others = [connected(server) for _ in range(3)]
        with connected(server) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert rest(connection).startswith(b"HTTP/1.1 503 ")
        for other in others:
            other.close()
        until(lambda: server.client.get("/healthz").status_code == 200)
