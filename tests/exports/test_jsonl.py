from __future__ import annotations

import io
import json
import re

import pytest
from fake_analyzer import FakeAnalyzer

from stemme.errors import StemmeError
from stemme.exports import jsonl
from stemme.exports.job import Job, run
from stemme.exports.jsonl import JsonlReader


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_schema_of_the_design(tmp_path, texts, analyzer):
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps({"text": text, "n": 1}) + "\n" for text in texts), encoding="utf-8")
    run(Job(str(source)), lambda: analyzer)
    results = lines(tmp_path / "in.stemme.jsonl")
    assert [result["id"] for result in results] == [str(number) for number in range(1, len(texts) + 1)]
    assert [result["lang"] for result in results[:5]] == ["te", "bn", "nb", "et", "zh"]
    keys = ["id", "lang", "lang_score", "orientation", "balance", "scores", "sentences", "needs", "complaints"]
    for text, result in zip(texts, results, strict=True):
        assert list(result) == keys
        for mention in result["needs"] + result["complaints"]:
            assert text[mention["start"] : mention["end"]] == mention["text"]
    assert results[-1]["orientation"] == "neither"
    assert results[-1]["sentences"] == results[-1]["needs"] == results[-1]["complaints"] == []


def test_ids_and_input(tmp_path, analyzer):
    source = tmp_path / "in.jsonl"
    rows = [
        {"id": 17, "text": "some words", "deep": {"list": [1, None, "é"]}, "big": 12345678901234567890},
        {"id": "b", "text": None},
        {"text": "no id here"},
    ]
    source.write_text("\ufeff" + "\n\n".join(map(json.dumps, rows)), encoding="utf-8")
    run(Job(str(source), keep_input=True), lambda: analyzer)
    results = lines(tmp_path / "in.stemme.jsonl")
    assert [result["id"] for result in results] == ["17", "b", "3"]
    assert [result["input"] for result in results] == rows


def test_lone_surrogates_survive(tmp_path, analyzer):
    source = tmp_path / "in.jsonl"
    source.write_text('{"text": "half \\ud83d emoji"}\n', encoding="utf-8")
    run(Job(str(source), keep_input=True), lambda: analyzer)
    assert lines(tmp_path / "in.stemme.jsonl")[0]["input"]["text"] == "half \ud83d emoji"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"not json", r"not JSON: Expecting value at character 1"),
        (b'{"text": "cut', r"not JSON: Unterminated string"),
        (b"[" * 100_000, r"(nested too deep|not JSON)"),
        (b'{"text": NaN}', r"NaN is not JSON"),
        (b'{"text": -Infinity}', r"-Infinity is not JSON"),
        (b'{"n": ' + b"9" * 5000 + b"}", r"Exceeds the limit"),
        (b'{"text": "\xff"}', r"not UTF-8 at byte 11"),
        (b"[1, 2]", r"needed, not an array"),
        (b"12", r"needed, not a number"),
        (b"null", r"needed, not null"),
    ],
)
def test_what_is_not_an_object_is_named_by_its_line(tmp_path, line, reason, read, problems):
    path = tmp_path / "in.jsonl"
    path.write_bytes(b'{"text": "fine"}\n\n' + line + b'\n{"text": "more"}\n')
    assert [fields["text"] for fields in read(path)] == ["fine", "more"]
    ((number, problem),) = problems(path)
    assert number == 2
    assert re.match(rf"line 3: .*{reason}", problem)


