from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from fake_analyzer import FakeAnalyzer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stemme.errors import StemmeError, UsageError
from stemme.exports import delimited
from stemme.exports.delimited import DelimitedReader, find_delimiter
from stemme.exports.formats import open_reader, open_writer
from stemme.exports.job import Job, run
from stemme.exports.reader import Row
from stemme.exports.reading import Reading
from stemme.exports.writer import Result


def write(path: Path, rows, encoding="utf-8", **dialect) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, **dialect).writerows(rows)
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_unicode_encoding_and_delimiter_reads_to_the_same_rows(tmp_path, texts, read, delimiter, encoding):
    rows = [[f"00{number}", text, "x,;|\t"] for number, text in enumerate(texts)]
    path = write(tmp_path / "in.csv", [["id", "comment", "rest"], *rows], encoding, delimiter=delimiter)
    assert [list(fields.values()) for fields in read(path)] == rows


@pytest.mark.parametrize(
    ("encoding", "lines"),
    [
        ("cp1252", ["Leveransen kom for sent, og ingen svarte på spørsmålet mitt.", "Veldig dårlig æøå"]),
        ("cp1252", ["Tarne hilines üheksa päeva ja keegi ei vastanud kõnele.", "Väga halb teenindus, õudne"]),
        ("gb18030", ["快递晚了九天，没有人回复我的留言。", "服务态度很差，希望改进。"]),
        ("big5", ["快遞晚了九天，沒有人回覆我的留言。", "服務態度很差，希望改進。"]),
    ],
)
def test_legacy_encodings_are_found_and_said(tmp_path, read, encoding, lines):
    path = write(tmp_path / "in.csv", [["comment", "n"], *([line, "1"] for line in lines)], encoding)
    assert [fields["comment"] for fields in read(path)] == lines
    with DelimitedReader(path) as reader:
        assert reader.notes == [encoding, "separated by commas"]


def test_a_long_ascii_beginning_does_not_hide_the_encoding(tmp_path, read):
    rows = [["ascii only, as most rows are", str(number)] for number in range(40_000)]
    path = write(tmp_path / "in.csv", [["comment", "n"], *rows, ["dårlig på slutten av året", "1"]], "cp1252")
    assert read(path)[-1]["comment"] == "dårlig på slutten av året"


def test_a_broken_byte_costs_its_row_only(tmp_path, read, problems):
    path = tmp_path / "in.csv"
    path.write_bytes("comment\nవ్యాఖ్య\nఅభిప్రాయం\n".encode() + b"\xe0\xb0\nmore\n")
    assert [fields["comment"] for fields in read(path)] == ["వ్యాఖ్య", "అభిప్రాయం", "more"]
    assert problems(path) == [(3, "a byte that utf-8 does not allow")]


