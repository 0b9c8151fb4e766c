"""What the service allows: every setting, its default, and which of them cannot be meant."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from stemme.errors import UsageError


@dataclass(frozen=True)
class Settings:
    """Where the service listens, who may use it, and its limits.

    Attributes:
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        keys: File of API keys as `stemme keys add` writes it; None asks for no key, on loopback only.
        gather_ms: How long a text that finds the model idle waits for others, in milliseconds.
        max_body: Bytes of the body of `POST /v1/analyze`.
        max_texts: Texts of a request.
        max_text_characters: Characters of a text.
        max_characters: Characters of all texts of a request.
        max_waiting_texts: Texts that wait for the model, of all requests together.
        max_waiting_characters: Characters that wait for the model.
        client_requests: Requests of one API key at the same time.
        request_seconds: How long a request may wait for its analysis.
        max_connections: Open connections.
        receive_seconds: How long a client may take to send a request, and to take its answer while it stands still.
        max_upload: Bytes of an uploaded export.
        max_unpacked: Bytes that an uploaded export may unpack to.
        max_rows: Rows of an uploaded export.
        file_jobs: Exports that are analysed at the same time.
        file_seconds: How long the analysis of an export may take.
        shutdown_seconds: How long exports may go on after the service was told to stop.
        zendesk_secrets: File of signing secrets of Zendesk's webhooks; None takes nothing from Zendesk.
        intercom_secrets: File of client secrets of Intercom's apps; None takes nothing from Intercom.
        webhook_seconds: How far the time of a webhook's signature may be from ours.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    keys: Path | None = None
    gather_ms: float = 2.0
    max_body: int = 1 << 20
    max_texts: int = 500
    max_text_characters: int = 100_000
    max_characters: int = 200_000
    max_waiting_texts: int = 4096
    max_waiting_characters: int = 500_000
    client_requests: int = 64
    request_seconds: float = 30.0
    max_connections: int = 1000
    receive_seconds: float = 30.0
    max_upload: int = 32 << 20
    max_unpacked: int = 256 << 20
    max_rows: int = 50_000
    file_jobs: int = 2
    file_seconds: float = 600.0
    shutdown_seconds: float = 30.0
    zendesk_secrets: Path | None = None
    intercom_secrets: Path | None = None
    webhook_seconds: float = 300.0

    def check(self) -> None:
        """Raise UsageError where the settings do not go together."""
        if self.keys is None and not is_loopback(self.host):
            raise UsageError(
                f"--host {self.host}: other machines can reach it, so API keys are needed; make one with "
                "stemme keys add KEYS NAME and give --keys KEYS, or listen on 127.0.0.1"
            )
        if self.max_waiting_characters < self.max_characters or self.max_waiting_texts < self.max_texts:
            raise UsageError("more must be allowed to wait than one request may hold, or some could never be answered")


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