def test_a_file_without_a_row_that_can_be_read_is_refused(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text("this is\nno JSON\n", "utf-8")
    with pytest.raises(StemmeError, match=r"no row can be read: row 1: line 1: not JSON"):
        run(Job(str(path)), FakeAnalyzer)


def test_a_text_that_is_an_object_goes_to_the_errors(tmp_path, analyzer):
    source = tmp_path / "in.jsonl"
    source.write_text('{"text": "words here"}\n{"text": {"en": "x"}}\n', encoding="utf-8")
    with pytest.raises(StemmeError, match=r'row 2: "text" holds an object, not a text'):
        run(Job(str(source), strict=True), lambda: analyzer)
    assert run(Job(str(source), force=True), lambda: analyzer).problems == 1
    reason = '"text" holds an object, not a text'
    assert lines(tmp_path / "in.stemme.jsonl.errors.jsonl") == [
        {"row": 2, "id": "2", "reason": reason, "input": {"text": {"en": "x"}}}
    ]


def test_a_row_without_the_field_goes_to_the_errors_and_an_empty_one_does_not(tmp_path, analyzer):
    rows = [
        {"id": 1, "text": "డెలివరీ ఆలస్యమైంది 😡"},
        {"id": 2, "comment": "快递晚了九天 😡"},
        {"id": 3, "text": None},
        {"id": 4, "text": ""},
    ]
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    summary = run(Job(str(source)), lambda: analyzer)
    assert (summary.rows, summary.empty, summary.problems) == (3, 2, 1)
    assert [result["id"] for result in lines(tmp_path / "in.stemme.jsonl")] == ["1", "3", "4"]
    (error,) = lines(tmp_path / "in.stemme.jsonl.errors.jsonl")
    assert (error["row"], error["input"]) == (2, rows[1])
    assert error["reason"].startswith('no field "text"; give the field of the text this name')


def test_an_endless_line_is_a_problem(monkeypatch):
    monkeypatch.setattr(jsonl, "MAX_LINE", 100)
    reader = JsonlReader(io.BytesIO(b'"' + b"x" * 1000 + b'"\n"next"\n'), "standard input", live=True)
    assert [(row.problem, dict(row.fields)) for row in reader.rows()] == [
        ("line 1: longer than 100 bytes", {}),
        (None, {"text": "next"}),
    ]


def test_a_pipe_may_begin_with_what_is_no_json(tmp_path, monkeypatch):
    given = b'warming up\n{"id": "a", "text": "some words"}\n'
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
    summary = run(Job("-", str(tmp_path / "out.jsonl")), FakeAnalyzer)
    assert (summary.rows, summary.problems) == (1, 1)
    assert lines(tmp_path / "out.jsonl")[0]["id"] == "a"


def test_a_pipe_takes_bare_strings_and_is_not_read_ahead():
    stream = io.BytesIO('"తెలుగు"\n{"text": "norsk"}\n'.encode())
    reader = JsonlReader(stream, "standard input", live=True)
    assert stream.tell() < len(stream.getvalue())
    assert reader.columns == ("text",)
    assert reader.total is None
    assert [row.fields["text"] for row in reader.rows()] == ["తెలుగు", "norsk"]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_a_field_that_comes_late_through_a_pipe_is_never_dropped(tmp_path, analyzer, monkeypatch, ending):
    given = b'{"text": "some words"}\n{"text": "more words", "late": 1}\n'
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
    target = tmp_path / f"out.{ending}"
    assert run(Job("-", str(target)), lambda: analyzer).rows == 1
    (error,) = lines(tmp_path / f"out.{ending}.errors.jsonl")
    assert error["input"] == {"text": "more words", "late": 1}
    assert error["reason"].startswith('the field "late" was not in the first row')


def test_a_file_knows_its_columns_and_rows_at_the_start(tmp_path):
    path = tmp_path / "in.ndjson"
    path.write_text('{"a": 1}\n{"b": 2, "a": 3}\n', encoding="utf-8")
    with JsonlReader.open(path) as reader:
        assert (reader.columns, reader.total) == (("a", "b"), 2)
        assert [reader.fraction for _ in reader.rows()] == [0.5, 1.0]


@pytest.mark.parametrize("depth", [400, 990, 5000, 100_000])
def test_deep_json_is_refused_before_the_run_or_written_whole(tmp_path, analyzer, depth):
    line = '{"text": "hi", "x": ' + "[" * depth + "]" * depth + "}"
    (tmp_path / "in.jsonl").write_text(line + "\n", encoding="utf-8")
    try:
        run(Job(str(tmp_path / "in.jsonl"), str(tmp_path / "out.csv")), lambda: analyzer)
    except StemmeError as error:
        assert "nested too deep" in str(error)  # noqa: PT017
    else:
        assert "[" * depth in (tmp_path / "out.csv").read_text("utf-8")
