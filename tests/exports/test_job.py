from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_analyzer import FakeAnalyzer, analyze

from stemme.errors import StemmeError, UsageError
from stemme.exports.engine import here
from stemme.exports.job import Job, run
from stemme.exports.parts import cut
from stemme.exports.reader import Row
from stemme.exports.results import TABLE_COLUMNS, table_cells

ENDINGS = ["csv", "tsv", "jsonl", "parquet", "xlsx"]


@pytest.fixture
def source(tmp_path, texts):
    path = tmp_path / "in.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "kommentar", "produkt"])
        writer.writerows([f"{number:03}", text, "fiber"] for number, text in enumerate(texts))
    return path


@pytest.mark.parametrize("middle", ENDINGS)
@pytest.mark.parametrize("last", ENDINGS)
def test_every_format_leads_to_every_other(tmp_path, source, texts, read, middle, last):
    """The rows, written as one format, read again without our columns, analysed into another."""
    first = tmp_path / f"first.{middle}"
    run(Job(str(source), str(first), keep_input=True), FakeAnalyzer)
    again = tmp_path / f"again.{middle}"
    if middle == "jsonl":
        inputs = [row["input"] for row in read(first)]
        again.write_text("".join(json.dumps(row) + "\n" for row in inputs), encoding="utf-8")
    else:
        again = first
        # Our own columns are there already, and that is refused where they would be doubled.
        if last != "jsonl":
            with pytest.raises(UsageError, match="the export already has the columns stemme_lang"):
                run(Job(str(again), str(tmp_path / f"last.{last}")), FakeAnalyzer)
            return
    run(Job(str(again), str(tmp_path / f"last.{last}"), text_column="kommentar", keep_input=True), FakeAnalyzer)
    rows = [row.get("input", row) for row in read(tmp_path / f"last.{last}")]
    assert [row["kommentar"] or "" for row in rows] == texts
    assert [row["id"] for row in rows] == [f"{number:03}" for number in range(len(texts))]


def test_rows_are_analysed_before_all_are_read():
    """A source without end: the results come while it goes on, and no more than a part is taken ahead."""
    endless = (Row(number, {"text": f"word number {number}."}) for number in itertools.count(1))
    analyzer = FakeAnalyzer()
    parts = here(cut(endless, "text", 4, 16), analyzer, None, None, 4)
    for part, _ in itertools.islice(parts, 100):
        assert analyzer.taken == part.rows[-1].number


def test_lines_reach_the_file_while_the_analysis_goes_on(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("comment\n" + "".join(f"some words of comment {n}\n" for n in range(9000)), encoding="utf-8")
    sizes = []

    class Watching(FakeAnalyzer):
        def pipe(self, texts, **options) -> Iterator:
            sizes.append((tmp_path / "in.stemme.csv.run" / "results").stat().st_size)
            return super().pipe(texts, **options)

    run(Job(str(source)), Watching)
    assert sizes == sorted(sizes)
    assert sizes[-1] > 0


@pytest.mark.parametrize(("wanted", "column"), [(None, "kommentar"), ("produkt", "produkt")])
def test_the_summary_knows_the_column_of_the_texts(tmp_path, source, wanted, column):
    job = Job(str(source), str(tmp_path / "out.csv"), text_column=wanted)
    assert run(job, FakeAnalyzer).text_column == column


def test_the_model_is_loaded_only_when_all_is_in_order(tmp_path, source):
    def load():
        pytest.fail("loaded")

    (tmp_path / "there.csv").touch()
    for job in (
        Job(str(source), text_column="nope"),
        Job(str(source), id_column="nope"),
        Job(str(source), str(source)),
        Job(str(source), str(source), force=True),
        Job(str(source), str(tmp_path / "there.csv")),
        Job(str(source), str(tmp_path / "out.pdf")),
        Job(str(source), str(tmp_path / "nowhere" / "out.csv")),
        Job(str(source), str(tmp_path)),
        Job(str(tmp_path / "missing.csv")),
        Job(str(tmp_path)),
    ):
        with pytest.raises(UsageError):
            run(job, load)


def test_the_export_is_not_overwritten_under_another_name(tmp_path, source):
    (tmp_path / "link.csv").symlink_to(source)
    before = source.read_bytes()
    with pytest.raises(UsageError, match="the export itself"):
        run(Job(str(source), str(tmp_path / "link.csv"), force=True), FakeAnalyzer)
    assert source.read_bytes() == before


@pytest.mark.parametrize("other", ["in.csv", "./in.csv", "../{}/in.csv", "link.csv", ".", "in*.csv"])
def test_one_file_by_two_names_is_refused(tmp_path, source, other, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("link.csv").symlink_to(source)
    with pytest.raises(UsageError, match=r"(in|link)\.csv: named twice.*; name it once"):
        run(Job(["in.csv", other.format(tmp_path.name)], "out.csv"), FakeAnalyzer)


def test_an_existing_output_is_replaced_with_force_only_and_only_when_complete(tmp_path, source):
    target = tmp_path / "in.stemme.csv"
    target.write_text("old")

    class Failing(FakeAnalyzer):
        def pipe(self, texts, **options) -> Iterator:
            yield from itertools.islice(super().pipe(texts, **options), 2)
            raise StemmeError("broken on the way")

    with pytest.raises(UsageError, match="--force"):
        run(Job(str(source)), FakeAnalyzer)
    with pytest.raises(StemmeError, match="broken on the way"):
        run(Job(str(source), force=True), Failing)
    assert target.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "in.stemme.csv"]
    run(Job(str(source), force=True), FakeAnalyzer)
    assert target.read_text(encoding="utf-8").startswith("id,kommentar,produkt,stemme_lang")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_failure_leaves_no_file_in_any_format(tmp_path, source, ending, monkeypatch):
    class Failing(FakeAnalyzer):
        def pipe(self, texts, **options) -> Iterator:
            yield from itertools.islice(super().pipe(texts, **options), 2)
            raise StemmeError("broken on the way")

    with pytest.raises(StemmeError, match="broken on the way"):
        run(Job(str(source), str(tmp_path / f"out.{ending}")), Failing)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\n \n", "the file is empty"),
        (b"id,comment\n", "there is no row under the header"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not a table: the file is binary"),
        (b"PK\x03\x04\x14\x00\x06\x00", "not a table: the file is binary"),
        (b"%PDF-1.7\n1 0 obj", "not a table: the file is binary"),
        (bytes(100), "not a table: the file is binary"),
    ],
)
def test_what_is_no_table(tmp_path, content, message):
    (tmp_path / "in.csv").write_bytes(content)
    with pytest.raises(StemmeError, match=message):
        run(Job(str(tmp_path / "in.csv")), FakeAnalyzer)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_bytes_at_all_in_any_format(tmp_path, ending):
    (tmp_path / f"in.{ending}").touch()
    with pytest.raises(StemmeError):
        run(Job(str(tmp_path / f"in.{ending}")), FakeAnalyzer)


