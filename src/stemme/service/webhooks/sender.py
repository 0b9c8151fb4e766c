"""What is known of a help desk: how it signs, and what its payloads say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from stemme.service.refusals import RefusedError
from stemme.service.schema import refusal_of


@dataclass(frozen=True, slots=True)
class Message:
    """What a delivery says.

    Attributes:
        ticket_id: Of the ticket or conversation, as the help desk's interface takes it; None where it is of none.
        text: What the customer wrote; empty where the event has no text of a customer.
        delivery_id: What the help desk calls the delivery, the same when it is repeated; None where it has no name.
    """

    ticket_id: str | None = None
    text: str = ""
    delivery_id: str | None = None


class Sender(Protocol):
    """A help desk.

    Attributes:
        name: The last part of its path.
        keep_seconds: How long a delivery could be sent again and still be taken for authentic.
    """

    name: str
    keep_seconds: float

    def verify(self, headers: Mapping[str, str], body: bytes, now: float) -> bytes:
        """Return the signature of a delivery.

        Args:
            headers: By their names in lower case.
            body: As it was received.
            now: Seconds since 1970.

        Raises:
            RefusedError: 401, it is not authentic.
        """
        ...

    def read(self, headers: Mapping[str, str], body: bytes, now: float) -> Message:
        """Return what an authentic delivery says.

        Raises:
            RefusedError: 401, it is too old; 422, it is none of the documented payloads.
        """
        ...


class Payload(BaseModel):
    """A part of a payload. Help desks add fields as they like; numbers stand for ids as well as strings do."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


_Payload = TypeVar("_Payload", bound=Payload)


def loaded(body: bytes) -> dict[str, Any]:
    """Return a body as a JSON object.

    Raises:
        RefusedError: 422.
    """
    try:
        found = from_json(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, "the body is no JSON object")
    return found


def parsed(kind: type[_Payload], value: dict[str, Any]) -> _Payload:
    """Return a value as a payload.

    Raises:
        RefusedError: 422, naming the field.
    """
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise refusal_of(error) from None


def unauthentic(detail: str) -> RefusedError:
    """Return the refusal of a delivery that is not authentic."""
    return RefusedError(HTTPStatus.UNAUTHORIZED, detail, challenge="Webhook-Signature")


def joined(subject: str | None, body: str | None) -> str:
    """Return subject and body as paragraphs; a subject that is only the beginning of the body is left out."""
    subject, body = (subject or "").strip(), (body or "").strip()
    return body if body.startswith(subject.rstrip("….")) else f"{subject}\n\n{body}".strip()
