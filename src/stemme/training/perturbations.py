"""Changes to a text that leave its labels what they are.

A perturbation takes the sentences of a text and returns the pieces of another: each with the number of the sentence
it came from, or None where it is new. It returns None where it has nothing to change.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import regex

from stemme.corpus.records import language_group, spaced
from stemme.training.perturbation_words import WORDS, Words


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence of a changed text; `source` is the number of the one it came from, `gap` stands before it."""

    text: str
    source: int | None
    gap: str


@dataclass(frozen=True, slots=True)
class Original:
    """The sentences of a text with what stands before each, and its language."""

    sentences: tuple[str, ...]
    gaps: tuple[str, ...]
    lang: str


Perturbation = Callable[[Original, random.Random], list[Piece] | None]
_Rewrite = Callable[[str, Words, random.Random], str]

_NO_WORDS = Words((), "", ("", ""), {}, ())
"""Of a language without `WORDS`; what needs none of them changes its texts as any other's."""

_EMOJI = ("😡", "🙏", "😊", "👍", "📦", "😂", "🤷‍♀️", "❤️")
_PUNCTUATION = regex.compile(r"(?<![\p{L}\p{N}])\p{P}+|\p{P}+(?![\p{L}\p{N}])|[，。！？；：、“”「」…—।]+")
_TYPO_EVERY = 25
"""Characters, as a reader counts them, that hold one typing mistake."""


def _rewritten(rewrite: _Rewrite) -> Perturbation:
    """Return the perturbation that rewrites each sentence by itself."""

    def perturb(original: Original, rng: random.Random) -> list[Piece] | None:
        words = WORDS.get(language_group(original.lang), _NO_WORDS)
        changed = [rewrite(sentence, words, rng) for sentence in original.sentences]
        if changed == list(original.sentences) or not all(map(str.strip, changed)):
            return None
        return _pieces(original, changed)

    return perturb


def _surrounded(lines: Callable[[Words, random.Random], tuple[Sequence[str], Sequence[str]]]) -> Perturbation:
    """Return the perturbation that sets lines before and after a text."""

    def perturb(original: Original, rng: random.Random) -> list[Piece] | None:
        words = WORDS.get(language_group(original.lang))
        if words is None:
            return None
        before, after = lines(words, rng)
        own = _pieces(original, original.sentences)
        own[0] = Piece(own[0].text, 0, "\n" if before else "")
        lead = [Piece(line, None, "\n" if number else "") for number, line in enumerate(before)]
        return [*lead, *own, *(Piece(line, None, "\n") for line in after)]

    return perturb


def inside(before: Sequence[str], after: Sequence[str]) -> Perturbation:
    """Return the perturbation that sets a text between the sentences of others, in paragraphs of their own."""

    def perturb(original: Original, rng: random.Random) -> list[Piece] | None:  # noqa: ARG001
        join = " " if spaced(original.lang) else ""
        own = _pieces(original, original.sentences)
        own[0] = Piece(own[0].text, 0, "\n\n" if before else "")
        lead = [Piece(text, None, join if number else "") for number, text in enumerate(before)]
        tail = [Piece(text, None, join if number else "\n\n") for number, text in enumerate(after)]
        return [*lead, *own, *tail]

    return perturb


def _pieces(original: Original, sentences: Sequence[str]) -> list[Piece]:
    return [Piece(s, n, gap) for n, (s, gap) in enumerate(zip(sentences, original.gaps, strict=True))]


def _swap_terms(sentence: str, words: Words, rng: random.Random) -> str:  # noqa: ARG001
    other: dict[str, str] = {}
    for centric, focused in words.terms:
        other.setdefault(centric.lower(), focused)
        other.setdefault(focused.lower(), centric)
    return _replaced(sentence, other)


def _mask_terms(sentence: str, words: Words, rng: random.Random) -> str:  # noqa: ARG001
    return _replaced(sentence, {form.lower(): words.mask for pair in words.terms for form in pair})


