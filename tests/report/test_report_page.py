import html
import json
import re
import xml.etree.ElementTree as ET
from importlib import resources

import pytest

from stemme.colours import COLOURS
from stemme.report.page import parts, render
from stemme.report.results import Found, Result, read_results


@pytest.fixture(scope="module")
def results(analysed):
    return read_results(analysed(".csv"))


@pytest.fixture(scope="module")
def page(results):
    return render(results, "Feedback <2026> & more")


def embedded(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])


def test_the_page_is_whole_and_reaches_for_nothing_outside(page):
    assert "default-src 'none'" in page
    assert not re.search(r'(?:src|href)="(?!#)', page.replace("xlink:href", "href"))
    addresses = set(re.findall(r"https?://[^\"' )<]+", page))
    assert all(address.startswith("http://www.w3.org/") for address in addresses), addresses


def test_what_users_write_stays_text(page):
    assert page.count("<script") == 2
    assert "<h1>Feedback &lt;2026&gt; &amp; more</h1>" in page
    assert any("<script>alert" in "".join(p for p, _ in text["parts"]) for text in embedded(page)["texts"])


def test_pieces_make_up_the_text_with_its_mentions(results, page):
    for text, shown in zip(results.texts, embedded(page)["texts"], strict=True):
        assert "".join(piece for piece, _ in shown["parts"]) == text.text
        marked = [(piece, shown["mentions"][number][1]) for piece, number in shown["parts"] if number is not None]
        assert marked == [(text.text[m.start : m.end], m.topic) for m in text.mentions]


def test_mentions_that_overlap_are_shown_once():
    text = Result("1", "👍🏽 abcdef", "en", "focused", (mention(3, 7), mention(5, 9)), {})
    assert list(parts(text)) == [("👍🏽 ", None), ("abcd", 0), ("ef", None)]


def mention(start, end):
    return Found("complaint", "…", "product", 1, start, end)


def test_every_number_has_its_texts_behind_it(page):
    texts = embedded(page)["texts"]
    keys = {name for text in texts for name in text["keys"]}
    checked = 0
    for address, count in re.findall(r'<td><a href="#([^"]*)">(\d+)</a>', page):
        filters = dict(pair.split("=") for pair in html.unescape(address).split("&"))
        if filters.keys() <= {"lang", "orientation"} | keys:
            behind = [t for t in texts if all(str(t["keys"].get(k, t.get(k))) == v for k, v in filters.items())]
            assert len(behind) == int(count), address
            checked += 1
    assert checked > 5


def test_charts_are_drawn_with_letters_that_the_browser_shapes(page):
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) >= 4
    labels = {node.text for svg in drawings for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}
    assert {"te", "app", "web"} <= labels
    assert all('xlink:href="#' in svg or 'href="#' in svg for svg in drawings)


def test_the_service_shows_labels_in_the_same_colours():
    style = (resources.files("stemme.service") / "page" / "style.css").read_text("utf-8")
    own = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", style.partition("prefers-color-scheme")[0]))
    named = {"1": "severity-1", "2": "severity-2", "3": "severity-3", "needs": "need"}
    assert {name: own[named.get(name, name)] for name in COLOURS} == COLOURS
