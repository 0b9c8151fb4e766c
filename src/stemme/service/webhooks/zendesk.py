"""Zendesk: webhooks that are subscribed to ticket events, and those that triggers and automations call.

Signature: https://developer.zendesk.com/documentation/webhooks/verifying/
Headers: https://developer.zendesk.com/documentation/webhooks/anatomy-of-a-webhook-request/
Ticket events: `DOCUMENTATION`
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime

from stemme.service.webhooks.secrets import Secrets
from stemme.service.webhooks.sender import Message, Payload, joined, loaded, parsed, unauthentic

DOCUMENTATION = "https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events"
SIGNATURE = "X-Zendesk-Webhook-Signature"
TIMESTAMP = "X-Zendesk-Webhook-Signature-Timestamp"
INVOCATION = "X-Zendesk-Webhook-Invocation-Id"

CREATED = "zen:event-type:ticket.created"
COMMENTED = "zen:event-type:ticket.comment_added"


class Detail(Payload):
    """The ticket of an event."""

    id: str
    subject: str | None = None
    description: str | None = None


class Author(Payload):
    """Who wrote a comment."""

    is_staff: bool = False


class Comment(Payload):
    """A comment that was added."""

    body: str | None = None
    author: Author | None = None


class Change(Payload):
    """What an event changed."""

    comment: Comment | None = None


class Event(Payload):
    """A ticket event."""

    type: str
    id: str | None = None
    detail: Detail
    event: Change | None = None


class Ticket(Payload):
    """A ticket as a trigger or an automation sends it."""

    id: str
    subject: str | None = None
    description: str | None = None
    latest_comment: str | None = None


class TriggerBody(Payload):
    """The JSON body that docs/service.md gives for triggers and automations."""

    ticket: Ticket


class Zendesk:
    """Zendesk as a sender.

    Args:
        secrets: The signing secrets of the webhooks.
        window_seconds: How far the time of a signature may be from ours.
    """

    name = "zendesk"

    def __init__(self, secrets: Secrets, window_seconds: float) -> None:
        self._secrets = secrets
        self._window_seconds = window_seconds
        # A signature may be of a time that is still to come.
        self.keep_seconds = 2 * window_seconds

    def verify(self, headers: Mapping[str, str], body: bytes, now: float) -> bytes:
        """Return the signature: base64 of HMAC-SHA256 over the timestamp and the body.

        Raises:
            RefusedError: 401.
        """
        given, timestamp = headers.get(SIGNATURE.lower()), headers.get(TIMESTAMP.lower())
        if given is None or timestamp is None:
            raise unauthentic(f"a signature is needed: {SIGNATURE} and {TIMESTAMP}")
        try:
            signature = base64.b64decode(given, validate=True)
        except (binascii.Error, ValueError):
            signature = b""
        if not self._secrets.have_signed(timestamp.encode("latin-1") + body, "sha256", signature):
            raise unauthentic("the signature is not of this body and a secret that is known")
        if abs(now - _seconds(timestamp)) > self._window_seconds:
            raise unauthentic(f"the signature is more than {self._window_seconds:g} seconds from our time")
        return signature

    def read(self, headers: Mapping[str, str], body: bytes, now: float) -> Message:  # noqa: ARG002
        """Return what a delivery says; events that are not of a customer's text say nothing.

        Raises:
            RefusedError: 422.
        """
        found = loaded(body)
        invocation = headers.get(INVOCATION.lower())
        if "type" not in found:
            ticket = parsed(TriggerBody, found).ticket
            return Message(ticket.id, _written(ticket), invocation)
        if found["type"] not in (CREATED, COMMENTED):
            return Message(delivery_id=invocation)
        event = parsed(Event, found)
        if event.type == CREATED:
            text = joined(event.detail.subject, event.detail.description)
        else:
            text = _said(event.event.comment if event.event else None)
        return Message(event.detail.id, text, event.id or invocation)


def _seconds(timestamp: str) -> float:
    """Return a time in ISO 8601 as seconds since 1970, infinite where it is none."""
    try:
        found = datetime.fromisoformat(timestamp.replace("Z", "+00:00"))
    except ValueError:
        return float("inf")
    return found.timestamp() if found.tzinfo else float("inf")


def _written(ticket: Ticket) -> str:
    """Return the latest comment, or what the ticket began with: that is its first comment too."""
    comment, description = (ticket.latest_comment or "").strip(), (ticket.description or "").strip()
    return comment if comment and comment != description else joined(ticket.subject, description)


def _said(comment: Comment | None) -> str:
    """Return the text of a customer's comment, nothing where one of the staff wrote it."""
    if comment is None or (comment.author and comment.author.is_staff):
        return ""
    return (comment.body or "").strip()
