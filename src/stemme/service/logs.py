"""Structured logs: one JSON object a line on standard error, never with a text that somebody sent."""

from __future__ import annotations

import logging
import sys
import time
import traceback
from typing import Any

import orjson

LOGGER = logging.getLogger("stemme.service")


class JsonLines(logging.Formatter):
    """Formats records as JSON. Of an exception the kind and the place are kept, not the message: it may quote texts."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["error"] = type(error).__name__
            line["at"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
            ]
        return orjson.dumps(line, default=str).decode()


def configure(level: int = logging.INFO) -> None:
    """Send the logs of the service, and the warnings of whatever is under it, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.captureWarnings(True)
    # Without a handler at the root, Python writes the warnings of others as they are.
    for name, least in {"": max(level, logging.WARNING), "stemme.service": level}.items():
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(least)
