"""The command line: parses, calls, prints. One command a file, and nothing heavy imported before it is used.

To add a command, write its function in a file of its own and register it here; `reported` turns what goes
wrong into one line and an exit status.
"""

from __future__ import annotations

from typing import Annotated

import typer

from stemme.cli import annotate, corpus, errors
from stemme.cli.analyze import analyze
from stemme.cli.baselines import baselines
from stemme.cli.evaluate import evaluate
from stemme.cli.mcp import mcp
from stemme.cli.model import info
from stemme.cli.report import report
from stemme.cli.serve import add as add_key
from stemme.cli.serve import serve
from stemme.cli.train import train

app = typer.Typer(
    name="stemme",
    help="Reads what customers and businesses write, in many languages.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(errors.reported(analyze))
app.command()(errors.reported(report))
app.command()(errors.reported(train))
app.command()(errors.reported(evaluate))
app.command()(errors.reported(baselines))
app.command()(errors.reported(serve))
app.command()(errors.reported(mcp))

_corpus = typer.Typer(help="Gold records: checking, splitting, counting.", no_args_is_help=True)
_corpus.command()(errors.reported(corpus.check))
_corpus.command()(errors.reported(corpus.split))
_corpus.command()(errors.reported(corpus.stats))
_corpus.command()(errors.reported(corpus.shortcuts))
app.add_typer(_corpus, name="corpus")

_annotate = typer.Typer(help="Annotating in Label Studio: tasks out, gold records in.", no_args_is_help=True)
_annotate.command()(errors.reported(annotate.export))
_annotate.command()(errors.reported(annotate.config))
_annotate.command("import")(errors.reported(annotate.import_))
app.add_typer(_annotate, name="annotate")

_model = typer.Typer(help="The model that ships with the package, or another.", no_args_is_help=True)
_model.command()(errors.reported(info))
app.add_typer(_model, name="model")

_keys = typer.Typer(help="API keys of the service.", no_args_is_help=True)
_keys.command("add")(errors.reported(add_key))
_keys.callback()(lambda: None)
app.add_typer(_keys, name="keys")


def main() -> None:
    """Run the command line: the entry point of the installed `stemme`."""
    app()


def _version(wanted: bool) -> None:
    if wanted:
        from stemme import __version__

        typer.echo(f"stemme {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")] = False,
    version: Annotated[  # noqa: ARG001  (its callback does it)
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    errors.DEBUG.set(debug)
