"""Examples for the description of the interface, one a language."""

from __future__ import annotations

from typing import Any

TEXTS = {
    "te": "పదేళ్లుగా మీ కస్టమర్లం, ముందు ముందు మా కుటుంబానికి ఏం కావాలో ఎవరూ ఆలోచించలేదు. ప్యాకేజీ తొమ్మిది రోజులు ఆలస్యంగా వచ్చింది!",
    "bn": "দশ বছর ধরে আপনাদের গ্রাহক, কেউ একবারও জানতে চায়নি আমাদের কী লাগবে। প্যাকেট নয় দিন দেরিতে এসেছে।",
    "nb": "Kunde siden 1998, og ingen har spurt hva vi trenger framover. Pakken kom ni dager for sent!",
    "et": "Olen klient olnud kaksteist aastat, aga keegi pole küsinud, mida vaja. Pakk jäi üheksa päeva hiljaks.",
    "zh": "我在你们这里开户十二年，从来没有人问过我们以后需要什么。包裹晚了九天才到！",
    "en": "After twelve years nobody has asked what we will need next. The parcel came nine days late!",
}

_NAMES = {"te": "Telugu", "bn": "Bengali", "nb": "Norwegian", "et": "Estonian", "zh": "Chinese", "en": "English"}


def requests() -> dict[str, dict[str, Any]]:
    """Return the bodies of `POST /v1/analyze`, as OpenAPI has examples."""
    one = {
        _NAMES[lang].lower(): {"summary": _NAMES[lang], "value": {"texts": [{"id": f"{lang}-1", "text": text}]}}
        for lang, text in TEXTS.items()
    }
    several = [{"id": f"{lang}-1", "text": text, "lang": lang} for lang, text in TEXTS.items()]
    return one | {
        "several": {
            "summary": "Several texts, offsets as JavaScript counts",
            "value": {"texts": several, "offset_unit": "utf16"},
        }
    }
