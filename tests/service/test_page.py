"""The page in a real browser, on a real server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fake_analyzer import FakeAnalyzer
from harness import running

from stemme.service import examples, keys

SERIOUS = ("serious", "critical")


@pytest.fixture
def server():
    with running(FakeAnalyzer()) as started:
        yield started


@pytest.fixture
def page(browser, server):
    context = browser.new_context()
    opened = context.new_page()
    wrong, asked = [], []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(server.url)
    yield opened
    context.close()
    assert wrong == []
    assert [url for url in asked if not url.startswith((server.url, "blob:"))] == []


def analyze(page, text):
    page.fill("#text", text)
    page.press("#text", "Control+Enter")
    page.wait_for_selector("#list > li")


def shown(page):
    """What eyes see of the text; the frames are also said to screen readers."""
    return page.evaluate(
        "(() => { const t = document.querySelector('.text').cloneNode(true);"
        " t.querySelectorAll('.quiet').forEach((q) => q.remove()); return t.textContent; })()"
    )


@pytest.mark.parametrize("lang", ["te", "bn", "nb", "et", "zh"])
def test_every_language_has_an_example_that_is_shown_whole(page, lang):
    page.click(f"#examples button[lang={lang}]")
    page.wait_for_selector("#list > li")
    assert shown(page) == page.input_value("#text")
    assert page.evaluate("document.activeElement.id") == "results"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(page, scheme):
    # Its script is run through the debugging protocol, so that the policy of the page stays as it is.
    axe = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    script = (Path(axe.__file__).parent / "axe.min.js").read_text("utf-8")
    page.emulate_media(color_scheme=scheme)
    analyze(page, " ".join(examples.TEXTS.values()))
    page.evaluate(script)
    found = page.evaluate("axe.run()")["violations"]
    assert [(item["id"], item["nodes"][0]["html"]) for item in found if item["impact"] in SERIOUS] == []


def test_a_comment_that_holds_a_script_stays_text(page):
    text = "<script>window.hit = 1</script> <img src=x onerror='window.hit = 1'> 😀 nothing came."
    analyze(page, text)
    assert shown(page) == text
    assert page.evaluate("window.hit") is None
    assert page.query_selector("#results img, #results script") is None


def test_the_keyboard_is_enough(page):
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "text":
            break
    page.keyboard.type("The parcel came late.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#list > li")
    assert "complaint" in page.text_content("#status")


def test_a_dropped_file_is_analysed_and_downloaded(page):
    page.evaluate(
        """() => {
        const given = new DataTransfer();
        given.items.add(new File(["id,comment\\na,The parcel 😀 came late.\\nb,Nothing else here\\n"], "x.csv"));
        document.querySelector("#drop").dispatchEvent(new DragEvent("drop", {dataTransfer: given, bubbles: true}));
        }"""
    )
    page.wait_for_selector("#list > li:nth-child(2)")
    page.fill("#filter-words", "parcel")
    assert page.text_content("#count") == "1 of 2 shown"
    with page.expect_download() as download:
        page.click("#download-jsonl")
    (line,) = Path(download.value.path()).read_text("utf-8").splitlines()
    result = json.loads(line)
    assert all(result["text"][item["start"] : item["end"]] == item["text"] for item in result["complaints"])


def test_the_text_shown_is_that_of_the_column_that_was_analysed(page, tmp_path):
    rows = [
        {"url": "https://example.org/long", "తెలుగు మాట": "పార్సిల్ ఆలస్యం 📦"},
        {"url": "https://example.org/longer", "తెలుగు మాట": None},
    ]
    export = tmp_path / "rader.json"
    export.write_text(json.dumps(rows), "utf-8")
    page.set_input_files("#file", export)
    page.wait_for_selector("#list > li:nth-child(2)")
    assert page.text_content("#count") == "2 of 2 shown"
    assert shown(page) == "పార్సిల్ ఆలస్యం 📦"
    assert "example.org" not in page.text_content("#list")


def test_it_fits_a_phone(page):
    page.set_viewport_size({"width": 380, "height": 800})
    analyze(page, " ".join(examples.TEXTS.values()))
    assert page.evaluate("document.documentElement.scrollWidth") <= 380


def test_a_key_is_asked_for(browser, tmp_path):
    path = tmp_path / "keys"
    key = keys.add(path, "desk")
    with running(FakeAnalyzer(), keys=path) as server:
        page = browser.new_page()
        page.goto(server.url)
        page.fill("#text", "The parcel came late.")
        page.click("#analyze")
        page.wait_for_selector("#key:focus")
        page.fill("#key", key)
        page.click("#analyze")
        page.wait_for_selector("#list > li")
        page.close()


def test_its_files_are_served_with_a_policy_and_nothing_else(server):
    answer = server.client.get("/")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert server.client.get("/", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert server.client.get("/page/..%2fapp.py").status_code == 404
