"""Intercom: notifications of conversations and tickets.

Notifications: https://developers.intercom.com/docs/webhooks/webhook-notifications
Topics and models: `DOCUMENTATION`
Signature: https://developers.intercom.com/intercom-api-reference/v1.0/reference/signed-notifications
"""

from __future__ import annotations

import binascii
from collections.abc import Mapping

from stemme.service.webhooks.html import plain
from stemme.service.webhooks.secrets import Secrets
from stemme.service.webhooks.sender import Message, Payload, joined, loaded, parsed, unauthentic

DOCUMENTATION = "https://developers.intercom.com/docs/references/2.16/webhooks/webhook-models"
SIGNATURE = "X-Hub-Signature"
_SCHEME = "sha1="

CREATED = "conversation.user.created"
REPLIED = "conversation.user.replied"
TICKET = "ticket.created"

KEEP_SECONDS = 3 * 60 * 60
"""How old a notification may be. Intercom holds some back for up to two hours, and signs no time but that in it."""

_STAFF = ("admin", "bot", "team")


class Author(Payload):
    """Who wrote a message."""

    type: str | None = None


class Source(Payload):
    """A message: what a conversation began with, or a part of it."""

    subject: str | None = None
    body: str | None = None
    author: Author | None = None


class Parts(Payload):
    """The parts of a conversation that a notification is about."""

    conversation_parts: tuple[Source, ...] = ()


class Item(Payload):
    """A conversation or a ticket."""

    id: str
    source: Source | None = None
    conversation_message: Source | None = None
    conversation_parts: Parts | None = None
    ticket_attributes: dict[str, object] | None = None


class Data(Payload):
    """What a notification is about."""

    item: Item


class Notification(Payload):
    """A notification of one of the topics that are read."""

    topic: str
    id: str | None = None
    created_at: float | None = None
    data: Data


class Intercom:
    """Intercom as a sender.

    Args:
        secrets: The client secrets of the apps.
        max_characters: Of a text.
    """

    name = "intercom"
    keep_seconds = float(KEEP_SECONDS)

    def __init__(self, secrets: Secrets, max_characters: int) -> None:
        self._secrets = secrets
        self._max_characters = max_characters

    def verify(self, headers: Mapping[str, str], body: bytes, now: float) -> bytes:  # noqa: ARG002
        """Return the signature: `sha1=` and the hexadecimal HMAC-SHA1 over the body.

        Raises:
            RefusedError: 401.
        """
        given = headers.get(SIGNATURE.lower())
        if given is None:
            raise unauthentic(f"a signature is needed: {SIGNATURE}")
        try:
            signature = binascii.unhexlify(given.removeprefix(_SCHEME)) if given.startswith(_SCHEME) else b""
        except ValueError:
            signature = b""
        if not self._secrets.have_signed(body, "sha1", signature):
            raise unauthentic("the signature is not of this body and a secret that is known")
        return signature

    def read(self, headers: Mapping[str, str], body: bytes, now: float) -> Message:  # noqa: ARG002
        """Return what a notification says; topics that are not of a customer's text say nothing.

        Raises:
            RefusedError: 401, it is too old; 422.
        """
        found = loaded(body)
        if found.get("topic") not in (CREATED, REPLIED, TICKET):
            name = found.get("id")
            return Message(delivery_id=name if isinstance(name, str) else None)
        notification = parsed(Notification, found)
        if notification.created_at is not None and now - notification.created_at > KEEP_SECONDS:
            raise unauthentic(f"the notification is more than {KEEP_SECONDS:,} seconds old")
        item = notification.data.item
        if notification.topic == TICKET:
            given = item.ticket_attributes or {}
            texts = [given.get("_default_title_"), given.get("_default_description_")]
        else:
            message = _message(item, notification.topic) or Source()
            texts = [message.subject, message.body]
        return Message(item.id, joined(*map(self._plain, texts)), notification.id)

    def _plain(self, source: object) -> str:
        return plain(source, self._max_characters) if isinstance(source, str) else ""


def _message(item: Item, topic: str) -> Source | None:
    """Return what the customer wrote: the beginning of a conversation, or the latest reply of a customer."""
    if topic == CREATED:
        # Called `conversation_message` before version 2.0 of the interface.
        parts: tuple[Source | None, ...] = (item.source or item.conversation_message,)
    else:
        parts = item.conversation_parts.conversation_parts if item.conversation_parts else ()
    written = [part for part in parts if part and not (part.author and part.author.type in _STAFF)]
    return written[-1] if written else None
