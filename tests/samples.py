"""Texts of every language, mixed and hostile strings, and where things are: shared by the tests."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "models" / "stemme-base"
CORPORA = ROOT / "corpora"

TEXTS = {
    "te": "పదేళ్లుగా మీ కస్టమర్‌ని, ఒక్కసారి కూడా మా అవసరం అడగలేదు. ప్యాకేజీ తొమ్మిది రోజులు ఆలస్యంగా వచ్చింది! 😠",
    "bn": "দশ বছর ধরে আপনাদের গ্রাহক, কেউ একবারও জানতে চায়নি আমাদের কী লাগবে। প্যাকেট নয় দিন দেরিতে এসেছে।",
    "nb": "Kunde siden 1998, og ingen har spurt hva vi trenger framover. Pakken kom ni dager for sent!",
    "nn": "Eg har vore kunde i tolv år, men ingen har spurt kva me treng. Pakka kom ni dagar for seint.",
    "et": "Olen klient olnud kaksteist aastat, aga keegi pole küsinud, mida vaja. Pakk jäi üheksa päeva hiljaks.",
    "zh": "我在你们这里开户十二年，从来没有人问过我们以后需要什么。包裹晚了九天才到！",
    "zh-Hant": "我在你們這裡開戶十二年，從來沒有人問過我們以後需要什麼。包裹晚了九天才到！",
    "en": "After twelve years nobody has asked what we will need next. The parcel came nine days late!",
}

MIXED = {
    "emoji": "Pakken 📦 kom aldri 😡😡 👨‍👩‍👧‍👦 takk for ingenting",
    "code mix": "మీ app చాలా slow గా ఉంది, please dark mode పెట్టండి 🙏🏽",
    "scripts": "The 包裹 came late, দেরিতে, ఆలస్యంగా, liiga hilja.",
    "zwj": "র‍্যাব আর ক্ষ‌মতা — కస్టమర్‌ సర్వీస్‌ బాలేదు",
    "full width": "ＡＢＣ１２３　配送太慢！！！",
    "decomposed": "Se\u0301rie te\u0301le\u0301phone en panne, na\u0308gemist",
    "right to left": "الطرد وصل متأخرا تسعة أيام. The parcel came late.",
}

HOSTILE = {
    "empty": "",
    "blank": " \t\r\n\u3000\u2028 ",
    "lone surrogates": "kom \ud83d for sent \udc00\udfff",
    "NUL": "a\x00b\x00 pakken kom for sent",
    "controls": "".join(map(chr, range(32))),
    "zero width": "\u200b\u200c\u200d\ufeff\u2060",
    "emoji": "😀" * 10_000,
    "one word": "a" * 20_000,
    "marks": "e" + "\u0301" * 5_000,
    "bidi": "\u202e\u2066abc\u2069\u202c",
    "not a character": "\uffff\ufffe\U0010ffff",
}
