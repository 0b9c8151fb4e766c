from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from itertools import starmap

import pytest
import python_calamine
import xlsxwriter
from fake_analyzer import analyze
from hypothesis import given, settings
from hypothesis import strategies as st

from stemme.errors import StemmeError
from stemme.exports import workbook_guard, xlsx
from stemme.exports.formats import open_reader
from stemme.exports.job import Job, run
from stemme.exports.reader import Row
from stemme.exports.writer import Result
from stemme.exports.xlsx import XlsxWriter


@pytest.fixture
def make(tmp_path):
    def make(rows, name="in.xlsx", start=0, sheets=("Answers",)):
        path = tmp_path / name
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "default_date_format": "yyyy-mm-dd"}) as book:
            for sheet in [book.add_worksheet(sheet) for sheet in sheets][:1]:
                for number, row in enumerate(rows, start):
                    sheet.write_row(number, 0, row)
        return path

    return make


def cells(path):
    return python_calamine.load_workbook(path).get_sheet_by_index(0).to_python()


def test_texts_come_back_from_excel_as_they_were(make, tmp_path, texts, analyzer):
    source = make([["id", "comment"], *([number, text] for number, text in enumerate(texts))])
    run(Job(str(source)), lambda: analyzer)
    written = cells(tmp_path / "in.stemme.xlsx")
    assert [row[1] for row in written[1:]] == texts
    assert written[0][2] == "stemme_lang"
    assert [row[2] for row in written[1:6]] == ["te", "bn", "nb", "et", "zh"]


def test_numbers_dates_and_blanks_keep_their_kinds(make, tmp_path, analyzer, read):
    when = dt.datetime(2026, 5, 1, 12, 30)
    source = make(
        [["id", "comment", "when", "rating", "price", "done", "none"], [17, "some words", when, 4, 2.5, True, None]]
    )
    expected = {"id": 17, "comment": "some words", "rating": 4, "price": 2.5, "done": True, "none": None, "when": when}
    assert read(source) == [expected]
    run(Job(str(source), str(tmp_path / "again.xlsx")), lambda: analyzer)
    again = read(tmp_path / "again.xlsx")[0]
    assert {name: again[name] for name in expected} == expected
    run(Job(str(source), str(tmp_path / "out.jsonl"), keep_input=True), lambda: analyzer)
    result = read(tmp_path / "out.jsonl")[0]
    assert result["id"] == "17"
    assert result["input"]["when"] == "2026-05-01 12:30:00"


def test_empty_rows_are_no_rows_and_the_sheet_is_said(make):
    source = make([["comment", "n"], ["a", 1], [], ["b", 2]], start=3, sheets=("Svar", "Notes"))
    with open_reader(str(source)) as reader:
        assert reader.notes == ['sheet "Svar", the first of 2']
        assert [row.fields["comment"] for row in reader.rows()] == ["a", "b"]
        assert reader.fraction == 1.0


def test_a_cover_sheet_without_rows_is_named_beside_the_remedy(make, analyzer):
    source = make([["Rapport for mai"]], sheets=("Forside", "Svar"))
    with pytest.raises(StemmeError, match=r'no row under the header \(sheet "Forside", the first of 2; --sheet'):
        run(Job(str(source)), lambda: analyzer)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "http://evil.example", "\t=1", "{=1}"])
def test_no_text_becomes_a_formula_or_a_link(tmp_path, analyzer, text):
    (tmp_path / "in.csv").write_text(f"comment,n\n{text} and words,{text}\n", encoding="utf-8")
    run(Job(str(tmp_path / "in.csv"), str(tmp_path / "out.xlsx")), lambda: analyzer)
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
        assert "xl/worksheets/_rels/sheet1.xml.rels" not in archive.namelist()
    assert b"<f>" not in sheet
    assert cells(tmp_path / "out.xlsx")[1][:2] == [f"{text} and words", text]


def test_numbers_that_excel_would_round_stay_text(tmp_path, analyzer):
    (tmp_path / "in.jsonl").write_text('{"text": "some words", "n": 12345678901234567890}\n', encoding="utf-8")
    run(Job(str(tmp_path / "in.jsonl"), str(tmp_path / "out.xlsx")), lambda: analyzer)
    assert cells(tmp_path / "out.xlsx")[1][1] == "12345678901234567890"


