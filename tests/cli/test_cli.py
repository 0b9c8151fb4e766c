from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import stemme
from stemme.cli import app, errors
from stemme.errors import StemmeError, UsageError

SOURCES = Path(stemme.__file__).parents[1]
TESTS = Path(__file__).parents[1]

# A process of its own in which `stemme.load` gives the analyser without a model, slowed down where wanted.
PROCESS = f"""
import signal, sys, time
# A shell that runs the tests in the background hands an ignored SIGINT down.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path.insert(0, {str(TESTS / "exports")!r})
import stemme
from fake_analyzer import FakeAnalyzer

class Slow(FakeAnalyzer):
    def pipe(self, texts, **options):
        for pair in super().pipe(texts, **options):
            time.sleep(float(sys.argv[0]))
            yield pair

sys.argv[0] = sys.argv.pop(1)
stemme.load = lambda model=None, threads=None, min_score=0.0: Slow()
from stemme.cli import main
main()
"""


def start(*args, seconds=0.0, **options) -> subprocess.Popen:
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    command = [sys.executable, "-c", PROCESS, str(seconds), *map(str, args)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, **options
    )


@pytest.fixture
def run():
    return lambda *args, **options: CliRunner().invoke(app, [str(arg) for arg in args], **options)


def test_analyze_writes_beside_the_export_and_sums_up_on_stderr(run, export):
    result = run("analyze", export)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert 'text from "kommentar" (by its name), id from "id"' in result.stderr
    assert f"wrote {export.with_name('feedback.stemme.csv')}" in result.stderr
    assert "Norwegian Bokmål (nb)" in result.stderr
    assert "\x1b" not in result.stderr, "plain where nobody sees colours"
    header, *rows = export.with_name("feedback.stemme.csv").read_text(encoding="utf-8").splitlines()
    assert header.startswith("id,date,kommentar,stemme_lang,stemme_orientation,stemme_balance,")
    assert [row.split(",")[0] for row in rows] == ["a1", "a2", "a3"]


def test_a_pipe_is_jsonl_on_both_ends(run):
    lines = '"డెలివరీ ఆలస్యం"\n{"id": "x", "text": "kjempedårlig levering"}\n{"text": ""}\n'
    result = run("analyze", "-", input=lines)
    assert result.exit_code == 0
    results = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(record["id"], record["lang"]) for record in results] == [("1", "te"), ("x", "nb"), ("3", "und")]


def test_through_a_pipe_rows_without_a_result_are_told_on_stderr(run):
    result = run("analyze", "-", "--quiet", input='"some words"\nno JSON\n')
    assert result.exit_code == 3
    assert len(result.stdout.splitlines()) == 1
    assert one_line_of(result.stderr).startswith("row 2: line 2: not JSON")


def one_line_of(text: str) -> str:
    assert text.count("\n") == 1, text
    return text


def test_quiet_says_nothing(run, export):
    result = run("analyze", export, "--quiet")
    assert (result.exit_code, result.output) == (0, "")


def test_options_reach_the_job(run, export, analyzer):
    target = export.with_name("out.jsonl")
    options = ["--text-column", "kommentar", "--id-column", "date", "--lang", "nn", "--batch-size", 1, "--keep-input"]
    assert run("analyze", export, "-o", target, *options).exit_code == 0
    first = json.loads(target.read_text(encoding="utf-8").splitlines()[0])
    assert (first["id"], first["lang"]) == ("2026-05-01", "nn")
    assert first["input"]["id"] == "a1"


def test_the_least_score_reaches_the_model(run, export, analyzer):
    assert run("analyze", export, "--min-score", "0.75").exit_code == 0
    assert analyzer.min_score == 0.75
    assert run("analyze", export, "--force", "--min-score", "2").exit_code == 2


def test_the_bar_appears_when_asked_for(run, export):
    result = run("analyze", export, "--progress")
    assert result.exit_code == 0
    assert "3 rows" in result.stderr
    assert "rows/s" in result.stderr or "100%" in result.stderr


def one_line(result) -> str:
    assert "Traceback" not in result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


