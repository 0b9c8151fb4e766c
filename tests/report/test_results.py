import json
import subprocess
import sys

import pytest

from stemme.errors import StemmeError, UsageError
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
