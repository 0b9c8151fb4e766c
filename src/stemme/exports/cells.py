"""Values of cells in other dress: as text for CSV, ids and the analyser, as JSON for JSONL."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Mapping
from typing import Any

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def as_text(value: Any) -> str:  # noqa: PLR0911  (one return a type reads best)
    """Return the value as a cell of a text table would hold it; None is the empty text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        # Older Parquet writers leave text unmarked; what is no text is shown as digits.
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return value.hex()
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(as_json(value), ensure_ascii=False)
    return str(value)


def as_json(value: Any) -> Any:
    """Return the value as JSON can hold it: numbers stay numbers, NaN becomes null, dates become ISO text."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {as_text(name): as_json(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return as_text(value)


def encodable(text: str) -> str:
    """Return the text with lone surrogates, which no encoding can hold, as U+FFFD."""
    return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)
