"""Files as tools write them, all read to the rows they were written from."""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fake_analyzer import FakeAnalyzer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stemme.errors import StemmeError, UsageError
from stemme.exports.formats import open_reader
from stemme.exports.job import Job, run
from stemme.exports.reading import Reading

FOLDER = Path(__file__).parents[1] / "data" / "exports"
ROWS = json.loads((FOLDER / "rows.json").read_text("utf-8"))
SOME = {"norway": "nordic", "mark": "nordic", "china": "hans", "taiwan": "hant"}
FILES = [path for path in sorted(FOLDER.iterdir()) if path.name not in ("rows.json", "write.py")]


def cells(path: Path, reading: Reading | None = None) -> list[list[str]]:
    with open_reader(str(path), reading or Reading()) as reader:
        assert {"id", "rating", "comment"} <= set(reader.columns)
        return [
            [str(row.fields[name] if row.fields[name] is not None else "") for name in ("id", "rating", "comment")]
            for row in reader.rows()
        ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_reads_to_the_rows_it_was_written_from(path):
    assert cells(path) == ROWS[next((rows for part, rows in SOME.items() if part in path.name), "all")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_is_analysed_into_its_own_format(tmp_path, path):
    shutil.copy(path, tmp_path)
    summary = run(Job(str(tmp_path / path.name), text_column="comment"), FakeAnalyzer)
    assert summary.rows in (3, 6)
    assert summary.problems == 0
    written = {file.name.partition(".")[2] for file in tmp_path.iterdir()} - {path.name.partition(".")[2]}
    ending = path.name.partition(".")[2]
    ending = {"json": "jsonl", "xls": "xlsx", "ods": "xlsx"}.get(ending, ending)
    assert f"stemme.{ending}" in written


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("title.csv", "2 lines above the header left out"),
        ("title.xlsx", 'sheet "Svar", the first of 2'),
        ("qualtrics.csv", "2 rows of question texts and codes left out"),
        ("surveymonkey.csv", "1 row of question texts and codes left out"),
        ("zendesk.json", 'the list "tickets"'),
        ("mysql.csv", "quotation marks escaped by \\"),
        ("excel-china.csv", "gb18030"),
    ],
)
def test_what_is_assumed_is_said(name, note):
    with open_reader(str(FOLDER / name)) as reader:
        assert note in reader.notes


def test_what_is_found_can_be_overridden(tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes("a;b;c\nid;rating;comment\n1;2;sp\xf8rsm\xe5l\n".encode("latin-1"))
    reading = Reading(encoding="latin-1", delimiter=";", header_row=2)
    assert cells(path, reading) == [["1", "2", "spørsmål"]]
    with open_reader(str(FOLDER / "title.xlsx"), Reading(sheet="More")) as reader:
        assert reader.columns == ("comment", "n")
    with pytest.raises(UsageError, match='no sheet "Nope"; there are Setup, Svar, More'):
        open_reader(str(FOLDER / "title.xlsx"), Reading(sheet="Nope"))
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"id,rating,comment\n1,2,fine\n" + b"2,1,\x81 no such byte\n")
    with open_reader(str(broken), Reading(encoding="cp1252")) as reader:
        assert [row.problem for row in reader.rows()] == [None, "a byte that cp1252 does not allow"]


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        ("comment\nLate, slow, and rude\nDear, dear, me\nOh, well, no\n", ("comment",)),
        ("Q7\nLate, slow and rude\nFine\nOh, well\nBad\n", ("Q7",)),
        ("a,b\n1,2\n1,2,3,4,5\n1,2\n", ("a", "b")),
        ("Report\nid,comment\n1,fine\n2,bad\n", ("id", "comment")),
        ("id,comment,,,\n1,fine,x,y,z\n", ("id", "comment", "column_3", "column_4", "column_5")),
        ("name,plan\nfirst words,two,words more,and more\n", ("name", "plan")),
    ],
)
def test_titles_are_told_from_headers(tmp_path, content, columns):
    path = tmp_path / "in.csv"
    path.write_text(content, "utf-8")
    with open_reader(str(path)) as reader:
        assert reader.columns == columns


