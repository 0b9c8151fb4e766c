"""The connection to a Ray cluster."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import ray

from stemme.errors import StemmeError

ANSWER_SECONDS = 10.0
"""So long an address has to take a connection, and again to answer. Ray itself would try for a quarter of an hour."""

_GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
"""What begins an HTTP/2 connection, with settings that are empty."""

_SETTINGS = 4
"""The kind of frame that an HTTP/2 server, and so every part of Ray, sends first."""


@contextmanager
def connected(address: str | None) -> Iterator[None]:
    """Connect to a cluster while the block runs; a connection that is there already is used and left.

    Args:
        address: As Ray takes it; None for the cluster that this machine belongs to, else a new one of its own.

    Raises:
        StemmeError: There is none, or it has another version of Ray or Python.
    """
    if ray.is_initialized():
        yield
        return
    if named := address or os.environ.get("RAY_ADDRESS"):
        _check(named)
    # What customers write is nobody's business: a cluster that we start reports nothing to anyone.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        ray.init(address, log_to_driver=False, logging_level=logging.ERROR, configure_logging=False)
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        where = address or "this machine"
        raise StemmeError(f"--address {where}: no Ray cluster answers: {_first_line(error)}") from error
    try:
        yield
    finally:
        ray.shutdown()


def cores() -> int:
    """Return the cores of the cluster."""
    return int(ray.cluster_resources().get("CPU", 1))


def _check(address: str) -> None:
    """Raise StemmeError where an address is none, or nothing that could be Ray answers there."""
    if address in {"auto", "local"}:
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 1 << 16:
        raise StemmeError(f"--address {address}: not an address of a Ray cluster; write it as host:6379")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), ANSWER_SECONDS) as connection:
            if os.environ.get("RAY_USE_TLS", "0") != "0":  # then it answers only who has a certificate
                return
            connection.settimeout(ANSWER_SECONDS)
            connection.sendall(_GREETING)
            head = connection.recv(9)
    except OSError as error:
        raise StemmeError(f"--address {address}: no Ray cluster answers: {error.strerror or error}") from error
    if len(head) < 4 or head[3] != _SETTINGS:
        raise StemmeError(f"--address {address}: what answers there is no Ray cluster")


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
