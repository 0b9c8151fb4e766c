"""Which language a text is in: BCP 47 tag and score, offline and in a fraction of a millisecond.

Two steps. The script decides most of it: Telugu, Kannada or Thai letters belong to one language, Assamese has
letters that Bengali lacks, kana make Han characters Japanese, and a traditional character is one that Big5 can
encode and GB 2312 cannot. Where a script serves many languages, Latin above all, py3langid's byte n-grams
(Naive Bayes, 140 languages) are scored together with function words (`stemme.text.evidence`), which tell
Bokmål from Nynorsk and Danish, and Telugu and Bengali in Latin letters from everything else.
"""

from __future__ import annotations

import math
import re
import threading
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from stemme.text import evidence
from stemme.text.sentences import CJK

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier


class Language(NamedTuple):
    """A BCP 47 tag, `und` where nothing can be said, and how sure it is, from 0 to 1."""

    lang: str
    score: float


UNDETERMINED = Language("und", 0.0)

_SAMPLE = 2_000
"""Code points looked at, in slices from across the text; more decides nothing."""
_SLICES = 4

_LATIN = r"A-Za-z0-9_\u00C0-\u024F"
_UNSPACED = rf"\u0E00-\u109F\u1780-\u17FF{CJK}"
"""Thai, Lao, Tibetan, Burmese, Khmer, Chinese and Japanese: an address or handle ends where their letters begin."""
_ADDRESS = re.compile(
    rf"(?:https?://|www\.)[!-~{_LATIN}]{{1,2000}}|[{_LATIN}.%+-]{{1,64}}@[{_LATIN}.-]{{1,200}}|[\ud800-\udfff]"
)
_HANDLE = re.compile(rf"[@#][^\W{_UNSPACED}]{{1,200}}")
"""Addresses and handles say nothing about the language of the sentence around them."""
_WORD = re.compile(r"[^\s\d!-/:-@\[-`{-~।॥…«»“”„‘’–—·•]+")

_SCRIPT_LANGUAGES = {
    "ARABIC": "ar ary arz fa ku ps sdh ug ur",
    "ARMENIAN": "hy",
    "BENGALI": "bn as",
    "CYRILLIC": "ba be bg kk ky mk mn ru sr tg tt uk",
    "DEVANAGARI": "hi mr ne sa gom",
    "ETHIOPIC": "am",
    "GEORGIAN": "ka",
    "GREEK": "el grc",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "HANGUL": "ko",
    "HEBREW": "he hbo",
    "KANNADA": "kn",
    "KHMER": "km",
    "LAO": "lo",
    "MALAYALAM": "ml",
    "MYANMAR": "my",
    "ORIYA": "or",
    "SINHALA": "si",
    "TAMIL": "ta",
    "TELUGU": "te",
    "THAI": "th",
    "TIBETAN": "dz",
}
"""First word of the Unicode character names of a script, and the library's languages usually written in it."""

_HAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})
_SHARED = frozenset({"COMBINING", "MODIFIER", "VARIATION"})
"""Marks that every script uses; their names begin with no script."""
_NON_LATIN_WEIGHT = 4
"""Sentences in other scripts are full of Latin brand names and English, hardly ever the other way round."""
_JAPANESE_SHARE = 0.1

_TAGS = {"no": "nb", "uzs": "uz"}
_LATIN_TOO = frozenset({"ku", "sr", "uz"})
"""Languages of the table above that are written in Latin letters as well."""
_RARE = frozenset((
    "ace", "an", "as", "bcl", "br", "crh", "ext", "fo", "fuv", "gcf", "gcr", "gom", "gug", "guw", "kab",
    "kik", "lij", "ln", "ltg", "nso", "om", "pcm", "sa", "se", "sn", "vec", "vo", "wa"
))  # fmt: skip
"""Languages the n-grams take short texts of their large neighbours for; they need better evidence."""

_FLOOR = 1e-2
"""Probability granted within its family to a language that the n-grams rule out."""
_RARITY = 0.05
_ROMANISED_SHARE = 0.14
_ROMANISED_LEAST = 1.5
_NEGLIGIBLE = 1e-3
_LEAST_SCORE = 0.1

_lock = threading.Lock()


def identify(text: str) -> Language:
    """Return the language of a text; never raises, whatever the string.

    A script subtag is added where the script is not the usual one: `te-Latn`, `bn-Latn`, `hi-Latn`, `zh-Hant`.
    Texts without letters are `und` with score 0. Of a long text a bounded sample is looked at.
    """
    ranked = scores(text)
    if not ranked:
        return UNDETERMINED
    lang, score = next(iter(ranked.items()))
    return Language(lang, score) if score >= _LEAST_SCORE else UNDETERMINED


def scores(text: str) -> dict[str, float]:
    """Return the languages that come into question with their probabilities, best first, empty for none.

    The values sum to 1 but for what was negligible. For a script with one language they are the shares of the
    scripts; a caller with evidence of its own may multiply it in.
    """
    tagged = _ADDRESS.sub(" ", _sampled(text))
    sample = unicodedata.normalize("NFKC", _HANDLE.sub(" ", tagged))
    script, share = _main_script(sample)
    if not script:  # `#kundeservice` on its own has nothing around it that could say more
        sample = unicodedata.normalize("NFKC", tagged)
        script, share = _main_script(sample)
    if script == "CJK":
        return _ranked({lang: share * score for lang, score in _han(sample).items()})
    candidates = _SCRIPT_LANGUAGES.get(script, "").split()
    if len(candidates) == 1:
        return {candidates[0]: share}
    if script == "BENGALI":
        candidates = _bengali_or_assamese(sample) or candidates
    if not candidates and script != "LATIN":
        return {}
    if share < 1.0:
        sample = "".join(character if _script(character) in ("", script) else " " for character in sample)
    found = _by_words(sample, frozenset(candidates) or _latin_languages())
    return _ranked({lang: share * score for lang, score in found.items()})


