"""docs/service.md is right: its calls of curl do what it says, its options and defaults are those there are."""

from __future__ import annotations

import dataclasses
import json
import re
import shlex
import shutil
import subprocess

import pytest
from typer.testing import CliRunner

from samples import ROOT
from stemme.cli import app
from stemme.service.settings import Settings

TEXT = (ROOT / "docs" / "service.md").read_text("utf-8")
CALLS = [
    call.replace("\\\n", " ")
    for page in (TEXT, (ROOT / "README.md").read_text("utf-8"))
    for call in re.findall(r"^curl (?:.*\\\n)*.*$", page, re.MULTILINE)
]


def test_there_are_calls_of_every_kind():
    assert len(CALLS) >= 6
    assert any("/v1/analyze/file" in call for call in CALLS)
    assert any("Bearer" in call for call in CALLS)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("call", CALLS)
def test_the_calls_shown_are_answered(service, call, tmp_path):
    (tmp_path / "feedback.csv").write_text("id,comment\n1,Pakken kom ni dager for sent!\n", "utf-8")
    words = shlex.split(call.replace("http://127.0.0.1:8000", service.url))
    done = subprocess.run([*words, "--fail", "--noproxy", "*"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    if "-o" in words:
        assert (tmp_path / words[words.index("-o") + 1]).read_text("utf-8").startswith("id,comment,stemme_lang")
    else:
        assert all(json.loads(line) for line in done.stdout.splitlines())


def test_the_table_has_every_setting_with_its_default():
    table = dict(re.findall(r"^\| `--([a-z-]+)` \| (\S*) ?\|", TEXT, re.MULTILINE))
    shown = CliRunner().invoke(app, ["serve", "--help"], env={"COLUMNS": "200", "TERM": "dumb"}).output
    for field in dataclasses.fields(Settings):
        option = field.name.replace("_", "-")
        default = "" if field.default is None else f"{field.default:g}" if field.type == "float" else str(field.default)
        assert table[option] == default, option
        assert f"--{option}" in shown
