"""The documentation: it builds, its links lead somewhere, its examples run, and it asks no other host for anything."""

import ast
import doctest
import functools
import http.server
import os
import re
import subprocess
import sys
import threading
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from samples import ROOT
from shown_commands import shown_commands, unknown_words

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
BLOCKS = {page: re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL) for page in PAGES}
SESSIONS = [page for page in PAGES if any(block.startswith(">>>") for block in BLOCKS[page])]
COMMANDS = sorted({line for page in PAGES for line in shown_commands(page.read_text("utf-8"))})
NOWHERE = "http://127.0.0.1:9"  # nobody listens on the discard port: what asks the network fails


def name_of(page):
    return page.relative_to(DOCS).as_posix()


def leaves(nav):
    for entry in nav:
        if isinstance(entry, str):
            yield entry
        else:
            for value in entry.values():
                yield from [value] if isinstance(value, str) else leaves(value)


class Loaded(HTMLParser):
    """Collects what a browser fetches for a page without being asked to."""

    def __init__(self):
        super().__init__()
        self.urls = []
        self.in_style = False

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "link" and not {"canonical", "next", "prev"} & set(given.get("rel", "").split()):
            self.urls.append(given.get("href", ""))
        if tag in ("script", "img", "iframe", "source", "video", "audio", "embed", "input"):
            self.urls += [given.get("src", ""), given.get("poster", "")]
        self.urls += [part.split()[0] for part in given.get("srcset", "").split(",") if part.strip()]
        self.urls += [given.get("data", "")] if tag == "object" else []
        self.urls += in_css(given.get("style", ""))
        self.in_style = tag == "style"

    def handle_data(self, data):
        if self.in_style:
            self.urls += in_css(data)


def in_css(text):
    return [a or b for a, b in re.findall(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)", text)]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("mkdocs", reason="the extra docs is not installed")
    folder = tmp_path_factory.mktemp("docs") / "site"
    offline = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE)
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env=os.environ | offline | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_of_the_navigation_is_built(site):
    import yaml

    named = list(leaves(yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))["nav"]))
    assert len(named) == len(set(named)) > 20
    assert {name_of(page) for page in PAGES} <= set(named)
    for name in named:
        built = site / (name if name == "index.md" else f"{name.removesuffix('.md')}/index.md")
        page = built.with_suffix(".html").read_text("utf-8")
        assert "<h1" in page
        assert "{%" not in page, f"{name}: an inclusion was not resolved"


def test_no_page_loads_anything_from_another_host(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        text = page.read_text("utf-8")
        parser = Loaded()
        parser.feed(text)
        assert len(parser.urls) > 3
        assert [url for url in parser.urls if urlsplit(url).netloc] == [], page
        assert 'class="mermaid"' not in text  # the theme would fetch what draws it
    for sheet in site.rglob("*.css"):
        assert [url for url in in_css(sheet.read_text("utf-8")) if urlsplit(url).netloc] == [], sheet


@pytest.mark.slow
def test_a_browser_asks_no_other_host(site, browser):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, browser.new_page() as opened:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        asked, wrong = [], []
        opened.on("request", lambda request: asked.append(request.url))
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        for path in ("", "tutorial/", "service/", "reference/cli/", "explanation/limits/"):
            opened.goto(address + path, wait_until="load")
        opened.locator(".md-search__input").click()
        opened.locator(".md-search__input").press_sequentially("complaint")
        opened.wait_for_selector(".md-search-result__item")
        server.shutdown()
    assert wrong == []
    assert [url for url in asked if not url.startswith((address, "blob:", "data:"))] == []


def test_the_command_line_and_the_cards_have_pages(site):
    commands = (site / "reference" / "cli" / "index.html").read_text("utf-8")
    for name in ("stemme analyze", "stemme corpus split", "stemme model info", "--text-column"):
        assert name in commands
    card = (ROOT / "models" / "stemme-base" / "README.md").read_text("utf-8")
    row = next(line for line in card.splitlines() if line.startswith("| frame macro f1 |"))
    for page in ("reference/model-card", "explanation/limits"):
        shown = (site / page / "index.html").read_text("utf-8")
        assert all(cell.strip() in shown for cell in row.strip("|").split("|")), page


@pytest.mark.parametrize("page", SESSIONS, ids=name_of)
def test_the_examples_give_the_output_shown(page, monkeypatch):
    monkeypatch.chdir(ROOT)
    examples = "\n".join(block for block in BLOCKS[page] if block.startswith(">>>"))
    test = doctest.DocTestParser().get_doctest(examples, {}, name_of(page), str(page), 0)
    flags = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    said = []
    results = doctest.DocTestRunner(optionflags=flags).run(test, out=said.append)
    assert results.failed == 0, "".join(said)


@pytest.mark.parametrize("page", [page for page in PAGES if page not in SESSIONS and BLOCKS[page]], ids=name_of)
def test_the_other_examples_are_python(page):
    for block in BLOCKS[page]:
        ast.parse(block)


@pytest.mark.parametrize("line", COMMANDS)
def test_the_commands_shown_exist_with_their_options(line):
    assert unknown_words(line) == []


def test_the_links_work_in_the_repository_as_well():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            path = (page.parent / target).resolve()
            assert path.exists() or path == DOCS / "reference" / "cli.md", (name_of(page), target)
