"""The words that give a frame away: what a model could learn instead of the meaning.

The annotation guide asks for texts in which words of time and the terms themselves occur in all frames; the table
shows how far a corpus is from that. Words are those of `baselines.words`: in Chinese, one to three characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import regex
from sklearn.feature_selection import chi2

from stemme.corpus.records import Record
from stemme.errors import StemmeError
from stemme.labels import FRAMES, Frame
from stemme.training.baselines.sentences import LabelledSentence, by_language
from stemme.training.baselines.words import count_words

COUNT = 30

_TIME = {
    "en": r"years?|months?|weeks?|days?|hours?|minutes?|always|never|before|after|now|today|tomorrow|yesterday|since|"
    r"soon|later|ever|ago|decades?|long|late|next|once|already|until|still|again|first|time|quarter|within|every",
    "nb": r"år|året|års|måned\w*|uke\w*|veke\w*|dag\w*|time\w*|timar|minutt\w*|alltid|aldri|før|etter|nå|no|siden|"
    r"sidan|snart|senere|lenge|lang\w*|sent|seint|neste|igjen|fortsatt|ennå|innen|kvartal\w*|hver|kvar|i\s?dag|i\s?går",
    "et": r"aasta\w*|kuu\w*|nädal\w*|päev\w*|tund\w*|tunni\w*|minut\w*|alati|kunagi|enne|pärast|praegu|nüüd|täna|homme|"
    r"eile|varsti|hiljem|kaua|hilja\w*|järgmi\w*|jälle|veel|juba|kvartal\w*|iga|jooksul|ajal?|aega",
    "zh": r".*[年月周天日时時分钟鐘秒].*|.*(以前|以后|以後|之前|之后|之後|现在|現在|一直|从来|從來|总是|總是|已经|已經|"
    r"马上|立刻|当场|當場|长期|長期|将来|將來|每次|季度|刚|剛|后|後|先).*",
    "bn": r"বছর\S*|মাস\S*|সপ্তাহ\S*|দিন\S*|ঘণ্টা\S*|ঘন্টা\S*|মিনিট\S*|সবসময়|সব\s?সময়|কখনো|কখনও|আগে\S*|পরে\S*|পর|"
    r"এখন\S*|আজ\S*|কাল\S*|গত|পর্যন্ত|দেরি\S*|আবার|এখনো|সাথে\s?সাথে|bochor\w*|din\w*|mash\w*|age|pore|ekhon\w*",
    "te": r"ఏళ్\S*|ఏడాది\S*|సంవత్సర\S*|నెల\S*|వార\S*|రోజు\S*|గంట\S*|నిమిష\S*|ఎప్పుడ\S*|ఎప్పటి\S*|ముంద\S*|దాకా|నుంచి|పాటు|"
    r"తర్వాత\S*|తరువాత\S*|ఇప్పుడు\S*|ఇప్పటి\S*|నిన్న\S*|రేపు\S*|ఆలస్య\S*|మళ్ళీ|మళ్లీ|వెంటనే|years?|days?|nela\S*|roju\S*",
}
_TERM = {
    "en": r"(customer|client)\S*(centr|focus|first|obsess)\S*|centric\S*|focus\S*|centricity",
    "nb": r"(kunde|klient)\S*(sentr|fokus|orient)\S*|fokus\S*|sentrum|sentrisk\S*|sentrert\S*",
    "et": r"kliendi?kesk\S*|klient\S*kesk\S*|kliendifookus\S*|fookus\S*|keskendu\S*",
    "zh": r".*(中心|导向|導向|聚焦|至上).*",
    "bn": r"\S*(কেন্দ্র|ফোকাস|সেন্ট্রিক|মুখী)\S*|centric|focus\w*",
    "te": r"\S*(సెంట్రిక్|ఫోకస్|కేంద్ర|కేంద్రీకృత|కేంద్రిత)\S*|centric|focus\w*",
}


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A word that one frame has more of: its chi-squared, and in how many sentences of each frame it stands.

    `flag` is `time` or `term` for words of those kinds, else empty.
    """

    word: str
    frame: Frame
    merit: float
    counts: tuple[int, ...]
    flag: str


def shortcuts(sentences: Sequence[LabelledSentence], lang: str, count: int = COUNT) -> list[Shortcut]:
    """Return the words with the highest chi-squared over the three frames, the strongest first.

    Raises:
        StemmeError: No word stands in two of the sentences.
    """
    counter, table = count_words([sentence.text for sentence in sentences], lang)
    frames = np.array([FRAMES.index(sentence.frame) for sentence in sentences])
    merits = np.nan_to_num(chi2(table, frames)[0])
    inside = np.stack([np.asarray(table[frames == n].sum(0)).ravel() for n in range(len(FRAMES))], 1)
    shares = inside / np.maximum(1, np.bincount(frames, minlength=len(FRAMES)))
    words = counter.get_feature_names_out()
    return [
        Shortcut(
            str(words[n]),
            FRAMES[int(shares[n].argmax())],
            float(merits[n]),
            tuple(map(int, inside[n])),
            flag(str(words[n]), lang),
        )
        for n in np.argsort(-merits, kind="stable")[:count]
    ]


def flag(word: str, lang: str) -> str:
    """Return `term` or `time` for a word that is one, else nothing."""
    for name, patterns in (("term", _TERM), ("time", _TIME)):
        if lang in patterns and regex.fullmatch(patterns[lang], word, regex.IGNORECASE):
            return name
    return ""


def tables(records: Iterable[Record], count: int = COUNT) -> str:
    """Return Markdown: a table a language, and which flagged words are among its first ten.

    A language with too few sentences has a line that says so instead.
    """
    parts = []
    for lang, sentences in by_language(records).items():
        try:
            found = shortcuts(sentences, lang, count)
        except StemmeError as error:
            parts.append(f"{error}.")
            continue
        early = [f"{s.word} ({s.flag})" for s in found[:10] if s.flag]
        rows = [f"| {lang} | frame | {' | '.join(FRAMES)} | chi-squared | flag |"]
        rows.append(f"|---|---|{'---:|' * (len(FRAMES) + 1)}---|")
        rows += [
            f"| {s.word} | {s.frame} | {' | '.join(map(str, s.counts))} | {s.merit:.1f} | {s.flag} |" for s in found
        ]
        rows.append(f"\n{lang}, flagged among the first ten: {', '.join(early) or 'none'}.")
        parts.append("\n".join(rows))
    return "\n\n".join(parts)
