"""Pages of the documentation that have their home elsewhere, added when `mkdocs build` runs.

The reference of the command line comes from the commands themselves; the cards, the changelog and the notebooks are
the files of the repository. A link from any page to such a file leads to its page, or to the notebook itself.
"""

from __future__ import annotations

import os
import posixpath
import re
import subprocess
import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent

HOMES = {
    "README.md": "index.md",
    "CHANGELOG.md": "reference/changelog.md",
    "corpora/README.md": "reference/dataset-card.md",
    "models/ABLATIONS.md": "explanation/ablations.md",
    "models/MEASURED.md": "reference/measured.md",
    "models/stemme-base/README.md": "reference/model-card.md",
    **{f"notebooks/{path.name}": f"notebooks/{path.name}" for path in sorted((ROOT / "notebooks").glob("*.ipynb"))},
}
"""Files of the repository, and the pages that show them."""

COMMANDS = "reference/cli.md"

_LINK = re.compile(r"(\]\()([^)#:\s]+\.(?:md|ipynb))(#[^)\s]*)?(\))")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages."""
    files.append(File.generated(config, COMMANDS, content=commands()))
    for home, page in HOMES.items():
        if files.get_file_from_path(page) is None:
            files.append(File.generated(config, page, abs_src_path=str(ROOT / home)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Let links to files that have a page here lead to that page."""
    own = page.file.src_uri
    home = next((file for file, name in HOMES.items() if name == own and file != "README.md"), f"docs/{own}")

    def moved(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(home), link[2]))
        shown = HOMES.get(target) or (target.removeprefix("docs/") if target.startswith("docs/") else None)
        if shown is None:
            return link[0]
        return f"{link[1]}{posixpath.relpath(shown, posixpath.dirname(own) or '.')}{link[3] or ''}{link[4]}"

    return _LINK.sub(moved, markdown)


def commands() -> str:
    """Return the reference of the command line, as Typer writes it."""
    source = os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, "-m", "typer", "stemme.cli", "utils", "docs", "--name", "stemme", "--title", "Command line"],
        env=os.environ | {"PYTHONPATH": source},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout
