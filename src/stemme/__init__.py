"""Stemme reads what customers and businesses write, in many languages.

    >>> import stemme
    >>> analyzer = stemme.load()
    >>> analyzer("…").orientation

Names are imported when they are first used, so that `import stemme` stays cheap.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stemme.analysis import Analysis, Complaint, Need, Sentence
    from stemme.drawing import render
    from stemme.errors import StemmeError
    from stemme.pipeline import Analyzer, load

__version__ = "0.1.0"

_HOMES = {
    "Analysis": "stemme.analysis",
    "Analyzer": "stemme.pipeline",
    "Complaint": "stemme.analysis",
    "Need": "stemme.analysis",
    "Sentence": "stemme.analysis",
    "StemmeError": "stemme.errors",
    "load": "stemme.pipeline",
    "render": "stemme.drawing",
}

__all__ = ["Analysis", "Analyzer", "Complaint", "Need", "Sentence", "StemmeError", "load", "render"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
