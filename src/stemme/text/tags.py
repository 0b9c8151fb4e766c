"""Language tags as users write them."""

from __future__ import annotations

import re

PATTERN = "^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$"
"""A language, a script where it is not the usual one, and a region: the BCP 47 tags that Stemme takes."""

_TRADITIONAL = ("TW", "HK", "MO")
"""Regions whose Chinese is written in the traditional script."""

EXAMPLES = "te, bn, nb, nn, et, zh, zh-Hant, en or another of BCP 47"


def normal(tag: str) -> str | None:
    """Return a tag in its usual case (`zh-Hant`) and without its region, None where it is none."""
    if not re.fullmatch(PATTERN, tag) or tag.endswith("\n"):
        return None
    language, *others = tag.split("-")
    script = next((part.title() for part in others if len(part) == 4), "")
    if not script and language.lower() == "zh" and others and others[0].upper() in _TRADITIONAL:
        script = "Hant"
    return language.lower() + (f"-{script}" if script else "")