@pytest.mark.parametrize("encoding", ["utf-16", "UTF_16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_unicode_encoding_that_is_told_is_taken(tmp_path, texts, encoding, mark):
    written = f"{encoding}-le" if mark and not encoding.endswith("le") else encoding
    path = write(tmp_path / "in.csv", [[f"{mark}comment", "n"], *([text, "1"] for text in texts)], written)
    reading = Reading(encoding=encoding)
    reading.check()
    with DelimitedReader(path, reading) as reader:
        assert [row.fields["comment"] for row in reader.rows()] == texts


def test_a_unicode_encoding_that_does_not_fit_is_refused(tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes("comment\nTarne hilines üheksa päeva\nnei\n".encode())
    with pytest.raises(StemmeError, match=r"in\.csv: line 1: a byte that utf-32 does not allow"):
        DelimitedReader(path, Reading(encoding="utf-32"))


@pytest.mark.parametrize("encoding", ["nope", "undefined", "base64", "rot13", "idna", ""])
def test_what_is_no_encoding_of_texts_is_refused(encoding):
    with pytest.raises(UsageError, match="not known; write utf-8, utf-16"):
        Reading(encoding=encoding).check()


def test_an_encoding_that_fits_nothing_is_refused_with_the_remedy(tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes(b"comment\n" + bytes(range(0x80, 0x100)) * 3)
    with pytest.raises(StemmeError, match=r"in\.csv: line 2: a byte that utf-8 does not allow; .* --encoding"):
        DelimitedReader(path)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_a_missing_last_one(tmp_path, read, end):
    path = tmp_path / "in.csv"
    path.write_bytes(end.join(["id,comment", "1,first", "", '2,"a ""b"""']).encode())
    assert read(path) == [{"id": "1", "comment": "first"}, {"id": "2", "comment": 'a "b"'}]


def test_a_column_of_prose_without_a_delimiter_in_its_header_is_one_column(tmp_path, read):
    path = tmp_path / "in.csv"
    path.write_text('comment\nGood, but late; really\n"Quoted, too"\n', encoding="utf-8")
    assert [fields["comment"] for fields in read(path)] == ["Good, but late; really", "Quoted, too"]


def test_short_rows_are_filled_and_long_ones_are_problems(tmp_path, read, problems):
    path = tmp_path / "in.csv"
    path.write_text("a,b,c\n1\n1,2,3,,\n", encoding="utf-8")
    assert read(path) == [{"a": "1", "b": "", "c": ""}, {"a": "1", "b": "2", "c": "3"}]
    path.write_text("a,b,c\n1,2,3\n1,2,3,lost\n4,5,6\n", encoding="utf-8")
    assert [fields["a"] for fields in read(path)] == ["1", "4"]
    assert problems(path) == [(2, "4 cells under 3 columns; quote the cells that hold the delimiter")]


def test_an_open_quotation_mark_swallows_nothing(tmp_path, read, problems):
    path = tmp_path / "in.csv"
    path.write_text('id,comment\n1,fine\n2,"never closed\n3,kept\n4,"quoted\ntoo"\n5,kept\n', encoding="utf-8")
    assert [(fields["id"], fields["comment"]) for fields in read(path)] == [
        ("1", "fine"),
        ("3", "kept"),
        ("4", "quoted\ntoo"),
        ("5", "kept"),
    ]
    assert problems(path) == [(2, "a quotation mark is opened and never closed")]
    path.write_text('id,comment\n1,"never closed\n' + "2,kept\n" * 100, encoding="utf-8")
    assert problems(path) == [(1, "a quotation mark is opened and never closed")]
    assert len(read(path)) == 100


def test_a_megabyte_in_a_cell_is_read_and_an_endless_one_is_a_problem(tmp_path, read, problems, monkeypatch):
    path = write(tmp_path / "in.csv", [["id", "comment"], ["1", "వ్యాఖ్య " * 150_000]])
    assert len(read(path)[0]["comment"]) == 8 * 150_000
    monkeypatch.setattr(delimited, "MAX_CELL", 1000)
    with path.open("a", encoding="utf-8") as file:
        file.write("2,short\r\n")
    assert [fields["id"] for fields in read(path)] == ["2"]
    assert problems(path) == [(1, "a line of over 1,000 characters")]
    path.write_text('id,comment\n1,"' + "words on\n" * 200 + '"\n2,short\n', encoding="utf-8")
    with DelimitedReader(path, Reading(delimiter=",")) as reader:
        assert next(reader.rows()).problem == "a quotation mark is opened and never closed"


def test_duplicate_and_empty_names_are_made_unique_and_said(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("name,name,, ,name_2\n1,2,3,4,5\n", encoding="utf-8")
    with DelimitedReader(path) as reader:
        assert reader.columns == ("name", "name_3", "column_3", "column_4", "name_2")
        assert 'column 2 is called "name_3"' in reader.notes
        assert next(reader.rows()).fields["column_4"] == "4"


def test_the_fraction_grows_to_the_whole(tmp_path):
    path = write(tmp_path / "in.csv", [["comment"], *([f"row {number} " * 20] for number in range(2000))])
    with DelimitedReader(path) as reader:
        fractions = [reader.fraction for _ in reader.rows()]
    assert fractions == sorted(fractions)
    assert fractions[0] < 0.5
    assert fractions[-1] == 1.0


def test_delimiter_of_european_spreadsheets():
    assert find_delimiter("dato;pris;kommentar\n1;2,50;Fint, men dyrt, dessverre\n2;3,10;Bra\n") == ";"


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\x1e\x1f"), max_size=30)


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=8), delimiter=st.sampled_from(",;\t|"))
def test_cells_come_back_exactly(tmp_path, rows, delimiter):
    """Any cells, through a file, the analysis and a file again."""
    source = write(tmp_path / "in.csv", [["comment", "ends"], *rows], delimiter=delimiter, lineterminator="\r\n")
    target = tmp_path / "out.csv"
    run(Job(str(source), str(target), text_column="comment", force=True), FakeAnalyzer)
    with open_reader(str(target)) as reader:
        assert [(row.fields["comment"], row.fields["ends"]) for row in reader.rows()] == rows


def test_the_csv_resembles_the_one_it_comes_from(tmp_path, analyzer):
    source = write(tmp_path / "in.csv", [["id", "kommentar"], ["1", "Æsj, for sent"]], "utf-8-sig", delimiter=";")
    run(Job(str(source)), lambda: analyzer)
    written = (tmp_path / "in.stemme.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbfid;kommentar;stemme_lang;")
    source.write_text("id,comment\n1,fine words\n", encoding="utf-8")
    run(Job(str(source), force=True), lambda: analyzer)
    assert (tmp_path / "in.stemme.csv").read_bytes().startswith(b"id,comment,stemme_lang,")


def test_a_csv_that_comes_from_tsv_has_commas(tmp_path, analyzer):
    tabs = write(tmp_path / "tabs.tsv", [["id", "kommentar"], ["1", "Æsj, for sent 😡"]], delimiter="\t")
    semicolons = write(tmp_path / "semicolons.csv", [["id", "kommentar"], ["2", "快递晚了；没人回复"]], delimiter=";")
    for sources, begins in (((tabs,), b"id,kommentar,"), ((tabs, semicolons), b"id;kommentar;")):
        run(Job([str(source) for source in sources], str(tmp_path / "out.csv"), force=True), lambda: analyzer)
        assert (tmp_path / "out.csv").read_bytes().startswith(begins)
    assert (tmp_path / "out.mentions.csv").read_bytes().startswith(b"id;kind;")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "＝"])
def test_what_we_add_never_runs_as_a_formula(tmp_path, start):
    source = write(tmp_path / "in.csv", [["comment"], ["x"]])
    text = f'{start}HYPERLINK("http://evil","yes")'
    analysis = next(FakeAnalyzer().pipe([text]))
    stream = io.BytesIO()
    with DelimitedReader(source) as reader:
        writer = open_writer(str(tmp_path / "out.csv"), stream, reader)
        writer.write(Result(Row(1, {"comment": text}), "1", analysis))
        writer.close()
    _, row = csv.reader(io.StringIO(stream.getvalue().decode(), newline=""))
    assert row[0] == text, "the user's own cell stays as it was"
    for cell in row[1:]:
        assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "＝")) or float(cell) < 0
