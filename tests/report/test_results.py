import csv
import json
import subprocess
import sys

import pytest

from stemme.analysis import Analysis, Complaint
from stemme.errors import StemmeError, UsageError
from stemme.exports.csv_writer import _FORMULA, DelimitedMentions, DelimitedWriter
from stemme.exports.job import Job, run
from stemme.exports.reader import Row
from stemme.exports.writer import Result
from stemme.report.results import read_results


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".xlsx", ".parquet", ".jsonl"])
def test_every_format_of_results_says_the_same(analysed, objects, ending):
    path = analysed(ending, *(["--keep-input"] if ending == ".jsonl" else []))
    read = read_results(path)
    assert read.columns == ("date", "channel", "spoken")
    assert [text.text.lstrip("'") for text in read.texts] == [o["input"]["comment"] for o in objects]
    assert [text.orientation for text in read.texts] == [o["orientation"] for o in objects]
    expected = [sorted((m["start"], m["end"], m["topic"]) for m in o["needs"] + o["complaints"]) for o in objects]
    assert [[(m.start, m.end, m.topic) for m in text.mentions] for text in read.texts] == expected
    assert sum(map(len, expected)) > 4


def test_what_is_no_result_is_refused_with_a_remedy(export, analysed, tmp_path):
    with pytest.raises(UsageError, match=r"stemme_lang.*stemme analyze"):
        read_results(export)
    with pytest.raises(UsageError, match="--keep-input"):
        read_results(analysed(".jsonl"))
    lonely = tmp_path / "lonely.csv"
    lonely.write_bytes(analysed(".csv").read_bytes())
    with pytest.raises(StemmeError, match=r"lonely\.mentions\.csv: not there"):
        read_results(lonely)


def test_mentions_of_another_text_are_noticed(analysed, tmp_path):
    source = analysed(".csv")
    table = tmp_path / "results.csv"
    lines = source.read_text("utf-8").splitlines(keepends=True)
    table.write_text("".join([lines[0], *reversed(lines[1:])]), "utf-8")
    (tmp_path / "results.mentions.csv").write_bytes(source.with_name("results.mentions.csv").read_bytes())
    with pytest.raises(UsageError, match="its mentions are of another text"):
        read_results(table)


@pytest.mark.parametrize("excel", [False, True])
@pytest.mark.parametrize("start", _FORMULA)
def test_what_no_spreadsheet_runs_is_read_as_it_was(tmp_path, start, excel):
    said = ["ఫోన్ ఎత్తడం లేదు 😡", "পার্সেল আসেনি 📦", "Ingen svarer 🙄", "Keegi ei vasta 😤", "没人回复 🤷‍♀️"]
    texts = [f"{own}{start}{text}" for text in said for own in ("", "'", "''", " ")]
    with (tmp_path / "out.csv").open("wb") as table, (tmp_path / "out.mentions.csv").open("wb") as beside:
        writers = (
            DelimitedWriter(table, ["comment", "channel"], delimiter=",", bom=excel, excel=excel),
            DelimitedMentions(beside, delimiter=",", bom=excel),
        )
        for number, text in enumerate([*texts, *texts], 1):
            whole = Complaint(0, len(text), text, "service", 2, 0.9)
            # The second half has no mentions: what was done to the first was done to all.
            complaints = [whole] if number <= len(texts) else []
            scores = {"centric": 0.0, "focused": 1.0, "neither": 0.0}
            analysis = Analysis(text, "und", 0.0, "focused", -1.0, scores, [], [], complaints)
            for writer in writers:
                writer.write(Result(Row(number, {"comment": text, "channel": f"{start}app"}), str(number), analysis))
        for writer in writers:
            writer.close()
    read = read_results(tmp_path / "out.csv").texts
    assert [text.text for text in read] == [*texts, *texts]
    assert {text.columns["channel"] for text in read} == {f"{start}app"}
    assert [m.text for text in read for m in text.mentions] == [" ".join(text.split()) for text in texts]


@pytest.mark.parametrize("name", ["stemme_needs_count", "stemme_complaints_count"])
def test_an_empty_count_is_named_by_row(analysed, tmp_path, name):
    source = analysed(".csv")
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[2][rows[0].index(name)] = ""
    with (tmp_path / "results.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    (tmp_path / "results.mentions.csv").write_bytes(source.with_name("results.mentions.csv").read_bytes())
    with pytest.raises(StemmeError, match=rf"results\.csv: row 2: {name} is '', which is no count; analyse .* again"):
        read_results(tmp_path / "results.csv")


@pytest.mark.parametrize(
    ("damage", "said"),
    [(("complaint", "praise"), "kind is 'praise'"), ((",service,", ",weather,"), "topic is 'weather'")],
)
def test_damaged_mentions_are_refused_by_row(analysed, tmp_path, damage, said):
    source = analysed(".csv")
    (tmp_path / "results.csv").write_bytes(source.read_bytes())
    mentions = source.with_name("results.mentions.csv").read_text("utf-8")
    assert damage[0] in mentions
    (tmp_path / "results.mentions.csv").write_text(mentions.replace(*damage), "utf-8")
    with pytest.raises(StemmeError, match=rf"mentions\.csv: row \d+: {said}"):
        read_results(tmp_path / "results.csv")


def test_rows_without_a_result_and_ids_that_repeat_cost_no_mention(tmp_path):
    export, table = tmp_path / "in.jsonl", tmp_path / "out.csv"
    rows = [{"ticket": "7", "comment": text} for text in ("Appen krasjer hver gang jeg logger inn.", "Hei.")]
    lines = ["no JSON", *map(json.dumps, rows), "{", json.dumps(rows[0])]
    export.write_text("\n".join(lines), "utf-8")
    command = [sys.executable, "-m", "stemme", "analyze", export, "-o", table, "--id-column", "ticket", "--quiet"]
    assert subprocess.run(command, check=False).returncode == 3
    texts = read_results(table).texts
    assert [text.text for text in texts] == [row["comment"] for row in (*rows, rows[0])]
    assert [[m.text for m in text.mentions] for text in (texts[0], texts[2])] == [
        ["Appen krasjer hver gang jeg logger inn"]
    ] * 2


class Complaining:
    """Finds a complaint in what ends in an emoji."""

    fingerprint = "fake"

    def pipe(self, texts, **_):
        scores = {"centric": 0.0, "focused": 1.0, "neither": 0.0}
        for text in texts:
            complaints = [Complaint(0, len(text), text, "service", 2, 0.9)] if text.endswith("😤") else []
            yield Analysis(text, "und", 0.0, "focused", -1.0, scores, [], [], complaints)


@pytest.mark.parametrize(
    ("errors", "expected"), [(None, ["1", "3", "4"]), ('{"row": 1}\n', ["1", "", ""]), ("{\n", ["1", "", ""])]
)
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_rows_after_one_that_was_left_out_have_their_numbers_or_none(tmp_path, errors, expected, ending):
    export, table = tmp_path / "in.jsonl", tmp_path / f"out.{ending}"
    first, *others = [json.dumps({"comment": text}) for text in ("Keegi ei vasta 😤", "ధన్యవాదాలు 🙏", "谢谢 📦")]
    export.write_text("\n".join([first, "no JSON", *others]), "utf-8")
    assert run(Job(str(export), str(table)), Complaining).problems == 1
    if errors:
        (tmp_path / f"out.{ending}.errors.jsonl").write_text(errors, "utf-8")
    assert [text.id for text in read_results(table).texts] == expected


@pytest.mark.parametrize(
    ("header", "ids", "id_column", "expected"),
    [
        (["ticket"], ["A", "B", "C"], "ticket", ["A", "B", "C"]),
        (["ticket"], ["A", "B", "C"], None, ["A", "", "C"]),
        (["id", "ticket"], ["A", "B", "C"], None, ["A", "", "C"]),
        (["id"], ["1.", "2.", "3."], None, ["1.", "2.", "3."]),
        (["ticket"], ["1", "2", "3"], None, ["1", "2", "3"]),
        (["ticket"], ["1", "3", "4"], None, ["1", "", "4"]),
    ],
)
def test_ids_are_those_of_the_mentions(tmp_path, header, ids, id_column, expected):
    """The second text has no mentions; numbers with a gap come of a row that was left out."""
    columns = [*header, "comment"]
    with (tmp_path / "out.csv").open("wb") as table, (tmp_path / "out.mentions.csv").open("wb") as beside:
        writers = (
            DelimitedWriter(table, columns, delimiter=",", bom=False, excel=False),
            DelimitedMentions(beside, delimiter=",", bom=False),
        )
        for number, (row_id, text) in enumerate(
            zip(ids, ["పార్సెల్ రాలేదు 📦", "Takk!", "Keegi ei vasta 😤"], strict=True), 1
        ):
            fields = {"id": row_id if header == ["id"] else f"#{number}", "ticket": row_id, "comment": text}
            complaints = [] if number == 2 else [Complaint(0, len(text), text, "service", 2, 0.9)]
            scores = {"centric": 0.0, "focused": 1.0, "neither": 0.0}
            analysis = Analysis(text, "und", 0.0, "focused", -1.0, scores, [], [], complaints)
            for writer in writers:
                writer.write(Result(Row(number, {name: fields[name] for name in columns}), row_id, analysis))
        for writer in writers:
            writer.close()
    assert [text.id for text in read_results(tmp_path / "out.csv", id_column=id_column).texts] == expected