def _sampled(text: str) -> str:
    if len(text) <= _SAMPLE:
        return text
    width = _SAMPLE // _SLICES
    step = (len(text) - width) // (_SLICES - 1)
    return " ".join(text[i * step : i * step + width] for i in range(_SLICES))


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    """Return the first word of a letter's or vowel sign's Unicode name, which is its script (`TELUGU LETTER KA`)."""
    if unicodedata.category(character)[0] not in "LM":
        return ""
    name = unicodedata.name(character, "").split(" ")[0]
    return "CJK" if name in _HAN else name


def _main_script(sample: str) -> tuple[str, float]:
    """Return the script that the text is written in, and its share; an empty name where there are no letters."""
    weights: Counter[str] = Counter()
    for character, count in Counter(sample).items():
        if (script := _script(character)) and script not in _SHARED:
            weights[script] += count * (1 if script == "LATIN" else _NON_LATIN_WEIGHT)
    if not weights:
        return "", 0.0
    script, weight = weights.most_common(1)[0]
    return script, weight / weights.total()


def _bengali_or_assamese(sample: str) -> list[str]:
    """Assamese writes ra and wa with letters of its own and never Bengali's ra; empty where none occurs."""
    assamese, bengali = sample.count("ৰ") + sample.count("ৱ"), sample.count("র")
    return ["as" if assamese > bengali else "bn"] if assamese or bengali else []


def _han(sample: str) -> dict[str, float]:
    """Tell simplified and traditional Chinese and Japanese apart."""
    kinds = Counter(_han_kind(character) for character in sample if _script(character) == "CJK")
    if kinds["japanese"] > _JAPANESE_SHARE * kinds.total():
        return {"ja": 1.0}
    traditional, simplified = kinds["traditional"], kinds["simplified"]
    hant = (traditional + 0.1) / (traditional + simplified + 1.0)
    return {"zh": 1.0 - hant, "zh-Hant": hant}


@lru_cache(maxsize=8192)
def _han_kind(character: str) -> str:
    """Ask the national character sets: what only one of them holds gives its country away."""
    if unicodedata.name(character, "").split(" ")[0] != "CJK":
        return "japanese"
    simplified, traditional = _encodes(character, "gb2312"), _encodes(character, "big5")
    if simplified and traditional:
        return "common"
    if simplified or traditional:
        return "simplified" if simplified else "traditional"
    return "japanese" if _encodes(character, "shift_jis") else "rare"


def _encodes(character: str, codec: str) -> bool:
    try:
        character.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _by_words(sample: str, candidates: frozenset[str]) -> dict[str, float]:
    """Return probabilities from byte n-grams, corrected by the words that tell neighbours apart."""
    words = _WORD.findall(sample.lower())
    found: dict[str, float] = {}
    for label, probability in _identifier().rank(sample):
        if probability < _NEGLIGIBLE**2:
            break
        tag = _TAGS.get(label, label)
        if tag in candidates:
            found[tag] = found.get(tag, 0.0) + probability * (_RARITY if tag in _RARE else 1.0)
    for family in evidence.FAMILIES:
        together = sum(found.get(tag, 0.0) for tag in family.languages)
        if together > _NEGLIGIBLE:
            _share_out(found, together, evidence.family_evidence(family, words))
    if "en" in candidates:
        _add_romanised(found, words)
    total = sum(found.values())
    return {tag: value / total for tag, value in found.items() if value / total >= _NEGLIGIBLE}


def _share_out(found: dict[str, float], together: float, evidence_of: dict[str, float]) -> None:
    """Divide what a family of languages has together anew among its members; the others are not touched."""
    most = max(evidence_of.values())
    odds = {
        tag: (found.get(tag, 0.0) / together + _FLOOR) * math.exp(logit - most) for tag, logit in evidence_of.items()
    }
    total = sum(odds.values())
    found.update({tag: together * value / total for tag, value in odds.items()})


def _add_romanised(found: dict[str, float], words: list[str]) -> None:
    """Give the mass to a romanised language if enough of the words are its own."""
    counts = evidence.romanised_evidence(words)
    tag = max(counts, key=lambda name: counts[name])
    hits = counts[tag]
    if hits < max(_ROMANISED_SHARE * len(words), _ROMANISED_LEAST if len(words) > 3 else 1):
        return
    score = hits / (hits + 0.5)
    together = sum(found.values()) or 1.0
    for other in found:
        found[other] *= 1.0 - score
    found[tag] = score * together


def _ranked(found: dict[str, float]) -> dict[str, float]:
    """Sort best first, names breaking ties so that the answer is the same everywhere."""
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


@lru_cache(maxsize=1)
def _latin_languages() -> frozenset[str]:
    elsewhere = {lang for langs in _SCRIPT_LANGUAGES.values() for lang in langs.split()} - _LATIN_TOO
    labels = {_TAGS.get(label, label) for label in _identifier().labels}
    return frozenset(labels - elsewhere - {"ja", "zh", "wuu", "yue", "zxx"})


def _identifier() -> LanguageIdentifier:
    with _lock:
        return _load()


@lru_cache(maxsize=1)
def _load() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
