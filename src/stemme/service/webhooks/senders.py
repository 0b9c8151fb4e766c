"""The help desks that something is taken from: those whose secrets are known."""

from __future__ import annotations

from stemme.service.settings import Settings
from stemme.service.webhooks import secrets
from stemme.service.webhooks.intercom import Intercom
from stemme.service.webhooks.sender import Sender
from stemme.service.webhooks.zendesk import Zendesk


def configured(settings: Settings) -> list[Sender]:
    """Return the help desks whose secrets the settings name.

    Raises:
        StemmeError: A file of secrets cannot be read, or holds none.
    """
    found: list[Sender] = []
    if settings.zendesk_secrets is not None:
        known = secrets.read(settings.zendesk_secrets, "--zendesk-secrets")
        found.append(Zendesk(known, settings.webhook_seconds))
    if settings.intercom_secrets is not None:
        known = secrets.read(settings.intercom_secrets, "--intercom-secrets")
        found.append(Intercom(known, settings.max_text_characters))
    return found