@pytest.mark.parametrize(
    ("args", "status", "message"),
    [
        (["missing.csv"], 2, "error: missing.csv: there is no such file"),
        (["."], 2, "files: name the output with -o"),
        (["report.pdf"], 2, 'the ending ".pdf" is no format that is known; there are .csv, .tsv'),
        (["noending"], 2, "a name without an ending is no format"),
        (["picture.csv"], 1, "not a table: the file is binary"),
        (["empty.csv"], 1, "the file is empty"),
        (["header.csv"], 1, "there is no row under the header"),
        (["broken.xlsx"], 1, "not an XLSX workbook that can be read"),
        (["broken.parquet"], 1, "not a Parquet file that can be read"),
        (["broken.jsonl"], 1, "line 1: not JSON"),
        (["feedback.csv", "--encoding", "nope"], 2, "--encoding nope: not known"),
        (["feedback.csv", "--delimiter", "||"], 2, "one character is needed"),
        (["feedback.csv", "--header-row", "99"], 2, "there are 4 rows to choose from"),
        (["feedback.csv", "-o", "out.xls"], 2, "results are written as .csv, .tsv, .jsonl"),
        (["feedback.csv", "--workers", "2"], 2, "--address and --workers are for --engine ray"),
        (["-", "--resume"], 2, "only a run from files to a file can be resumed"),
        (["feedback.csv", "--text-column", "nope"], 2, 'no column "nope". Columns: id, date, kommentar'),
        (["feedback.csv", "--id-column", "nope"], 2, 'no column "nope"'),
        (["feedback.csv", "-o", "feedback.csv"], 2, "the export itself"),
        (["feedback.csv", "-o", "empty.csv"], 2, "--force"),
        (["feedback.csv", "-o", "nowhere/out.csv"], 2, "does not exist"),
        (["feedback.csv", "-o", "out.docx"], 2, "results are written as .csv, .tsv, .jsonl"),
    ],
)
def test_what_goes_wrong_is_one_line_and_a_status(run, export, monkeypatch, args, status, message):
    folder = export.parent
    monkeypatch.chdir(folder)
    (folder / "report.pdf").write_bytes(b"%PDF-1.7")
    (folder / "noending").touch()
    (folder / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)))
    (folder / "empty.csv").touch()
    (folder / "header.csv").write_text("id,comment\n")
    (folder / "broken.xlsx").write_bytes(b"PK")
    (folder / "broken.parquet").write_bytes(b"PAR1")
    (folder / "broken.jsonl").write_text("hello\n")
    before = sorted(folder.iterdir())
    result = run("analyze", *args)
    assert message in one_line(result)
    assert result.exit_code == status
    assert sorted(folder.iterdir()) == before


def test_names_cannot_send_escapes_to_the_terminal(run, tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("a\x1b[2J\x1b]0;owned\x07,b[red]\n1,2\n", encoding="utf-8")
    result = run("analyze", path, "--text-column", "x\x1b[31m")
    assert "\x1b" not in one_line(result)
    assert "\x07" not in result.stderr


def test_wrong_options_are_status_2(run, export):
    for args in (["analyze"], ["analyze", export, "--batch-size", "0"], ["nothing"], ["analyze", export, "--nope"]):
        assert run(*args).exit_code == 2


def test_without_ray_the_remedy_is_said(run, export, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "stemme.exports.ray_engine", raising=False)
    result = run("analyze", export, "--engine", "ray")
    assert one_line(result) == 'error: ray is not installed; it comes with: pip install "stemme[ray]"\n'
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (StemmeError("the model is missing"), 1, "error: the model is missing\n"),
        (UsageError("no such thing"), 2, "error: no such thing\n"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ModuleNotFoundError("x", name="torch.nn"), 1, 'it comes with: pip install "stemme[train]"'),
        (OSError(28, "No space left on device"), 1, "error: No space left on device\n"),
        (PermissionError(13, "Permission denied", "out.csv"), 1, "error: out.csv: Permission denied\n"),
        (ZeroDivisionError("by\nnothing"), 1, "unexpected ZeroDivisionError: by nothing; please report it"),
    ],
)
def test_every_error_is_one_line(error, status, message):
    small = typer.Typer()

    def command() -> None:
        raise error

    small.command()(errors.reported(command))
    result = CliRunner().invoke(small)
    assert message in one_line(result)
    assert result.exit_code == status


def test_debug_shows_an_unexpected_error(run, export, monkeypatch):
    monkeypatch.setitem(vars(stemme), "load", lambda *_: 1 / 0)
    assert isinstance(run("--debug", "analyze", export).exception, ZeroDivisionError)
    assert "--debug" in one_line(run("analyze", export, "--quiet"))