def test_what_was_assumed_is_said_in_one_line(tmp_path, source):
    said = []
    run(Job(str(source), lang="nn"), FakeAnalyzer, say=said.append)
    assert said == [
        f'reading {source} (utf-8, separated by commas): text from "kommentar" (by its name), id from "id"',
        f"wrote {tmp_path / 'in.stemme.csv'}",
    ]


def test_the_language_is_handed_on(source):
    analyzer = FakeAnalyzer()
    summary = run(Job(str(source), lang="nn"), lambda: analyzer)
    assert analyzer.langs == {"nn"}
    assert list(summary.languages) == ["nn"]


def test_progress_is_told_row_by_row(source, texts):
    seen = []
    run(Job(str(source)), FakeAnalyzer, advance=lambda reader: seen.append(reader.fraction))
    assert len(seen) == len(texts)
    assert seen[-1] == 1.0


def test_cells_are_readable_and_fit_their_columns():
    analysis = analyze("Leveransen kom ni dager\nfor sent. Ingen   svarte, aldri mer!")
    cells = dict(zip(TABLE_COLUMNS, table_cells(analysis), strict=True))
    for name, kind in TABLE_COLUMNS.items():
        assert cells[name] is None or type(cells[name]) is kind
    assert cells["stemme_needs"] == "other: Leveransen" or cells["stemme_needs"].endswith(": Leveransen")
    assert [part.partition(": ")[2] for part in cells["stemme_complaints"].split(" | ")] == ["dager", "sent."]
    assert cells["stemme_complaints"].split(":")[0].rpartition(" ")[2] in "123"
    assert cells["stemme_complaints_count"] == 2
    empty = dict(zip(TABLE_COLUMNS, table_cells(analyze("")), strict=True))
    assert empty["stemme_needs"] is empty["stemme_evidence"] is empty["stemme_worst_severity"] is None
    assert empty["stemme_needs_count"] == 0


@pytest.mark.parametrize("ending", [*ENDINGS, "csv.gz"])
@pytest.mark.parametrize("given", [".", "*"])
def test_results_in_a_folder_are_no_comments(tmp_path, source, ending, given, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # The line that cannot be read makes a file of errors, which is no export either.
    Path("more.jsonl").write_text('{"kommentar": "বিল ভুল 😡"}\n{\n', encoding="utf-8")
    run(Job(given, f"all.{ending}"), FakeAnalyzer)
    ours = [str(path) for path in sorted(Path().glob("all.*"))]
    with pytest.raises(UsageError, match=f"^{', '.join(ours)}: written by Stemme, and no export; move it elsewhere"):
        run(Job(given, "again.jsonl"), FakeAnalyzer)
    assert run(Job(given, f"all.{ending}", force=True), FakeAnalyzer).rows
