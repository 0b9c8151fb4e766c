"""`stemme mcp`: a server of the Model Context Protocol, for assistants."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from stemme.cli.options import Model, Threads


def mcp(
    http: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65535,
            metavar="PORT",
            help="Answer at http://127.0.0.1:PORT/mcp instead.",
            show_default="standard input and output",
        ),
    ] = None,
    model: Model = None,
    threads: Threads = None,
) -> None:
    """Answer an assistant over the Model Context Protocol: the tools analyze and labels."""
    import stemme
    from stemme.service.mcp import create_server
    from stemme.service.settings import Settings

    analyzer = stemme.load(model, threads)
    analyzer("warm")  # what is loaded at the first use is loaded now
    server = create_server(Settings(), analyzer)
    if http is None:
        # The server reads standard input in a thread, which no KeyboardInterrupt would end.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        server.run()
    else:
        server.run("streamable-http", host="127.0.0.1", port=http)
