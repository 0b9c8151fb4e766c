"""What README shows is what happens."""

import doctest
import re

import pytest

from samples import ROOT

COMMANDS = (
    "analyze",
    "evaluate",
    "baselines",
    "corpus",
    "check",
    "split",
    "stats",
    "shortcuts",
    "train",
    "annotate",
    "export",
    "import",
    "report",
    "serve",
    "mcp",
    "keys",
    "add",
)
README = (ROOT / "README.md").read_text("utf-8")


def test_the_python_examples_give_the_output_shown():
    examples = "\n".join(re.findall(r"```python\n(.*?)```", README, re.DOTALL))
    test = doctest.DocTestParser().get_doctest(examples, {}, "README.md", "README.md", 0)
    assert len(test.examples) >= 10
    results = doctest.DocTestRunner().run(test)
    assert results.failed == 0


@pytest.mark.parametrize("line", re.findall(r"^(stemme .*?)(?:\s+#.*)?$", README, re.MULTILINE))
def test_the_commands_shown_exist_with_their_options(line):
    from typer.testing import CliRunner

    from stemme.cli import app

    words = line.split()[1:]
    command = [word for word in words[:2] if word in COMMANDS]
    shown = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "200", "TERM": "dumb"}).output
    assert "Usage" in shown
    for word in words:
        if word.startswith("--"):
            assert word in shown, (line, word)


def test_every_file_that_readme_links_to_is_there():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