def test_version_and_help(run):
    assert run("--version").stdout == f"stemme {stemme.__version__}\n"
    listed = run("--help").stdout
    assert "analyze" in listed
    assert "model" in listed


def test_model_info(run, monkeypatch, tmp_path):
    facts = {"name": "stemme-base", "languages": ["te", "bn"], "sha256": {"model.onnx": "ab12"}}
    monkeypatch.setattr("stemme.model.info.describe", lambda folder: facts)
    result = run("model", "info", "--model", tmp_path)
    assert result.stdout == "name: stemme-base\nlanguages: te, bn\nsha256:\n  model.onnx: ab12\n"


def test_help_imports_nothing_heavy():
    code = (
        "import sys; sys.argv = ['stemme', '--help']\n"
        "from stemme.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*sorted(sys.modules), file=sys.stderr)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    heavy = {"spacy", "pyarrow", "onnxruntime", "tokenizers", "numpy", "torch", "charset_normalizer", "python_calamine"}
    assert not heavy & set(process.stderr.split())
    assert "stemme.exports.job" not in process.stderr.split()


def test_a_reader_that_has_enough_ends_it_quietly():
    process = start("analyze", "-")
    process.stdout.close()
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(b'"some words"\n' * 20_000)
        process.stdin.close()
    assert process.stderr.read().decode().count("\n") <= 1
    assert process.wait(300) == 1


def test_interrupting_says_how_to_resume_and_resuming_ends_as_if_nothing_had_happened(run, export):
    export.write_text("comment\n" + "".join(f"some words {n}\n" for n in range(3000)), encoding="utf-8")
    assert run("analyze", export, "-o", export.with_name("whole.csv")).exit_code == 0
    process = start("analyze", export, seconds=0.005)
    folder = export.with_name("feedback.stemme.csv.run")
    deadline = time.monotonic() + 300
    while len(list(folder.glob("part-*"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=300)
    assert process.returncode == 130
    *_, how, last = stderr.decode().splitlines()
    assert re.fullmatch(r"stopped after \d+ rows; go on with the same command and --resume", how)
    assert last == "interrupted"
    assert b"Traceback" not in stderr
    assert not export.with_name("feedback.stemme.csv").exists()
    again = run("analyze", export)
    assert again.exit_code == 2
    assert "an unfinished run; go on with --resume, or start over with --force" in again.stderr
    assert run("analyze", export, "--resume").exit_code == 0
    for name in ("", ".mentions"):
        assert (
            export.with_name(f"feedback.stemme{name}.csv").read_bytes()
            == export.with_name(f"whole{name}.csv").read_bytes()
        )
    assert not folder.exists()


def test_interrupting_before_anything_is_done_leaves_nothing_behind(export):
    process = start("analyze", export, seconds=60)
    deadline = time.monotonic() + 300
    while not list(export.parent.glob("*.run/results")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=300)
    assert process.returncode == 130
    assert list(export.parent.iterdir()) == [export]


def test_results_leave_through_the_pipe_while_it_is_open():
    process = start("analyze", "-", "--batch-size", "1")
    for number in range(3):
        process.stdin.write(b'"some words"\n')
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == str(number + 1)
    process.communicate(timeout=300)
    assert process.returncode == 0


def test_a_terminal_that_is_not_utf8_does_not_end_it(export):
    environment = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    code = subprocess.run(
        [sys.executable, "-c", PROCESS, "0", "analyze", str(export)],
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(SOURCES)} | environment,
        check=False,
    )
    assert code.returncode == 0, code.stderr
    assert io.BytesIO(code.stderr).read().isascii()


def test_rows_without_a_result_are_status_3_and_strict_stops(run, export):
    export.write_text("id,comment\n1,fine words\n2,too,many\n3,more words\n", encoding="utf-8")
    result = run("analyze", export)
    assert result.exit_code == 3
    errors_file = export.with_name("feedback.stemme.csv.errors.jsonl")
    assert f"1 row without a result: {errors_file}" in result.stderr
    assert [json.loads(line)["row"] for line in errors_file.read_text("utf-8").splitlines()] == [2]
    strict = run("analyze", export, "--strict", "--force", "--quiet")
    assert strict.exit_code == 1
    assert "row 2: 3 cells under 2 columns" in one_line(strict)
