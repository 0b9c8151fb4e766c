"""Bodies of requests and answers. Fields and labels of a result come from `stemme.analysis`; none is named here."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo, create_model

from stemme import labels
from stemme.analysis import Analysis
from stemme.service.refusals import SHOWN, RefusedError, too_many_texts
from stemme.text.tags import PATTERN
from stemme.text.units import Unit

_NAME_SHOWN = 60

_MOST_ERRORS = 5000
"""Errors that pydantic is asked to describe: it describes all or none, and holds up everything else meanwhile."""


class TextIn(BaseModel):
    """A text to analyse."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: Annotated[str, Field(description="Any text; it may be empty.")]
    id: Annotated[
        str | None, Field(max_length=200, description="Comes back with the result; by default the row from 1.")
    ] = None
    lang: Annotated[
        str | None,
        Field(pattern=PATTERN, description="BCP 47 tag where the language is known; else it is identified."),
    ] = None


def _counted(texts: object, info: ValidationInfo) -> object:
    """Refuse too many texts before any of them is looked at; each that is wrong would be an error of its own."""
    if isinstance(texts, list) and info.context is not None and len(texts) > info.context:
        raise too_many_texts(len(texts), info.context)
    return texts


class AnalyzeRequest(BaseModel):
    """Texts to analyse."""

    model_config = ConfigDict(extra="forbid", strict=True)

    texts: Annotated[list[TextIn], Field(min_length=1), BeforeValidator(_counted)]
    offset_unit: Annotated[
        Unit,
        Field(
            description="What offsets count: code points, code units of UTF-16 (JavaScript, Java) or bytes of UTF-8."
        ),
    ] = "codepoint"


_HINTS = get_type_hints(Analysis)
_FIELDS: dict[str, Any] = {
    field.name: (_HINTS[field.name], ...) for field in dataclasses.fields(Analysis) if field.name != "text"
}

if TYPE_CHECKING:

    class Result(BaseModel):
        """The analysis of one text."""

else:
    Result = create_model("Result", __doc__="The analysis of one text.", id=(str, ...), **_FIELDS)


class AnalyzeResponse(BaseModel):
    """One result a text, in the order of the request."""

    results: list[Result]


class Labels(BaseModel):
    """Every label that a result can hold."""

    frames: tuple[labels.Frame, ...] = labels.FRAMES
    orientations: tuple[labels.Orientation, ...] = labels.ORIENTATIONS
    dimensions: tuple[labels.Dimension, ...] = labels.DIMENSIONS
    mention_kinds: tuple[labels.MentionKind, ...] = labels.MENTION_KINDS
    topics: tuple[labels.Topic, ...] = labels.TOPICS
    severities: tuple[labels.Severity, ...] = labels.SEVERITIES


class ProblemError(BaseModel):
    """One thing that is wrong."""

    row: int | None = None
    field: str | None = None
    reason: str


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    title: str
    status: int
    detail: str
    errors: list[ProblemError] = []


def parse(body: bytes, max_texts: int) -> AnalyzeRequest:
    """Read the body of a request.

    Args:
        body: As it was received.
        max_texts: Texts that it may have.

    Raises:
        RefusedError: 413, too many texts; 422, naming the row.
    """
    try:
        return AnalyzeRequest.model_validate_json(body, context=max_texts)
    except ValidationError as error:
        raise refusal_of(error) from None


def refusal_of(error: ValidationError) -> RefusedError:
    """Return what is wrong with a body as a refusal."""
    number = error.error_count()
    if number > _MOST_ERRORS:
        return RefusedError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"{number:,} things are wrong with the body, so none is named; send less to see which",
        )
    return described(error.errors(include_url=False, include_context=False, include_input=False))


def described(wrong: Iterable[Mapping[str, Any]]) -> RefusedError:
    """Return what pydantic finds wrong as a refusal that names the row; values are left out."""
    found = [_described(details["loc"], details["msg"]) for details in islice(wrong, SHOWN)]
    first = found[0]
    place = [f"row {first['row']}"] if "row" in first else []
    place += [first["field"]] if "field" in first else []
    return RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, ": ".join([*place, first["reason"]]), errors=found)


def _described(place: Sequence[int | str], reason: str) -> dict[str, Any]:
    row = {}
    if len(place) > 1 and place[0] == "texts" and isinstance(place[1], int):
        row = {"row": place[1] + 1}
        place = place[2:]
    field = {"field": ".".join(map(str, place))[:_NAME_SHOWN]} if place else {}
    return {**row, **field, "reason": reason}
