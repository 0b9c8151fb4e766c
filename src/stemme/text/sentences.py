"""Sentence boundaries, by rules, in every language.

Customer comments are not edited prose: a line break ends a sentence, an emoji closes the sentence before it,
capitals may be missing. The libraries measured (sentencex, ICU, spaCy, pysbd; see
`tests/benchmarks/language_table.py`) know books and newspapers better than chat, dates and lists, so the rules
are here: find every mark that may end a sentence, then ask what stands before and after it. All patterns are
linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stemme.text import abbreviations

_LINE = re.compile(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")

_PICTURE = (
    r"[\U0001F000-\U0001FAFF\u231A\u231B\u2328\u23CF\u23E9-\u23FA\u2600-\u27BF\u2B00-\u2BFF\u3030\u303D\u3297\u3299]"
)
_ARROW = r"[\u25B6\u25C0]\uFE0F"
"""Pictures only with the selector; without it they part the steps of a menu (`Settings ▶ Account`)."""
_EMOJI = (
    rf"(?:(?:{_PICTURE}|{_ARROW})[{_PICTURE[1:-1]}\uFE0F\u200D\u20E3\U000E0020-\U000E007F]*"
    r"|(?<!\w)[:;=]['-]?[()DPp/|](?!\w))"
)
_FACE = re.compile(
    r"[:;=\u2639\u263A\U0001F600-\U0001F64F\U0001F910-\U0001F92F\U0001F970-\U0001F97A\U0001F44D\U0001F44E]"
)
"""What stands at the end of a thought; other pictures may stand for a word (`the ☕ here`)."""
_HEARTS = re.compile(
    r"(?:[\u2661\u2665\u2763\u2764\U0001F493-\U0001F49F\U0001F5A4\U0001F90D\U0001F90E\U0001F9E1\U0001FA75-\U0001FA77]"
    r"\uFE0F?\s*)+"
)
_LOVER = re.compile(
    r"(?:i|we|jeg|eg|vi|jag|ma|me|mina|meie|ich|wir|నేను|మేము|మేం|nenu|memu|আমি|আমরা|ami|amra|मैं|हम|私は"
    r"|[我俺咱][们們]?|.*[都也超最])",
    re.IGNORECASE,
)
"""Who loves what follows, where a heart is the verb: `I ❤️ Oslo`, `నేను ❤️ ఈ షాప్`, `大家都❤️这家店`.

