"""`stemme model`: what a model is and knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import typer

from stemme.cli.options import Model


def info(
    model: Model = None,
) -> None:
    """Print what is known of a model: version, languages, labels, sizes, checksums."""
    from stemme.model.info import describe
    from stemme.pipeline import packaged_model

    for line in _lines(describe(model or packaged_model())):
        typer.echo(line)


def _lines(values: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield f"{indent}{name}:"
            yield from _lines(value, f"{indent}  ")
        else:
            shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
            yield f"{indent}{name}: {shown}"