def _mix_english(sentence: str, words: Words, rng: random.Random) -> str:
    mixed = _replaced(sentence, {own.lower(): english for own, english in words.english.items()}, stems=True)
    lead = rng.choice(("ok so", "btw", "actually", "honestly"))
    return f"{lead} {mixed}"


def _replaced(sentence: str, forms: dict[str, str], stems: bool = False) -> str:
    """Replace whole forms; an ending in a script of its own may follow a stem."""
    if not forms:
        return sentence
    after = "" if stems else r"(?![a-zõäöüæøå])"
    choice = "|".join(regex.escape(form) for form in sorted(forms, key=len, reverse=True))
    found: str = regex.sub(
        rf"(?<![\p{{Latin}}\p{{Bengali}}\p{{Telugu}}])(?:{choice}){after}",
        lambda match: forms[match[0].lower()],
        sentence,
        flags=regex.IGNORECASE,
    )
    return found


def _typos(sentence: str, words: Words, rng: random.Random) -> str:  # noqa: ARG001
    """Swap, drop or double a letter here and there, never the first of a word."""
    letters = regex.findall(r"\X", sentence)
    places = [
        n for n in range(1, len(letters) - 1) if all(regex.match(r"\p{L}", letters[m]) for m in (n - 1, n, n + 1))
    ]
    for place in rng.sample(places, min(len(places), max(1, len(letters) // _TYPO_EVERY))):
        letter, following = letters[place], letters[place + 1]
        kind = rng.randrange(3)
        if kind == 0:
            letters[place], letters[place + 1] = following, letter
        else:
            letters[place] = "" if kind == 1 else letter * 2
    return "".join(letters)


def _no_punctuation(sentence: str, words: Words, rng: random.Random) -> str:  # noqa: ARG001
    return " ".join(_PUNCTUATION.sub(" ", sentence).split())


def _emoji(sentence: str, words: Words, rng: random.Random) -> str:  # noqa: ARG001
    spaces = [match.start() for match in regex.finditer(" ", sentence)]
    if spaces and rng.random() < 0.5:
        at = rng.choice(spaces)
        sentence = f"{sentence[:at]} {rng.choice(_EMOJI)}{sentence[at:]}"
    return f"{sentence} {rng.choice(_EMOJI)}"


def _translated(sentence: str, words: Words, rng: random.Random) -> str:  # noqa: ARG001
    """Leave the traces of machine translation: spaces before marks, marks of another script, doubled ones."""
    sentence = regex.sub(r"(?<=\S)([,;:])(?=\s)", r" \1", sentence)
    sentence = regex.sub(r"[，]", ",", sentence)
    sentence = regex.sub(r"(\d)[.।](?=\s)", r"\1।", sentence)
    return regex.sub(r"([?？])$", r"\1\1", regex.sub(r"(?<=\S)([.।])$", r" \1", sentence))


def _debris(words: Words, rng: random.Random) -> tuple[Sequence[str], Sequence[str]]:
    lines = rng.sample(words.debris, len(words.debris))
    return lines[:2], lines[2:]


PERTURBATIONS: dict[str, Perturbation] = {
    "terms swapped": _rewritten(_swap_terms),
    "terms masked": _rewritten(_mask_terms),
    "centric slogan before": _surrounded(lambda words, _: ((words.slogans[0],), ())),
    "focused slogan before": _surrounded(lambda words, _: ((words.slogans[1],), ())),
    "typos": _rewritten(_typos),
    "lower case": _rewritten(lambda sentence, *_: sentence.lower()),
    "upper case": _rewritten(lambda sentence, *_: sentence.upper()),
    "no punctuation": _rewritten(_no_punctuation),
    "emoji": _rewritten(_emoji),
    "English mixed in": _rewritten(_mix_english),
    "translation marks": _rewritten(_translated),
    "translation debris": _surrounded(_debris),
}
"""By name; `inside` is made by the suite, which knows the other texts."""
