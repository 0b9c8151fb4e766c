"""`stemme annotate`: texts to annotators in Label Studio, and back as gold records."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from stemme.cli.errors import ROWS_LEFT_OUT
from stemme.cli.options import IdColumn, Model, TextColumn, language_tag
from stemme.errors import StemmeError, UsageError
from stemme.labels import DOMAINS, RECORD_KINDS

_SHOWN = 20
"""Lines about what is left out."""


class Offsets(str, Enum):
    """What the editor counts."""

    codepoint = "codepoint"
    utf16 = "utf16"


Force = Annotated[bool, typer.Option("--force", help="Overwrite OUT.")]


def export(
    source: Annotated[
        list[str],
        typer.Argument(
            metavar="IN...",
            help="Export as stemme analyze reads it, or its results: a table, or JSONL that keeps the input.",
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Tasks to import, .json.")],
    *,
    count: Annotated[
        int | None, typer.Option(min=1, help="The most uncertain texts, so many.", show_default="all texts")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the labelling interface as well, .xml.")
    ] = None,
    text_column: TextColumn = None,
    id_column: IdColumn = None,
    lang: Annotated[str | None, typer.Option(help="Language of all texts.", show_default="identified")] = None,
    model: Model = None,
    predictions: Annotated[
        bool, typer.Option(help="Write the model's answers as well; without them texts are annotated blind.")
    ] = True,
    offsets: Annotated[
        Offsets, typer.Option(help="What offsets count; Label Studio from before 2022 counts utf16.")
    ] = Offsets.codepoint,
    force: Force = False,
) -> None:
    """Write texts as tasks of Label Studio, the model's answers as predictions, the most uncertain first.

    A text that is blank or has come before, but for case and white space, is passed over. A row that cannot be read
    is named, and the exit status is 3.
    """
    import stemme
    from stemme.annotation.interface import labelling_config
    from stemme.annotation.tasks import most_uncertain, task
    from stemme.annotation.texts import open_texts
    from stemme.exports.reading import FOUND
    from stemme.exports.sources import find_sources

    sources = find_sources(source)
    _check_target(output, force, sources)
    if config:
        _check_target(config, force, (*sources, output))
    tag = None if lang is None else language_tag(lang)
    with open_texts(sources, text_column, id_column, FOUND) as texts:
        typer.echo(texts.column, err=True)
        chosen = most_uncertain(texts.analysed(stemme.load(model), tag), count)
    called = "stemme-base" if model is None else model.name
    tasks = [task(*pair, called, offsets.value) for pair in chosen]
    if not predictions:
        for made in tasks:
            del made["predictions"]
    if not tasks and not texts.problems:
        raise StemmeError(f"{', '.join(source)}: every text is blank; name their column with --text-column")
    if tasks:
        _write(output, json.dumps(tasks, ensure_ascii=False, indent=1))
        if config:
            _write(config, labelling_config())
    written = f"{len(tasks):,} tasks" if tasks else "nothing was written"
    passed = f"; passed over: {texts.blank:,} blank, {texts.repeated:,} repeated"
    typer.echo(f"{output}: {written}{passed if texts.blank or texts.repeated else ''}", err=True)
    _name_left_out(texts.problems)


def config() -> None:
    """Print the labelling interface, to be pasted into Label Studio's project settings (Labeling Interface, Code)."""
    from stemme.annotation.interface import labelling_config

    typer.echo(labelling_config(), nl=False)


def import_(
    annotations: Annotated[Path, typer.Argument(metavar="IN", help="What Label Studio has exported as JSON.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Gold records, .jsonl.")],
    domain: Annotated[str, typer.Option(help=f"Line of business: {', '.join(DOMAINS)}.")],
    kind: Annotated[str, typer.Option(help=f"Of the texts: {' or '.join(RECORD_KINDS)}.")] = "comment",
    lang: Annotated[
        str | None, typer.Option(help="Language of all texts.", show_default="as it was found at the export")
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(help="Of all records: train, dev or test.", show_default="as stemme corpus split gives it"),
    ] = None,
    force: Force = False,
) -> None:
    """Make gold records of annotated tasks.

    Of several annotations of a task the last one is taken. An annotation that a record cannot hold is named with the
    remedy, and the exit status is 3.
    """
    from stemme.annotation.annotated import read_annotations
    from stemme.corpus.split import SHARES

    known_domain = next((name for name in DOMAINS if name == domain), None)
    known_kind = next((name for name in RECORD_KINDS if name == kind), None)
    if known_domain is None:
        raise UsageError(f"--domain {domain!r}: not known; write one of {', '.join(DOMAINS)}")
    if known_kind is None:
        raise UsageError(f"--kind {kind!r}: write {' or '.join(RECORD_KINDS)}")
    if split not in (None, *SHARES):
        raise UsageError(f"--split {split!r}: write one of {', '.join(SHARES)}")
    _check_target(output, force, [annotations])
    found = read_annotations(annotations, known_domain, known_kind, None if lang is None else language_tag(lang))
    if not found.records and not found.refused:
        raise StemmeError(f"{annotations}: nobody has annotated any of its {found.skipped:,} tasks yet")
    if found.records:
        records = [record | ({"split": split} if split else {}) for record in found.records]
        _write(output, "".join(json.dumps(r, ensure_ascii=False, separators=(",", ":")) + "\n" for r in records))
    notes = [f"{found.skipped:,} skipped or not annotated"] if found.skipped else []
    notes += [f"{found.several:,} annotated several times (the last counts)"] if found.several else []
    written = f"{len(found.records):,} records" if found.records else "nothing was written"
    typer.echo("; ".join([f"{output}: {written}", *notes]), err=True)
    _name_left_out([f"{annotations}: task {number}: {message}" for number, message in found.refused])


def _name_left_out(problems: list[str]) -> None:
    from stemme.exports.printable import printable

    for line in problems[:_SHOWN]:
        typer.echo(printable(line), err=True)
    if len(problems) > _SHOWN:
        typer.echo(f"and {len(problems) - _SHOWN:,} more", err=True)
    if problems:
        raise typer.Exit(ROWS_LEFT_OUT)


def _check_target(path: Path, force: bool, others: Iterable[str | Path]) -> None:
    """Refuse a file that cannot be written, or is one of the others that the command reads or writes."""
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name a file")
    if any(_same(path, Path(other)) for other in others):
        raise UsageError(f"{path}: is also read or written by this command; name another file")
    if path.exists() and not force:
        raise UsageError(f"{path}: is there already; overwrite it with --force")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the folder {path.parent} does not exist")


def _same(one: Path, other: Path) -> bool:
    # The files need not be there yet, and may be there under two names.
    return one.resolve() == other.resolve() or (one.exists() and other.exists() and one.samefile(other))


def _write(path: Path, text: str) -> None:
    """Write a file whole: what was there stays until all is written."""
    data = text.encode("utf-8")
    if path.exists() and not path.is_file():  # a device or a pipe
        path.write_bytes(data)
        return
    path = path.resolve()  # a link stays one
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as error:
        raise StemmeError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)
