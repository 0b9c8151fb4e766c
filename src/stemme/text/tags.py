"""Language tags as users write them."""

from __future__ import annotations

import re

PATTERN = "^[A-Za-z]{2,3}(-[A-Za-z]{4})?$"
"""A language, and a script where it is not the usual one: the BCP 47 tags that Stemme writes."""

EXAMPLES = "te, bn, nb, nn, et, zh, zh-Hant, en or another of BCP 47"


def normal(tag: str) -> str | None:
    """Return a tag in its usual case (`zh-Hant`), None where it is none."""
    if not re.fullmatch(PATTERN, tag) or tag.endswith("\n"):
        return None
    language, _, script = tag.partition("-")
    return language.lower() + (f"-{script.title()}" if script else "")