def test_several_files_a_pattern_and_a_folder(tmp_path, monkeypatch):
    for name in ("duckdb.csv", "zendesk.json", "old.xls"):
        shutil.copy(FOLDER / name, tmp_path)
    (tmp_path / "notes.txt").write_text("no export")
    (tmp_path / ".hidden.csv").write_text("id\n")
    target = tmp_path.parent / f"{tmp_path.name}.csv"
    for source in (
        str(tmp_path),
        str(tmp_path / "[dzo]*.*"),
        [str(path) for path in sorted(tmp_path.glob("*d*.[cjx]*"))],
    ):
        summary = run(Job(source, str(target), force=True), FakeAnalyzer)
        assert summary.rows == 18
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [row[0] for row in ROWS["all"]] * 3
    assert rows[12]["tags"] == '["a", {"b": 1}]'
    assert rows[0]["tags"] == ""
    with pytest.raises(UsageError, match="3 files: name the output with -o"):
        run(Job(str(tmp_path)), FakeAnalyzer)
    for nothing in (str(tmp_path / "*.parquet"), str(tmp_path / "nowhere.csv")):
        with pytest.raises(UsageError, match=r"no export matches|there is no such file"):
            run(Job(nothing), FakeAnalyzer)
    with pytest.raises(UsageError, match="named twice"):
        run(Job([str(tmp_path / "old.xls")] * 2, str(target), force=True), FakeAnalyzer)


def test_an_error_in_one_of_several_files_says_which(tmp_path):
    (tmp_path / "a.csv").write_text("id,comment\n1,fine words\n", "utf-8")
    (tmp_path / "b.csv").write_text("id,comment\n1,2,3\n2,more words\n", "utf-8")
    target = tmp_path / "out.jsonl"
    assert run(Job([str(tmp_path / "a.csv"), str(tmp_path / "b.csv")], str(target)), FakeAnalyzer).problems == 1
    error = json.loads((tmp_path / "out.jsonl.errors.jsonl").read_text("utf-8"))
    assert (error["row"], error["reason"].startswith(f"{tmp_path / 'b.csv'}: row 1: 3 cells")) == (2, True)


def test_a_file_whose_texts_stand_under_another_name_is_refused_by_its_name(tmp_path):
    (tmp_path / "a.csv").write_text("id,comment\n1,Leveransen kom ni dager for sent 😡\n", "utf-8")
    other = tmp_path / "b.csv"
    other.write_text("id,feedback\n2,快递晚了九天 😡\n", "utf-8")
    reason = r'b\.csv: there is no column "comment", .* rename the column .* Columns: id, feedback'
    for wanted in (None, "comment"):
        with pytest.raises(UsageError, match=reason):
            run(Job(str(tmp_path), str(tmp_path / "all.csv"), wanted), lambda: pytest.fail("loaded"))
    other.write_text("id,feedback\n", "utf-8")
    assert run(Job(str(tmp_path), str(tmp_path / "all.csv")), FakeAnalyzer).rows == 1, "no row, no text that is lost"


def test_parquet_files_of_one_schema_keep_their_types(tmp_path):
    for number in range(2):
        rows = pa.table({"comment": [f"words number {number}"], "n": pa.array([number], pa.int8())})
        pq.write_table(rows, tmp_path / f"{number}.parquet")
    target = tmp_path / "out" / "all.parquet"
    target.parent.mkdir()
    run(Job(str(tmp_path / "*.parquet"), str(target)), FakeAnalyzer)
    assert pq.read_schema(target).field("n").type == pa.int8()
    pq.write_table(pa.table({"comment": ["other words"], "n": ["x"]}), tmp_path / "2.parquet")
    run(Job(str(tmp_path / "*.parquet"), str(target), force=True), FakeAnalyzer)
    assert pq.read_table(target)["n"].to_pylist() == ["0", "1", "x"]


@pytest.mark.parametrize("name", ["duckdb.csv.gz", "duckdb.csv.zst", "intercom.jsonl.gz"])
def test_a_cut_archive_is_refused_before_anything_is_analysed(tmp_path, name):
    path = tmp_path / name
    path.write_bytes((FOLDER / name).read_bytes()[:-12])
    with pytest.raises(StemmeError, match=r"cannot be read: the compressed file is damaged or cut"):
        run(Job(str(path)), lambda: pytest.fail("loaded"))


@pytest.mark.parametrize("content", ["", "[", "[1, 2", '{"a": 1', "{}", "[]", "null", "\ufeff[]", "[1]"])
def test_json_that_is_no_table(tmp_path, content):
    path = tmp_path / "in.json"
    path.write_text(content, "utf-8")
    with pytest.raises(StemmeError):
        run(Job(str(path)), FakeAnalyzer)


def test_one_object_in_a_json_file_is_a_row_or_holds_the_rows(tmp_path, read):
    path = tmp_path / "in.json"
    path.write_text('{"text": "a", "tags": ["x"]}', "utf-8")
    assert read(path) == [{"text": "a", "tags": ["x"]}]
    path.write_text('{"meta": {"n": 1}, "data": {"items": [{"text": "a"}, {"text": "b"}]}}', "utf-8")
    assert read(path) == [{"text": "a"}, {"text": "b"}]


