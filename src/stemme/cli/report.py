"""`stemme report`: a page that shows what an analysed export says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stemme.cli.options import TextColumn
from stemme.errors import UsageError


def report(
    results: Annotated[
        Path,
        typer.Argument(metavar="RESULTS", help="What `stemme analyze` wrote: a table, or JSONL with --keep-input."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="The page to write, .html.")],
    title: Annotated[str | None, typer.Option(help="Heading of the page.", show_default="name of RESULTS")] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(help="Column to count by, such as product; may be repeated.", show_default="found"),
    ] = None,
    text_column: TextColumn = None,
    id_column: Annotated[
        str | None, typer.Option(help="Column of the ids, as said to the analysis.", show_default='"id"')
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite OUT.")] = False,
) -> None:
    """Show results as one page that needs no network: totals, charts, quotations, and the texts behind each number."""
    from stemme.report.page import render
    from stemme.report.results import read_results

    if output.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"{output}: a report is a page; give it a name that ends in .html")
    if output.exists() and not force:
        raise UsageError(f"{output}: is there already; overwrite it with --force")
    page = render(read_results(results, text_column, id_column), title or results.stem, by or ())
    # What is cut short must not stand under the name of a page.
    partial = output.with_name(f"{output.name}.partial")
    try:
        partial.write_text(page, "utf-8")
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
    typer.echo(f"{output}: {output.stat().st_size / 1e3:,.0f} kB", err=True)
