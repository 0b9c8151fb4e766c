"""`stemme serve`: the HTTP service; `stemme keys`: who may use it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from stemme.cli.options import MinScore, Model, Threads
from stemme.service.settings import Settings

_DEFAULT = Settings()


def serve(
    host: Annotated[str, typer.Option(envvar="STEMME_HOST", help="Address to listen on.")] = _DEFAULT.host,
    port: Annotated[
        int, typer.Option(min=0, max=65535, envvar="STEMME_PORT", help="Port; 0 takes a free one.")
    ] = _DEFAULT.port,
    keys: Annotated[
        Path | None,
        typer.Option(
            envvar="STEMME_KEYS", help="File of API keys (stemme keys add).", show_default="no key, on loopback only"
        ),
    ] = _DEFAULT.keys,
    model: Model = None,
    threads: Threads = None,
    min_score: MinScore = 0.0,
    gather_ms: Annotated[
        float, typer.Option(min=0, max=1000, help="Milliseconds that a text waits for others at the most.")
    ] = _DEFAULT.gather_ms,
    max_body: Annotated[int, typer.Option(min=1, help="Bytes of a request.")] = _DEFAULT.max_body,
    max_texts: Annotated[int, typer.Option(min=1, help="Texts of a request.")] = _DEFAULT.max_texts,
    max_text_characters: Annotated[
        int, typer.Option(min=1, help="Characters of a text.")
    ] = _DEFAULT.max_text_characters,
    max_characters: Annotated[
        int, typer.Option(min=1, help="Characters of a request's texts together.")
    ] = _DEFAULT.max_characters,
    max_waiting_texts: Annotated[
        int, typer.Option(min=1, help="Texts that wait, of all requests.")
    ] = _DEFAULT.max_waiting_texts,
    max_waiting_characters: Annotated[
        int, typer.Option(min=1, help="Characters that wait, of all requests.")
    ] = _DEFAULT.max_waiting_characters,
    client_requests: Annotated[
        int, typer.Option(min=1, help="Requests of one API key at the same time.")
    ] = _DEFAULT.client_requests,
    request_seconds: Annotated[
        float, typer.Option(min=0.1, help="Seconds that a request may wait for its analysis.")
    ] = _DEFAULT.request_seconds,
    max_connections: Annotated[int, typer.Option(min=1, help="Open connections.")] = _DEFAULT.max_connections,
    receive_seconds: Annotated[
        float, typer.Option(min=0.1, help="Seconds that a client may take to send a request.")
    ] = _DEFAULT.receive_seconds,
    max_upload: Annotated[int, typer.Option(min=1, help="Bytes of an uploaded export.")] = _DEFAULT.max_upload,
    max_unpacked: Annotated[
        int, typer.Option(min=1, help="Bytes that an export may unpack to.")
    ] = _DEFAULT.max_unpacked,
    max_rows: Annotated[int, typer.Option(min=1, help="Rows of an uploaded export.")] = _DEFAULT.max_rows,
    file_jobs: Annotated[
        int, typer.Option(min=1, help="Exports that are analysed at the same time.")
    ] = _DEFAULT.file_jobs,
    file_seconds: Annotated[
        float, typer.Option(min=0.1, help="Seconds that the analysis of an export may take.")
    ] = _DEFAULT.file_seconds,
    shutdown_seconds: Annotated[
        float, typer.Option(min=0, help="Seconds that exports may go on after SIGTERM.")
    ] = _DEFAULT.shutdown_seconds,
    zendesk_secrets: Annotated[
        Path | None,
        typer.Option(
            envvar="STEMME_ZENDESK_SECRETS",
            help="File of signing secrets of Zendesk's webhooks, one a line: POST /v1/webhooks/zendesk.",
            show_default="nothing is taken from Zendesk",
        ),
    ] = _DEFAULT.zendesk_secrets,
    intercom_secrets: Annotated[
        Path | None,
        typer.Option(
            envvar="STEMME_INTERCOM_SECRETS",
            help="File of client secrets of Intercom's apps, one a line: POST /v1/webhooks/intercom.",
            show_default="nothing is taken from Intercom",
        ),
    ] = _DEFAULT.intercom_secrets,
    webhook_seconds: Annotated[
        float, typer.Option(min=1, max=86400, help="Seconds that the time of a webhook's signature may be off.")
    ] = _DEFAULT.webhook_seconds,
) -> None:
    """Answer over HTTP: POST /v1/analyze, POST /v1/analyze/file; all of it in /openapi.json.

    Ends on SIGTERM or Ctrl-C when everything that was accepted is answered.
    """
    given = locals()
    settings = Settings(**{field.name: given[field.name] for field in dataclasses.fields(Settings)})
    settings.check()

    import stemme
    from stemme.model.info import describe
    from stemme.pipeline import packaged_model
    from stemme.service.app import create_app
    from stemme.service.server import serve

    about = describe(model or packaged_model())
    del about["folder"]
    analyzer = stemme.load(model, threads, min_score)
    analyzer("warm")  # what is loaded at the first use is loaded now
    serve(create_app(settings, analyzer, about), settings)


def add(
    path: Annotated[Path, typer.Argument(metavar="KEYS", help="File of API keys; made where there is none.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who will use the key; the log will say it.")],
) -> None:
    """Make an API key and print it; only its hash is kept. To make it invalid, take its line out."""
    from stemme.service import keys

    typer.echo(keys.add(path, name))