def objects(name, *texts):
    return [{name: text} for text in texts]


TEXTS = ("పార్సెల్ ఇంకా రాలేదు 📦", "Pakken kom for sent 😡")
COMMENTS = objects("text", *TEXTS)


@pytest.mark.parametrize(
    ("content", "name", "left"),
    [
        ({"tags": objects("name", "x"), "comments": COMMENTS}, "comments", '1 object of "tags"'),
        ({"comments": COMMENTS, "tags": objects("name", *"xyz")}, "comments", '3 objects of "tags"'),
        ({"a": objects("x", "客服"), "b": {"c": objects("y", "包裹", "📦")}}, "b.c", '1 object of "a"'),
        ({"marks": objects("feedback", *"123"), "svar": objects("svar", *TEXTS)}, "svar", '3 objects of "marks"'),
        (
            {"klager": objects("klage", "Ei vasta 😤"), "users": objects("note", *"abc")},
            "klager",
            '3 objects of "users"',
        ),
        ({"rows": [{"comments": COMMENTS, "say": "তিন"}], "n": [1, 2]}, "rows", None),
        ({"pages": [COMMENTS, COMMENTS]}, "pages.item", None),
        (
            {f"{n}": objects("x", "y") for n in range(9)} | {"comments": COMMENTS},
            "comments",
            ", ".join(f'1 object of "{n}"' for n in range(1, 6)) + " and 4 more lists",
        ),
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_of_several_lists_that_of_the_texts_is_read_and_the_others_are_named(
    tmp_path, read, content, name, left, indent
):
    path = tmp_path / "in.json"
    path.write_text(json.dumps(content, indent=indent), "utf-8")
    with open_reader(str(path)) as reader:
        assert reader.notes == [f'the list "{name}"', *([f"not read: {left}"] if left else [])]
        total = reader.total
    values = content
    for part in name.removesuffix(".item").split("."):
        values = values[part]
    found = read(path)
    assert found == ([row for page in values for row in page] if name.endswith(".item") else values)
    assert total == len(found)


def test_lists_of_a_file_that_breaks_off(tmp_path, read, problems):
    path = tmp_path / "in.json"
    path.write_text(json.dumps({"comments": COMMENTS, "tags": objects("name", *"xy")})[:-8], "utf-8")
    assert read(path) == COMMENTS
    ((number, reason),) = problems(path)
    assert number == 3
    assert reason.startswith("not JSON after object 2: ")


def test_many_lists_are_read_in_bounded_memory(tmp_path):
    path = tmp_path / "in.json"
    path.write_text("{" + "".join(f'"{n}": [{{"a": 1}}],' for n in range(20_000)) + '"z": [{"text": "hei"}]}', "utf-8")
    tracemalloc.start()
    with open_reader(str(path)) as reader:
        assert reader.columns == ("text",)
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    tracemalloc.stop()


def test_an_output_in_the_folder_is_no_input(tmp_path):
    shutil.copy(FOLDER / "duckdb.csv", tmp_path)
    for _ in range(2):
        assert run(Job(str(tmp_path), str(tmp_path / "all.csv"), force=True), FakeAnalyzer).rows == 6
    with pytest.raises(UsageError, match="the export itself"):
        run(Job([str(tmp_path / "all.csv")], str(tmp_path / "all.csv"), force=True), FakeAnalyzer)


def test_json_arrays_of_texts_and_with_a_mark(tmp_path, read, problems):
    path = tmp_path / "in.json"
    path.write_text('\ufeff[{"text": "a", "n": 12345678901234567890, "f": 0.5}, 7, "b"]', "utf-8")
    assert read(path) == [{"text": "a", "n": 12345678901234567890, "f": 0.5}, {"text": "b"}]
    assert problems(path) == [(2, "a JSON object is needed, not a number")]


ENDINGS = ["csv", "csv.gz", "tsv", "jsonl", "jsonl.zst", "json", "json.gz", "xlsx", "parquet"]
words = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), min_size=1, max_size=20)
rows_of = st.tuples(words, words, words).map(lambda cells: dict(zip(("id", "comment", "rest"), cells, strict=True)))
tables = st.lists(rows_of, min_size=1, max_size=6)


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=tables, ending=st.sampled_from(ENDINGS))
def test_rows_come_back_through_every_format(tmp_path, rows, ending):
    """Written by another library, analysed, and read again: ids, texts and the rest are what they were."""
    source, target = tmp_path / f"in.{ending}", tmp_path / "out.jsonl"
    data = written(rows, ending.partition(".")[0])
    if ending.endswith(".gz"):
        data = gzip.compress(data)
    if ending.endswith(".zst"):
        data = zstd(data)
    source.write_bytes(data)
    run(Job(str(source), str(target), text_column="comment", keep_input=True, force=True), FakeAnalyzer)
    results = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert [result["input"] for result in results] == rows
    assert [result["id"] for result in results] == [row["id"] for row in rows]


