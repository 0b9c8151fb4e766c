"""What a help desk, or whoever stands between, is answered."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from stemme import labels
from stemme.analysis import Analysis
from stemme.service.schema import Result
from stemme.service.webhooks.sender import Message
from stemme.service.webhooks.tags import TAGS, fields_of, tags_of


class Fields(BaseModel):
    """Values for custom fields, all null where there was no text."""

    orientation: labels.Orientation | None = None
    balance: float | None = None
    lang: str | None = None
    top_need: str | None = None
    top_need_topic: labels.Topic | None = None
    top_complaint: str | None = None
    top_complaint_topic: labels.Topic | None = None
    severity: labels.Severity | None = None


class WebhookAnswer(BaseModel):
    """The analysis of what a customer wrote, with tags and fields for the ticket."""

    ticket_id: str | None
    text: Annotated[str, Field(description="What was analysed; offsets count its code points.")]
    tags: Annotated[list[str], Field(description=f"Of {', '.join(TAGS)}.")]
    fields: Fields
    analysis: Annotated[Result | None, Field(description="As /v1/analyze gives it; null where there was no text.")]


def answer_of(message: Message, analysis: Analysis | None) -> dict[str, Any]:
    """Return the answer to a delivery as plain values.

    Args:
        message: What it said.
        analysis: Of its text; None where it has none.
    """
    fields = Fields() if analysis is None else Fields(**fields_of(analysis))
    return {
        "ticket_id": message.ticket_id,
        "text": message.text,
        "tags": [] if analysis is None else tags_of(analysis),
        "fields": fields.model_dump(),
        "analysis": analysis and {"id": message.ticket_id or "1", **analysis.to_dict()},
    }
