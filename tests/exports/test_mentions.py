from __future__ import annotations

import csv
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fake_analyzer import FakeAnalyzer, analyze

from stemme.errors import UsageError
from stemme.exports.csv_writer import DelimitedMentions, DelimitedWriter
from stemme.exports.formats import mentions_target, open_reader
from stemme.exports.job import Job, run
from stemme.exports.mentions import MENTION_COLUMNS, mention_rows
from stemme.exports.reader import Row
from stemme.exports.reading import Reading
from stemme.exports.writer import Result

TEXT = "Leveransen kom\nni dager for sent. Ingen svarte!"


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "in.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([["id", "comment"], ["007", TEXT], ["008", ""], ["009", "Aldri mer"]])
    return path


def test_rows_say_where_a_mention_stands():
    analysis = analyze(TEXT)
    rows = list(mention_rows(Result(Row(1, {}), "007", analysis)))
    assert len(rows) == len(analysis.needs) + len(analysis.complaints) == 3
    for row in rows:
        cells = dict(zip(MENTION_COLUMNS, row, strict=True))
        assert cells["id"] == "007"
        assert TEXT[cells["start"] : cells["end"]] == cells["text"]
        assert (cells["severity"] is None) == (cells["kind"] == "need")
    assert [row[6] for row in rows] == sorted(row[6] for row in rows)


@pytest.mark.parametrize("ending", ["csv", "tsv", "csv.gz", "parquet", "xlsx"])
def test_the_second_table_is_the_same_in_every_format(tmp_path, source, ending):
    target = tmp_path / f"out.{ending}"
    run(Job(str(source), str(target)), FakeAnalyzer)
    second = mentions_target(str(target)) or str(target)
    with open_reader(second, Reading(sheet="mentions" if ending == "xlsx" else None)) as reader:
        assert reader.columns == tuple(MENTION_COLUMNS)
        rows = [[str(row.fields[name] or "") for name in ("id", "kind", "text", "severity")] for row in reader.rows()]
    assert [row[0] for row in rows] == ["007", "007", "007", "009"]
    assert [row[2] for row in rows] == ["Leveransen", "dager", "sent.", "Aldri"]
    assert [row[1] for row in rows] == ["need", "complaint", "complaint", "need"]
    assert [bool(row[3]) for row in rows] == [False, True, True, False]


def test_types_in_parquet(tmp_path, source):
    run(Job(str(source), str(tmp_path / "out.parquet")), FakeAnalyzer)
    schema = pq.read_schema(tmp_path / "out.mentions.parquet")
    assert (schema.field("start").type, schema.field("score").type) == (pa.int32(), pa.float64())


def test_no_second_table_where_there_is_no_place_or_none_is_wanted(tmp_path, source):
    run(Job(str(source), str(tmp_path / "out.jsonl")), FakeAnalyzer)
    run(Job(str(source), str(tmp_path / "out.csv"), mentions=False), FakeAnalyzer)
    run(Job(str(source), str(tmp_path / "out.xlsx"), mentions=False), FakeAnalyzer)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv", "out.jsonl", "out.xlsx"]


def test_a_run_that_overwrites_leaves_no_errors_of_the_one_before(tmp_path, source):
    stale = tmp_path / "in.stemme.csv.errors.jsonl"
    stale.write_text("{}\n")
    run(Job(str(source), force=True), FakeAnalyzer)
    assert not stale.exists()


def test_a_run_without_mentions_leaves_no_table_of_those_before(tmp_path, source):
    run(Job(str(source)), FakeAnalyzer)
    (tmp_path / "in.stemme.csv").unlink()
    with pytest.raises(UsageError, match=r"in\.stemme\.mentions\.csv: exists already; overwrite it with --force"):
        run(Job(str(source), mentions=False), FakeAnalyzer)
    run(Job(str(source), mentions=False, force=True), FakeAnalyzer)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "in.stemme.csv"]


def test_for_excel_there_is_a_mark_and_no_formula(tmp_path):
    source = tmp_path / "in.csv"
    own = ["=1+1", "-5", "+47 22 33", "@x", "-2,5", "fine", "\t=x"]
    with source.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["comment", "own"], *(["=HYPERLINK(1) words", cell] for cell in own)])
    run(Job(str(source), excel=True), FakeAnalyzer)
    for name in ("in.stemme.csv", "in.stemme.mentions.csv"):
        data = (tmp_path / name).read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
            for cell in row:
                assert not cell.startswith(("=", "@", "\t", "+"))
                assert not cell.startswith("-") or float(cell.replace(",", ".")) < 0
    with (tmp_path / "in.stemme.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["own"] for row in csv.DictReader(file)] == [
            "'=1+1",
            "-5",
            "'+47 22 33",
            "'@x",
            "-2,5",
            "fine",
            "'\t=x",
        ]


def test_mentions_never_run_as_formulas():
    stream = io.BytesIO()
    writer = DelimitedMentions(stream, delimiter=",", bom=False)
    writer.write(Result(Row(1, {}), "=id", analyze('=HYPERLINK("http://evil")')))
    writer.close()
    for row in csv.reader(io.StringIO(stream.getvalue().decode(), newline="")):
        assert not any(cell.startswith("=") for cell in row)
    own = io.BytesIO()
    table = DelimitedWriter(own, ["=column"], delimiter=",", bom=False)
    table.write(Result(Row(1, {"=column": "=kept"}), "1", analyze("")))
    table.close()
    assert own.getvalue().startswith(b"=column,"), "without --excel the user's own cells stay"
