"""The report in a real browser."""

import re

import pytest

from stemme.report.page import render
from stemme.report.results import read_results


@pytest.fixture(scope="module")
def address(analysed, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(read_results(analysed(".csv")), "Report"), "utf-8")
    return path.as_uri()


@pytest.fixture(params=["light", "dark"])
def page(browser, address, request):
    context = browser.new_context(color_scheme=request.param, viewport={"width": 380, "height": 800})
    opened = context.new_page()
    wrong, asked = [], []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(address)
    yield opened
    context.close()
    assert wrong == []
    assert [url for url in asked if not url.startswith(address)] == []


@pytest.mark.slow
def test_a_number_leads_to_its_texts_by_keyboard_and_by_bar(page):
    total = page.locator(".totals a", has_text="focused")
    total.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#list > li")
    assert page.locator("#list > li").count() == int(total.locator("b").inner_text())
    assert page.evaluate("document.activeElement.id") == "texts"
    page.locator(".drawing svg a").first.click()
    page.wait_for_function("location.hash.includes('lang=')")
    count = int(re.match(r"\d+", page.locator("#shown").inner_text())[0])
    assert page.locator("#list > li").count() == count > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 380


@pytest.mark.slow
def test_it_can_be_used_by_everyone(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page.goto(f"{page.url}#texts")
    page.wait_for_selector("#list > li")
    found = axe.Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")] == []
