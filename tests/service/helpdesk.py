"""Deliveries as help desks sign them, the signatures computed here and nowhere in the package."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import time
from datetime import datetime, timezone

import httpx

ZENDESK, INTERCOM = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==", "a86dr8yl-client-secret"
_numbers = itertools.count(1)


def stamp(seconds: float = 0) -> str:
    return datetime.fromtimestamp(time.time() + seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def zendesk_headers(body: bytes, timestamp: str | None = None, secret: str = ZENDESK) -> dict[str, str]:
    timestamp = timestamp or stamp()
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "X-Zendesk-Webhook-Signature": base64.b64encode(digest).decode(),
        "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
    }


def intercom_headers(body: bytes, secret: str = INTERCOM) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
    return {"Content-Type": "application/json", "X-Hub-Signature": f"sha1={digest}"}


def encoded(value) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()


def zendesk(server, value, timestamp: str | None = None, secret: str = ZENDESK, timeout: float = 600) -> httpx.Response:
    body = encoded(value)
    headers = zendesk_headers(body, timestamp, secret)
    return server.client.post("/v1/webhooks/zendesk", content=body, headers=headers, timeout=timeout)


def intercom(server, value, secret: str = INTERCOM) -> httpx.Response:
    body = encoded(value)
    return server.client.post("/v1/webhooks/intercom", content=body, headers=intercom_headers(body, secret))


def created(description: str, subject: str | None = None, **more):
    """A ticket event as the documentation shows it."""
    return {
        "account_id": 22129848,
        "detail": {"id": "5158", "subject": subject, "description": description, "status": "OPEN", "tags": ["vip"]},
        "event": {"meta": {"sequence": {"id": "A", "position": 1, "total": 1}}},
        "id": f"event-{next(_numbers)}",
        "subject": "zen:ticket:5158",
        "time": stamp(),
        "type": "zen:event-type:ticket.created",
        "zendesk_event_version": "2022-11-06",
        **more,
    }


def commented(body: str, *, is_staff: bool = False):
    comment = {"id": 9876543210, "body": body, "is_public": True, "author": {"id": 1, "is_staff": is_staff}}
    return created("første") | {"type": "zen:event-type:ticket.comment_added", "event": {"comment": comment}}


def notification(topic: str, item, **more):
    """A notification as the documentation shows it."""
    return {
        "type": "notification_event",
        "app_id": "a86dr8yl",
        "data": {"type": "notification_event_data", "item": item},
        "links": {},
        "id": f"notif_{next(_numbers)}",
        "topic": topic,
        "delivery_status": "pending",
        "delivery_attempts": 1,
        "created_at": int(time.time()),
        **more,
    }