def test_a_cell_longer_than_excel_holds_is_an_error_and_ours_are_shortened_and_said(tmp_path, analyzer):
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "short words"}\n{"text": "' + "😀" * 20_000 + '"}\n', encoding="utf-8")
    assert run(Job(str(path), str(tmp_path / "out.xlsx")), lambda: analyzer).rows == 1
    error = json.loads((tmp_path / "out.xlsx.errors.jsonl").read_text("utf-8"))
    assert error["row"] == 2
    assert error["reason"].startswith('the cell in "text" has 40,000 characters and Excel holds 32,767')
    path.write_text('{"text": "' + "😀" * 16_000 + "x" * 760 + '"}\n', encoding="utf-8")
    said = []
    run(Job(str(path), str(tmp_path / "out.xlsx"), force=True, mentions=False), lambda: analyzer, say=said.append)
    assert any("1 stemme_ cell ran over Excel's 32,767 characters" in line for line in said)
    needs = next(cell for cell in cells(tmp_path / "out.xlsx")[1][1:] if str(cell).endswith("…"))
    assert len(needs.encode("utf-16-le")) // 2 <= 32_767


def test_rows_that_a_sheet_has_no_place_for_are_named_and_the_others_written(tmp_path, analyzer, monkeypatch):
    monkeypatch.setattr(xlsx, "MAX_ROWS", 2)
    (tmp_path / "in.csv").write_text("comment,n\na,1\nb,2\nc,3\nd,4\n", encoding="utf-8")
    target = tmp_path / "out.xlsx"
    summary = run(Job(str(tmp_path / "in.csv"), str(target)), lambda: analyzer)
    assert (summary.rows, summary.problems) == (2, 2)
    errors = [json.loads(line) for line in (tmp_path / "out.xlsx.errors.jsonl").read_text("utf-8").splitlines()]
    assert [error["row"] for error in errors] == [3, 4]
    assert errors[0]["reason"].startswith("a sheet ends after 2 rows")


def test_bombs_are_refused_before_they_are_opened(make, monkeypatch):
    source = make([["comment"], ["word " * 5000]])
    monkeypatch.setattr(workbook_guard, "MAX_UNPACKED", 10_000)
    with pytest.raises(StemmeError, match="the workbook unpacks to"):
        open_reader(str(source))


def test_a_directory_that_lies_about_sizes_is_found_out(make):
    source = make([["comment"], ["word " * 5000]])
    data = bytearray(source.read_bytes())
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    source.write_bytes(data)
    with pytest.raises(StemmeError, match="not an XLSX workbook that can be read"):
        open_reader(str(source))


@pytest.mark.parametrize(
    "stray",
    [
        b'<row r="1"><c r="XFD1"><v>1</v></c></row><row r="1048576"><c><v>5</v></c></row>',
        b"<row>" + b"<c><v>1</v></c>" * 100 + b'</row><row r="1048576"><c><v>5</v></c></row>',
        b'<row><c s=">" r="XFD1048576"><v>1</v></c></row>',
        b"<row><c r = 'xfd1048576'><v>1</v></c></row>",
    ],
)
def test_cells_count_however_their_place_is_written(make, tmp_path, stray):
    source = make([["comment"], ["a"]])
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(bomb, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"</sheetData>", stray + b"</sheetData>"))
    with pytest.raises(StemmeError, match="span 1,048,576 rows"):
        open_reader(str(bomb))


FIVE = ["డెలివరీ ఆలస్యమైంది 😡 ", "ডেলিভারি দেরিতে 😡 ", "Pakken kom for sent 😡 ", "Tarne hilines 😡 ", "快递晚了九天 😡 "]