def zstd(data: bytes) -> bytes:
    buffer = pa.BufferOutputStream()
    with pa.CompressedOutputStream(buffer, "zstd") as packed:
        packed.write(data)
    return buffer.getvalue().to_pybytes()


def written(rows: list[dict[str, str]], kind: str) -> bytes:
    if kind in ("csv", "tsv"):
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, list(rows[0]), delimiter="," if kind == "csv" else "\t", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue().encode()
    if kind == "json":
        return json.dumps(rows).encode()
    if kind == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    stream = io.BytesIO()
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), stream)
    else:
        import xlsxwriter

        with xlsxwriter.Workbook(stream, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate([dict(zip(rows[0], rows[0], strict=True)), *rows]):
                for position, cell in enumerate(row.values()):
                    sheet.write_string(number, position, cell)
    return stream.getvalue()


def test_a_quotation_mark_that_another_row_closes_costs_its_line_only(tmp_path, read, problems):
    path = tmp_path / "in.csv"
    lines = [f"{n},{n % 5},pakke nummer {n} kom for sent" for n in range(1, 12)]
    lines[3] = '4,4,"pakken kom for sent'
    lines[8] = '9,4,han sa",pakken kom'
    path.write_text("id,rating,comment\n" + "\n".join(lines) + "\n", "utf-8")
    assert [row["id"] for row in read(path)] == ["1", "2", "3", "5", "6", "7", "8", "10", "11"]
    assert [number for number, _ in problems(path)] == [4, 9]


def test_cells_of_several_lines_stay_whole_in_rows_that_are_too_short(tmp_path, read):
    path = tmp_path / "in.csv"
    path.write_text('id,comment,more\n1,"first line\nsecond, with a comma\nthird line"\n2,b,c\n', "utf-8")
    assert [row["id"] for row in read(path)] == ["1", "2"]
    assert read(path)[0]["comment"].count("\n") == 2


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", ["包裹晚了九天才到，一直没有人回复", "డెలివరీ తొమ్మిది రోజులు ఆలస్యమైంది", "ডেলিভারি নয় দিন দেরিতে এসেছে"]
)
def test_utf_16_without_a_mark_in_any_script(tmp_path, read, encoding, text):
    path = tmp_path / "in.csv"
    path.write_bytes(f"编号,意见\r\n一,{text}\r\n".encode(encoding))
    assert [list(row.values()) for row in read(path)] == [["一", text]]


def test_where_a_json_array_breaks_off_what_follows_is_one_row_of_the_errors(tmp_path, read, problems):
    path = tmp_path / "in.json"
    whole = json.dumps([{"id": n, "comment": f"words number {n}"} for n in range(50)])
    path.write_text(whole[: len(whole) // 2], "utf-8")
    found = read(path)
    assert found == [{"id": n, "comment": f"words number {n}"} for n in range(len(found))]
    assert 20 < len(found) < 26
    ((number, reason),) = problems(path)
    assert number == len(found) + 1
    assert reason.startswith(f"not JSON after object {len(found)}: ")
    assert reason.endswith("all that follows is lost")


@pytest.mark.parametrize("deep", ["[" * 3000, '{"a":' * 3000, '{"a":\n' * 3000, '[{"text": "hei", "x": ' + "[" * 3000])
def test_json_that_is_nested_deep_is_refused_rather_than_followed(tmp_path, deep):
    path = tmp_path / "in.json"
    path.write_text(deep, "utf-8")
    with pytest.raises(StemmeError, match=r"in\.json: .*nested deeper than the 200 levels"):
        open_reader(str(path))


def test_what_comes_before_deep_json_is_read(tmp_path, read, problems):
    path = tmp_path / "in.json"
    fine = [{"text": "快递晚了九天 😡", "x": json.loads("[" * 150 + "]" * 150)}, {"text": "Tarne hilines!"}]
    path.write_text(json.dumps(fine)[:-1] + ', {"text": "b", "x": ' + "[" * 300 + "]" * 300 + "}]", "utf-8")
    assert read(path) == fine
    assert [number for number, _ in problems(path)] == [3]
