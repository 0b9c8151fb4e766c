"""Analyses and Docs drawn for notebooks."""

import subprocess
import sys
from html.parser import HTMLParser

import pytest
import spacy
from spacy import displacy

import stemme
from samples import HOSTILE, MIXED, TEXTS
from stemme.analysis import Analysis, Complaint, Sentence
from stemme.colours import COLOURS
from stemme.drawing import MOST_CHARACTERS, displacy_options


class Words(HTMLParser):
    """The drawn text without the labels, and the elements."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.text, self.small = set(), "", 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.small += tag == "small"

    def handle_endtag(self, tag):
        self.small -= tag == "small"

    def handle_data(self, data):
        self.text += "" if self.small else data


@pytest.mark.parametrize("text", [*TEXTS.values(), *MIXED.values()], ids=[*TEXTS, *MIXED])
def test_every_character_is_drawn_once(analyzer, text):
    analysis = analyzer(text)
    html = analysis._repr_html_()
    assert Words(html).text == f"{analysis.orientation} · {analysis.lang}{text}"
    for complaint in analysis.complaints:
        assert f"complaint: {complaint.topic} {complaint.severity}" in html
    for sentence in analysis.sentences:
        assert sentence.frame == "neither" or COLOURS[sentence.frame] in html


def test_markup_in_a_text_stays_text(analyzer):
    text = '<script>alert("x")</script> The box was <b>dented</b> & nobody called.'
    words = Words(stemme.render(analyzer(text)))
    assert words.elements <= {"div", "span", "small"}
    assert words.text.endswith(text)


def test_markup_in_a_label_stays_text():
    """An analysis may come from a file of somebody else's."""
    complaint = Complaint(0, 4, "late", "<img src=x onerror=alert(1)>", 1, 0.5)
    sentence = Sentence(0, 4, "focused", 0.5, '"><script>')
    html = stemme.render(Analysis("late", "en", 1.0, "focused", -1.0, {}, [sentence], [], [complaint]))
    assert Words(html).elements <= {"div", "span", "small"}


@pytest.mark.parametrize("text", [text for text in HOSTILE.values() if len(text) < 1000])
def test_hostile_strings_are_drawn(analyzer, text):
    stemme.render(analyzer(text)).encode("utf-8")


def test_a_long_text_says_what_is_left_out():
    analysis = Analysis("a" * (MOST_CHARACTERS + 5), "en", 1.0, "neither", None, {})
    assert "5 more characters are not drawn" in stemme.render(analysis)


def test_a_doc_is_drawn_as_its_analysis(analyzer):
    doc = analyzer.doc(TEXTS["te"])
    assert stemme.render(doc) == analyzer(TEXTS["te"])._repr_html_()
    assert stemme.render(doc)._repr_html_() == stemme.render(doc)
    with pytest.raises(stemme.StemmeError, match="carries no analysis"):
        stemme.render(spacy.blank("en")("Hello."))


def test_an_analysis_is_drawn_without_spacy():
    code = (
        "import sys; from stemme.analysis import Analysis; "
        "Analysis('a', 'en', 1.0, 'neither', None, {})._repr_html_(); print('spacy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


@pytest.mark.parametrize("key", ["needs", "complaints", "frames"])
def test_displacy_draws_in_our_colours(analyzer, key):
    options = displacy_options(key)
    docs = list(analyzer.docs([TEXTS["te"], "The parcel came late. Please send me the invoice by mail."]))
    html = displacy.render(docs, style="span", options=options, jupyter=False)
    for doc in docs:
        assert all(options["colors"][span.label_] in html for span in doc.spans[key])
    assert any(doc.spans[key] for doc in docs)


def test_black_letters_are_readable_on_displacys_labels():
    def light(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    for key in ("needs", "complaints", "frames"):
        assert all((light(c) + 0.05) / 0.05 >= 4.5 for c in displacy_options(key)["colors"].values())


def test_another_key_is_refused():
    with pytest.raises(stemme.StemmeError, match="needs, complaints, frames"):
        displacy_options("ents")
