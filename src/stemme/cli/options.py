"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stemme.errors import UsageError

Model = Annotated[Path | None, typer.Option(help="Folder of an exported model.", show_default="the one of the package")]
Threads = Annotated[int | None, typer.Option(min=1, help="Threads of the network.", show_default="the cores there are")]
MinScore = Annotated[
    float, typer.Option(min=0.0, max=1.0, help="Leave out needs and complaints that are less sure than this.")
]
TextColumn = Annotated[str | None, typer.Option(help="Column of the texts.", show_default="found")]
IdColumn = Annotated[str | None, typer.Option(help="Column of the ids.", show_default='"id", else row number')]


def language_tag(lang: str) -> str:
    """Return the tag that was given with --lang in its usual case; UsageError where it is none."""
    from stemme.text import tags

    tag = tags.normal(lang)
    if tag is None:
        raise UsageError(f"--lang {lang!r}: not a language tag; write {tags.EXAMPLES}")
    return tag
