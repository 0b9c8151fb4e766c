"""What README shows is what happens."""

import doctest
import json
import re

import pytest

from samples import ROOT
from shown_commands import shown_commands, unknown_words

README = (ROOT / "README.md").read_text("utf-8")


def test_the_python_examples_give_the_output_shown():
    examples = "\n".join(re.findall(r"```python\n(.*?)```", README, re.DOTALL))
    test = doctest.DocTestParser().get_doctest(examples, {}, "README.md", "README.md", 0)
    assert len(test.examples) >= 10
    results = doctest.DocTestRunner().run(test)
    assert results.failed == 0


@pytest.mark.parametrize("line", shown_commands(README))
def test_the_commands_shown_exist_with_their_options(line):
    assert unknown_words(line) == []


@pytest.mark.parametrize(
    "line",
    ["stemme", "stemme analyse a.csv", "stemme frobnicate --help", "stemme analyze a.csv --text", "stemme export x"],
)
def test_a_command_that_does_not_exist_is_noticed(line):
    assert unknown_words(line)


def test_a_command_behind_a_pipe_is_found():
    assert shown_commands("cat a.jsonl | stemme analyze - > b.jsonl  # so") == ["stemme analyze - > b.jsonl"]


def test_the_json_shown_is_the_result(analyzer):
    shown, text = re.search(r"```json\n(.*?)```\n\nThat is of \"(.*?)\"\n", README, re.DOTALL).groups()
    found = {"id": "17"} | analyzer(text.replace("\n", " ")).to_dict()
    assert rounded(json.loads(shown)) == rounded(found)


def rounded(value):
    """Scores in tenths or so: int8 arithmetic differs a little between processors."""
    if isinstance(value, dict):
        return {name: rounded(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [rounded(inner) for inner in value]
    return pytest.approx(value, abs=0.05) if isinstance(value, float) else value


def test_every_file_that_readme_links_to_is_there():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