def shared(path, cell="<c t='s'><v>1</v></c>", cells=100_000, string="<si><t>{}</t></si>", declared=""):
    """Write a workbook whose cells all refer to the second of two shared strings."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", f"<x><sheetData>{f'<row>{cell}</row>' * cells}</sheetData></x>")
        strings = "<si/>" + string.format("x" * 32_000)
        archive.writestr("xl/sharedStrings.xml", f"{declared}<sst>{strings}</sst>")
    return path


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"cell": "<a:c t='s'><a:v>1</a:v></a:c>", "string": "<b:si><b:r><b:t>{}</b:t></b:r></b:si>"},
        {"cell": "<c t='s'><v> 0</v></c>"},
        {"cell": "<c t='s'><v>9</v></c>"},
        {"string": "<si><t><![CDATA[{}</si>]]></t></si>"},
    ],
)
def test_a_text_that_cells_share_counts_for_each(tmp_path, written):
    path = shared(tmp_path / "in.xlsm", **written)
    assert path.stat().st_size < 20_000
    with pytest.raises(StemmeError, match=r"in\.xlsm: with the texts .*sheet1\.xml comes to 3,\d+,\d+,\d+ .* as CSV"):
        open_reader(str(path))


@pytest.mark.parametrize(
    "written",
    [
        {"cell": "<c t='s'><v>1<!-- -->0</v></c>"},
        {"cell": "<c t='s'><v>1<x/></v></c>"},
        {"declared": '<!DOCTYPE sst [<!ENTITY a "aaaa">]>', "string": "<si><t>&a;</t></si>"},
        {"string": "<si><si/>{}</si>"},
        {"string": "<si>{}</t></si>"},
        {"declared": '<?xml version="1.0" encoding="UTF-16"?>\xff'},
    ],
)
def test_shared_texts_that_can_be_read_in_two_ways_are_refused(tmp_path, written):
    with pytest.raises(StemmeError, match=r"in\.xlsx: not an XLSX workbook that can be read: "):
        open_reader(str(shared(tmp_path / "in.xlsx", cells=1, **written)))


def test_long_texts_that_some_cells_share_are_read(make, read, monkeypatch):
    rows = [[number, (text * 3000)[:20_000]] for number, text in enumerate(FIVE * 3)]
    rows += [[number, f"{FIVE[number % 5]}{number % 50}\v&<>"] for number in range(15, 3000)]
    source = make([["id", "comment"], *rows])
    monkeypatch.setattr(workbook_guard.refuse_bomb, "__defaults__", (10_000, 500_000))
    assert [[row["id"], row["comment"]] for row in read(source)] == rows
    monkeypatch.setattr(workbook_guard.refuse_bomb, "__defaults__", (10_000, 300_000))
    with pytest.raises(StemmeError, match="with the texts that its cells share"):
        open_reader(str(source))


@pytest.fixture
def ods(tmp_path):
    """Write a sheet of rows, each its cells, as (text, how often), and how often it stands there."""
    kind = "application/vnd.oasis.opendocument.spreadsheet"

    def cell(text, times):
        told = f'table:number-columns-repeated="{times}"' if times > 1 else ""
        filled = f'<table:table-cell office:value-type="string" {told}><text:p>{text}</text:p></table:table-cell>'
        return filled if text else f"<table:table-cell {told}/>"

    def ods(*rows):
        lines = (
            f'<table:table-row table:number-rows-repeated="{times}">{"".join(starmap(cell, row))}</table:table-row>'
            for row, times in rows
        )
        names = "".join(f' xmlns:{name}="urn:{name}"' for name in ("office", "table", "text"))
        with zipfile.ZipFile(tmp_path / "in.ods", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("mimetype", kind)
            archive.writestr("META-INF/manifest.xml", "<manifest/>")
            archive.writestr(
                "content.xml",
                f'<office:document-content{names}><office:body><office:spreadsheet><table:table table:name="Svar">'
                f"{''.join(lines)}</table:table></office:spreadsheet></office:body></office:document-content>",
            )
        return tmp_path / "in.ods"

    return ods


HEADER = ([("comment", 1)], 1)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([([("డెలివరీ", 1000)], 30_000)], "30,001,000 cells"),
        ([([("x" * 100_000, 1)], 50_000)], "5,000,000,007 characters"),
        ([([('<text:s text:c="2000000000"/>', 1)], 1)], "2,000,000,007 characters"),
        ([([("", 30_000_000), ("ja", 1)], 1)], "60,000,002 cells"),
        ([([("", 16_384), ("", 1)], 1)] * 2000, "32,768,001 cells"),
        ([([("", 1)], 900_000), ([("a", 30)], 1)], "27,000,060 cells"),
    ],
)
def test_what_an_ods_repeats_counts_as_often(ods, rows, reason):
    path = ods(HEADER, *rows)
    assert path.stat().st_size < 6000
    with pytest.raises(StemmeError, match=rf"in\.ods: with what is repeated, the sheets hold .*{reason}"):
        open_reader(str(path))


def test_blank_rows_and_cells_to_the_edge_of_an_ods_do_not_count(ods, read):
    path = ods(
        ([("comment", 1), ("n", 1), ("", 16_382)], 1),
        ([("快递晚了九天 😡", 1), ("2", 1), ("", 16_382)], 3),
        ([("", 16_384)], 1_048_572),
    )
    assert read(path) == [{"comment": "快递晚了九天 😡", "n": "2"}] * 3


def test_an_ods_that_is_none_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "in.ods", "w") as archive:
        archive.writestr("content.xml", "<office:document-content>")
    with pytest.raises(StemmeError, match=r"in\.ods: not an ODS workbook that can be read"):
        open_reader(str(tmp_path / "in.ods"))


def record(kind, *numbers, data=b""):
    data = b"".join(number.to_bytes(4, "little") for number in numbers) + data
    size = [len(data) & 0x7F | 0x80, len(data) >> 7 & 0x7F | 0x80, len(data) >> 14]
    return bytes([kind] if kind < 0x80 else [kind & 0x7F | 0x80, kind >> 7]) + bytes(size) + data


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.bin", "xl/worksheets/sheet1.xml"])
def test_stray_cells_of_an_xlsb_are_found(tmp_path, part):
    cells = [record(0, 0), record(5, 0, 0, 0, 0), record(0, 1_000_000), record(5, 999, 0, 0, 0)]
    with zipfile.ZipFile(tmp_path / "in.xlsb", "w") as archive:
        archive.writestr(part, b"".join([record(0x81), record(0x94, 1 << 31), record(0x91), *cells, record(0x92)]))
    with pytest.raises(StemmeError, match="span 1,000,001 rows and 1,000 columns"):
        open_reader(str(tmp_path / "in.xlsb"))


@pytest.mark.parametrize(
    ("strings", "cells", "part"),
    [
        (1, 2000, "sheet1"),
        (30_000, 1, "sharedStrings"),  # of which all but the first are what it left
    ],
)
def test_a_text_that_cells_of_an_xlsb_share_counts_for_each(tmp_path, strings, cells, part, monkeypatch):
    text = (FIVE[4] * 4000)[:30_000].encode("utf-16-le")
    extension = record(0x23) + record(0x13, data=bytes(5)) + record(0x24)
    item = record(0x13, data=b"\0" + (len(text) // 2).to_bytes(4, "little") + text)
    table = [record(0x9F, strings, strings), extension, item, record(0x13) * (strings - 1)]
    sheet = [record(0x91), *(record(0, row) + record(7, 0, 0, 0) for row in range(cells)), record(0x92)]
    with zipfile.ZipFile(tmp_path / "in.xlsb", "w") as archive:
        archive.writestr("xl/worksheets/sheet1.bin", b"".join(sheet))
        archive.writestr("xl/sharedStrings.bin", b"".join(table))
    monkeypatch.setattr(workbook_guard.refuse_bomb, "__defaults__", (10_000, 50_000_000))
    with pytest.raises(StemmeError, match=rf"in\.xlsb: with the texts .*{part}\.bin comes to [\d,]+ .* as CSV"):
        open_reader(str(tmp_path / "in.xlsb"))


def test_a_long_list_is_refused_rather_than_cut(tmp_path, analyzer):
    (tmp_path / "in.jsonl").write_text('{"text": "hi", "tags": ["' + "x" * 40_000 + '"]}\n', encoding="utf-8")
    with pytest.raises(StemmeError, match='row 1: the cell in "tags" has 40,004 characters'):
        run(Job(str(tmp_path / "in.jsonl"), str(tmp_path / "out.xlsx"), strict=True), lambda: analyzer)


def test_a_stray_cell_at_the_far_corner_is_refused(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "in.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "comment")
        sheet.write(1_048_575, 16_383, "stray")
    with pytest.raises(StemmeError, match="span 1,048,576 rows and 16,384 columns"):
        open_reader(str(tmp_path / "in.xlsx"))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\x89PNG\r\n\x1a\n", b"\xd0\xcf\x11\xe0" * 200])
def test_what_is_no_workbook_is_named(tmp_path, content):
    (tmp_path / "in.xlsx").write_bytes(content)
    with pytest.raises(StemmeError, match=r"in\.xlsx: not an XLSX workbook that can be read"):
        open_reader(str(tmp_path / "in.xlsx"))


def test_a_zip_that_is_no_workbook(tmp_path):
    with zipfile.ZipFile(tmp_path / "in.xlsx", "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(StemmeError, match="not an XLSX workbook that can be read"):
        open_reader(str(tmp_path / "in.xlsx"))


@settings(deadline=None, max_examples=60)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_text_comes_back(text):
    stream = io.BytesIO()
    writer = XlsxWriter(stream, ["comment"])
    writer.write(Result(Row(1, {"comment": text}), "1", analyze(text)))
    writer.close()
    stream.seek(0)
    row = python_calamine.load_workbook(stream).get_sheet_by_index(0).to_python(skip_empty_area=False)[1]
    assert row[0] == text


def test_what_is_hidden_is_said(tmp_path):
    path = tmp_path / "in.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("Setup", "Svar & mer", "Gammelt"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["id", "comment", "rating"])
            for number in range(1, 2000):
                sheet.write_row(number, 0, [number, f"some words number {number}", 3])
            if name.startswith("Svar"):
                for number in (5, 6, 1999):
                    sheet.set_row(number, None, None, {"hidden": True})
                sheet.set_row(3000, None, None, {"hidden": True})  # holds nothing
                sheet.set_column(2, 16383, None, None, {"hidden": True})
            else:
                sheet.hide()
        book.get_worksheet_by_name("Svar & mer").activate()
        book.get_worksheet_by_name("Svar & mer").set_first_sheet()
    with open_reader(str(path)) as reader:
        assert reader.notes == ["3 hidden rows read too", "1 hidden column read too", "2 hidden sheets not read"]
        assert len(list(reader.rows())) == 1999


def test_a_sheet_with_nothing_hidden_says_nothing(make):
    with open_reader(str(make([["id", "comment"], [1, "some words"]]))) as reader:
        assert reader.notes == []