Where no capital can tell, a heart is far more often a full stop (`太好了❤️下次再来`). So it is the verb only after
the first person and nothing else, or after an adverb that Chinese cannot end with.
"""

_CLOSING = "\"'”’»›)]}」』】）》〉〕］｝"
_CLOSERS = re.escape(_CLOSING)
_ENDING = ".!?…‥。！？．｡।॥‼⁇⁈⁉؟۔"
_MARK = re.compile(
    rf"(?P<mark>[{_ENDING}]+)(?P<closing>[{_CLOSERS}]*)(?P<tail>(?:\s*{_EMOJI})*)"
    rf"|(?P<emoji>{_EMOJI}(?:\s*{_EMOJI})*)(?P<marked>(?:\s*|[{_CLOSERS}]*)[{_ENDING}][{_ENDING}{_CLOSERS}]*(?:\s*{_EMOJI})*)?"
)
_WIDE = frozenset("。！？．｡।॥‼⁇⁈⁉؟۔")
"""Marks that end a sentence wherever they stand: no abbreviation or number is written with them."""

CJK = r"\u2E80-\u9FFF\uF900-\uFAFF\uFF00-\uFFEF\U00020000-\U0003FFFF"
_UNSPACED = re.compile(rf"[{CJK}]")
"""Chinese and Japanese, whose sentences follow one another without a space."""

_CONTINUES = re.compile(r"\s*[,;:、，；：)\]]|%")
_NEXT = re.compile(r"[\s\"'«»“„‘(\[{*_#+–—-]*(\S?)")
_CODE = re.compile(r"(?:[A-Z]{1,4}[/-]?|(?:[A-Z]{2,4}|No|Nr|Rs)[.:]?\s)\d|(?:NOK|SEK|DKK|EUR|USD|GBP|INR|BDT)\b")
"""Capitals that begin no sentence: `ref. AB12`, `acct. No. 12`, `approx. Rs 500`, `2 mill. NOK`."""
_INITIAL = re.compile(r"\s*([^\s.]{1,6})\.")
_LAST_WORD = re.compile(r"[^\s(\[{\"'«“„‘]+\Z")
_LONGEST_WORD = 24
"""No abbreviation or number is longer; looking no further back keeps a text of a million marks linear."""

_ORDINALS = frozenset((
    "cs", "da", "de", "et", "fi", "fo", "hr", "hu", "is", "lt",
    "lv", "nb", "nn", "no", "pl", "sk", "sl", "sr", "sv", "tr",
))  # fmt: skip
"""Languages that write ordinal numbers with a full stop."""

_NUMBER = re.compile(r"\d[\d.–-]*|[IVXLC]+")
_ITEM = re.compile(
    r"\(?(?:(?:q|(?:chapter|figure|part|question|section|slide|step|table|figur|kapittel|tabell|trinn|joonis|"
    r"peatükk|samm|tabel)\s)?\d{1,3}|[^\W\d])",
    re.IGNORECASE,
)
"""What numbers an item of a list or a heading: `4. The hotfix`, `a. Scope`, `Table 2. Received`."""


def split(text: str, lang: str) -> list[tuple[int, int]]:
    """Return the sentences of a text as code-point offsets, end exclusive.

    They are in the order of the text, do not overlap, begin and end with no white space, hold no line break,
    and every character that is not white space is inside one. A sentence is never cut for its length.

    Args:
        text: Any string.
        lang: BCP 47 tag; it decides the abbreviations and whether `3.` may be an ordinal.
    """
    primary = lang.split("-", maxsplit=1)[0]
    spans = []
    for line in _LINE.finditer(text):
        start = line.start()
        for end in _ends(text, start, line.end(), primary):
            sentence = text[start:end]
            if stripped := sentence.strip():
                left = start + len(sentence) - len(sentence.lstrip())
                spans.append((left, left + len(stripped)))
            start = end
    return spans


def _ends(text: str, start: int, stop: int, lang: str) -> Iterator[int]:
    """Yield where the sentences of one line end, the end of the line last."""
    for match in _MARK.finditer(text, start, stop):
        if match.end() < stop and _is_boundary(text, start, match, lang):
            yield match.end()
            start = match.end()
    yield stop


def _is_boundary(text: str, start: int, match: re.Match[str], lang: str) -> bool:
    """Return whether the sentence that begins at `start` ends with `match`, after which its line goes on."""
    if _CONTINUES.match(text, match.end()):
        return False
    follows = _NEXT.match(text, match.end())
    after = follows.start(1) if follows else match.end()
    begins = text[after : after + 1].strip()
    if match["emoji"]:
        before = text[max(start, match.start() - _LONGEST_WORD) : match.start()]
        whole = match.start() - start <= _LONGEST_WORD and not match["marked"]
        if whole and _HEARTS.fullmatch(match["emoji"]) and _LOVER.fullmatch(before.strip()):
            return False
        ends = not begins.islower() or _FACE.match(match["emoji"]) or (match["marked"] and _spaced(text, match))
        return any(map(str.isalnum, before)) and bool(ends)
    if match["tail"] or not _WIDE.isdisjoint(match["mark"]):
        return not (match["closing"] and begins.islower())
    if match["mark"] == ".":
        return _spaced(text, match) and not (
            (match["closing"] and begins.islower()) or _is_inside(text, start, match.start(), after, lang)
        )
    return _spaced(text, match) and not _goes_on(match, begins, text[match.end()].isspace())


def _spaced(text: str, match: re.Match[str]) -> bool:
    """Return whether white space follows, or a script that has none between its sentences."""
    return text[match.end()].isspace() or _UNSPACED.match(text, match.end()) is not None


def _goes_on(match: re.Match[str], begins: str, space: bool) -> bool:
    """Return whether a run of marks stands inside a sentence: trailing off, a closed quotation, leader dots."""
    if set(match["mark"]) <= {".", "…"}:
        leader = len(match["mark"]) >= 3 and begins.isdigit()
        return begins.islower() or leader or not space
    return bool(match["closing"]) and begins.islower()


def _is_inside(text: str, start: int, stop: int, after: int, lang: str) -> bool:
    """Return whether a full stop at `stop` belongs to the word before it: abbreviation, initial, ordinal, item.

    The next word begins at `after`.
    """
    found = _LAST_WORD.search(text, max(start, stop - _LONGEST_WORD), stop)
    if found is None:
        return False
    word, begins = found[0], text[after : after + 1]
    upper = begins.isupper()
    if stop - start <= _LONGEST_WORD and _ITEM.fullmatch(text[start:stop].strip()):
        return True
    if _NUMBER.fullmatch(word) and lang in _ORDINALS:
        return not upper
    if len(word) == 1 and word.isupper():
        return upper
    if "." in word and word.replace(".", "").isalpha() and not upper:
        return True
    known = abbreviations.BY_LANGUAGE.get(lang, abbreviations.BY_LANGUAGE["en"])
    lowered = word.lower()
    starts = upper and not _CODE.match(text, after)
    if word.upper() == word.lower():  # no capitals in this script: any letter may begin a sentence
        starts = begins.isalpha()
    return (
        lowered in known.within
        or (lowered in known.before_number and begins.isdigit())
        or (lowered in known.often_last and not starts)
        or _is_initial(text, start, stop, word.rpartition(".")[2], known)
    )


def _is_initial(text: str, start: int, stop: int, word: str, known: abbreviations.Abbreviations) -> bool:
    """Return whether a word that may be an initial is one: what stands inside the sentence before it shows it."""
    if word not in known.beside_initial:
        return False
    before = text[max(start, stop - _LONGEST_WORD) : stop - len(word)].rstrip()
    following = _INITIAL.match(text, stop + 1)
    return (
        before.endswith(".")
        or before[-1:].isdigit()
        or (following is not None and following[1] in known.within | known.beside_initial)
    )
