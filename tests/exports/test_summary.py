from __future__ import annotations

import io
import unicodedata

import pytest
from fake_analyzer import analyze
from rich.console import Console

from stemme.analysis import Analysis, Complaint, Need
from stemme.exports.printable import printable
from stemme.exports.report import print_summary
from stemme.exports.summary import EXAMPLE_WIDTH, Summary


def said(text, score=0.9, lang="te", topic="price"):
    need = Need(0, len(text), text, topic, score)
    complaint = Complaint(0, len(text), text, topic, 2, score)
    return Analysis(text, lang, 1.0, "neither", None, {}, [], [need], [complaint])


def shown(summary, **options):
    stream = io.StringIO()
    print_summary(summary, Console(file=stream, width=100, **options))
    return stream.getvalue()


def test_rows_per_language_and_orientation(texts):
    summary = Summary()
    for text in texts:
        summary.add(analyze(text))
    assert summary.rows == len(texts)
    assert {"te", "bn", "nb", "et", "zh"} <= set(summary.languages)
    assert sum(counts.total() for counts in summary.languages.values()) == len(texts)
    text = shown(summary)
    for name in ("Telugu (te)", "Bengali (bn)", "Norwegian Bokmål (nb)", "Estonian (et)", "Chinese (zh)", "mixed"):
        assert name in text


def test_it_says_how_many_texts_are_empty():
    summary = Summary()
    summary.add(analyze("Tarne hilines üheksa päeva 😡"))
    assert "empty" not in shown(summary)
    summary.add(analyze(" \n"))
    assert "1 of 2 texts is empty" in shown(summary)
    summary.add(analyze(""))
    assert "2 of 3 texts are empty" in shown(summary)


def test_the_most_frequent_topics_come_first_with_a_good_example():
    summary = Summary()
    for analysis in (
        said("నా", 0.99),
        said("ధర చాలా ఎక్కువగా ఉంది", 0.95),
        said("x" * 500, 0.97),
        said("ధర తగ్గించండి దయచేసి", 0.6),
        said("levering", lang="nb", topic="delivery"),
    ):
        summary.add(analysis)
    first, second = summary.topics("need")
    assert (first.topic, first.count, first.example.text, first.example.lang) == ("price", 4, "ధర చాలా ఎక్కువగా ఉంది", "te")
    assert (second.topic, second.count) == ("delivery", 1)


def test_memory_stays_bounded():
    summary = Summary()
    for number in range(2000):
        summary.add(said(f"{number} " * 5000))
    assert len(summary.topics("need")[0].example.text) <= EXAMPLE_WIDTH


HOSTILE = "\x1b[2J\x1b]0;owned\x07[bold red]text[/] \u202egnp.exe\u2066 \x9b31m\r\nnext\ud800 [link=http://x]y[/link]"


def test_hostile_text_neither_moves_the_cursor_nor_becomes_markup():
    summary = Summary()
    summary.add(said(HOSTILE, lang="\x1b[31m[red]"))
    text = shown(summary, force_terminal=False)
    assert "[bold red]text[/]" in text
    for character in text:
        assert character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs")


@pytest.mark.parametrize("text", ["క్ష్మి ఆలస్యం", "ক্\u200dষ 快递", "👩‍👩‍👧‍👦 ❤️ ok", "kjempedårlig øl"])
def test_writing_itself_is_untouched(text):
    assert printable(text) == text


def test_long_text_is_cut_between_words_and_by_its_width():
    assert printable("one two three four", 12) == "one two…"
    assert printable("x" * 50, 12) == "x" * 11 + "…"
    assert printable("快递晚了九天没有人回复", 12) == "快递晚了九…"
    assert printable("twelve chars", 12) == "twelve chars"
