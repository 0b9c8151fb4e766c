"""HTML of messages as plain text."""

from __future__ import annotations

import html
import re
from http import HTTPStatus

import nh3

from stemme.service.refusals import RefusedError

_BREAKS = frozenset(
    {"article", "blockquote", "br", "dd", "div", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
    | {"li", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"}
)
"""Elements that begin or end a line; what stands around any other is one line."""

_TAG = re.compile(r"</?[a-z][^<>]*>")
_SPACE = re.compile(r"[ \t\r\f\v\xa0]+")
_LINES = re.compile(r" ?\n\s*")


def plain(source: str, limit: int) -> str:
    """Return the text of a piece of HTML, a line for every block.

    The parser is the one of browsers (html5ever, by nh3): a comment or a tag without end costs no more than any other
    text, which cannot be said of `html.parser`.

    Raises:
        RefusedError: 422, there are more characters than the limit.
    """
    if len(source) > limit:
        raise RefusedError(
            HTTPStatus.UNPROCESSABLE_ENTITY, f"{len(source):,} characters of HTML, and a text may have {limit:,}"
        )
    # What is left has these elements without attributes, and no other "<".
    found = nh3.clean(source.encode("utf-8", "replace").decode(), tags=set(_BREAKS), attributes={})
    found = html.unescape(_TAG.sub("\n", found))
    return _LINES.sub("\n", _SPACE.sub(" ", found)).strip()
