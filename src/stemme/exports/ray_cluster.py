"""The connection to a Ray cluster."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

import ray

from stemme.errors import StemmeError


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


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
