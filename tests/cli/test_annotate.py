import json

import pytest
from typer.testing import CliRunner

from stemme.cli import app
from stemme.corpus.records import read


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def annotated(tasks, *, cancelled=()):
    """What Label Studio exports when annotators have accepted the predictions."""
    return [
        {
            "id": number,
            "data": task["data"],
            "annotations": [{"result": task["predictions"][0]["result"], "was_cancelled": number in cancelled}],
        }
        for number, task in enumerate(tasks, 1)
    ]


@pytest.fixture
def tasks(export, tmp_path):
    target = tmp_path / "tasks.json"
    result = run("annotate", "export", export, "-o", target, "--config", tmp_path / "config.xml")
    assert result.exit_code == 0, result.output
    return json.loads(target.read_text("utf-8"))


def back(tmp_path, tasks, *options):
    (tmp_path / "back.json").write_text(json.dumps(tasks), "utf-8")
    return run(
        "annotate", "import", tmp_path / "back.json", "-o", tmp_path / "gold.jsonl", "--domain", "retail", *options
    )


def test_tasks_go_out_and_records_come_back(tasks, tmp_path):
    assert [task["data"]["id"] for task in tasks] == ["a1", "a2", "a3"]
    assert (tmp_path / "config.xml").read_text("utf-8") == run("annotate", "config").output
    plain = [t | {"predictions": [{"result": sentences(t)}]} for t in tasks]
    result = back(tmp_path, annotated(plain, cancelled=[2]))
    assert result.exit_code == 0, result.output
    assert "2 records; 1 skipped or not annotated" in result.output
    assert [record.id for record in read(tmp_path / "gold.jsonl")] == ["a1", "a3"]
    assert run("corpus", "check", tmp_path / "gold.jsonl").exit_code == 0
    assert run("corpus", "split", tmp_path / "gold.jsonl").exit_code == 0
    assert back(tmp_path, annotated(plain), "--split", "test", "--force").exit_code == 0
    assert {record.split for record in read(tmp_path / "gold.jsonl")} == {"test"}


def test_texts_go_out_blind(export, tmp_path):
    assert run("annotate", "export", export, "-o", tmp_path / "blind.json", "--no-predictions").exit_code == 0
    blind = json.loads((tmp_path / "blind.json").read_text("utf-8"))
    assert [task["data"]["id"] for task in blind] == ["a1", "a2", "a3"]
    assert all(set(task) == {"data"} for task in blind)


def sentences(task):
    """The result of a prediction without its mentions, which the analyser of the tests makes up."""
    return [entry for entry in task["predictions"][0]["result"] if entry["from_name"] == "sentence"]


def test_what_is_refused_is_named_and_the_rest_kept(tasks, tmp_path):
    plain = annotated([t | {"predictions": [{"result": sentences(t)}]} for t in tasks])
    plain[1]["annotations"][0]["result"] = []
    result = back(tmp_path, plain)
    assert result.exit_code == 3
    assert "task 2: " in result.output
    assert "is in no sentence" in result.output
    assert len(list(read(tmp_path / "gold.jsonl"))) == 2


def test_of_several_annotations_the_last_one_counts(tasks, tmp_path):
    (first, *_) = annotated([tasks[0] | {"predictions": [{"result": sentences(tasks[0])}]}])
    earlier = {"result": [], "updated_at": "2026-01-01T10:00:00Z"}
    first["annotations"] = [first["annotations"][0] | {"updated_at": "2026-01-02T10:00:00Z"}, earlier]
    result = back(tmp_path, [first])
    assert result.exit_code == 0, result.output
    assert "1 annotated several times (the last counts)" in result.output


def test_results_with_their_input_serve_as_well(export, tmp_path):
    results = tmp_path / "results.jsonl"
    assert run("analyze", export, "-o", results, "--keep-input").exit_code == 0
    assert run("annotate", "export", results, "-o", tmp_path / "t.json", "--count", 2).exit_code == 0
    assert len(json.loads((tmp_path / "t.json").read_text("utf-8"))) == 2
    table = tmp_path / "results.csv"
    assert run("analyze", export, "-o", table).exit_code == 0
    assert run("annotate", "export", table, "-o", tmp_path / "u.json").exit_code == 0
    bare = tmp_path / "bare.jsonl"
    assert run("analyze", export, "-o", bare).exit_code == 0
    result = run("annotate", "export", bare, "-o", tmp_path / "v.json")
    assert result.exit_code == 2
    assert "results without texts" in result.output


def test_blank_and_repeated_texts_are_passed_over_and_bad_ones_named(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("id,kommentar\n1,Kom sent.\n2,\n3,Kom sent.\n4,a\0b c\n", "utf-8")
    result = run("annotate", "export", path, "-o", tmp_path / "t.json")
    assert result.exit_code == 3, result.output
    assert "1 tasks; passed over: 1 blank, 1 repeated" in result.output
    assert "row 4: the text holds a NUL" in result.output


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not JSON"),
        ("{}", "no list of tasks"),
        ('[{"text": "a"}]', "task 1 has no data and annotations; export from Label Studio as JSON, not JSON-MIN"),
        ('[{"data": {"text": "a"}, "predictions": []}]', "task 1 has not been annotated; import it into Label Studio"),
        ('[{"data": {"text": "a"}}]', "task 1 has not been annotated; import it into Label Studio"),
        ('[{"data": {"text": "a"}, "annotations": []}]', "nobody has annotated any of its 1 tasks yet"),
    ],
)
def test_what_is_no_export_is_refused_in_one_line(tmp_path, content, message):
    (tmp_path / "in.json").write_text(content, "utf-8")
    result = run("annotate", "import", tmp_path / "in.json", "-o", tmp_path / "o.jsonl", "--domain", "other")
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output


def test_wrong_use_is_named(tmp_path):
    (tmp_path / "in.json").write_text("[]", "utf-8")
    result = run("annotate", "import", tmp_path / "in.json", "-o", tmp_path / "o.jsonl", "--domain", "marina")
    assert result.exit_code == 2
    assert "write one of telecom" in result.output
    wrong = ("--domain", "other", "--split", "tset")
    result = run("annotate", "import", tmp_path / "in.json", "-o", tmp_path / "o.jsonl", *wrong)
    assert result.exit_code == 2
    assert "write one of train, dev, test" in result.output
    result = run("annotate", "import", tmp_path / "in.json", "-o", tmp_path / "no" / "o.jsonl", "--domain", "other")
    assert result.exit_code == 2
    assert "does not exist" in result.output
    (tmp_path / "o.jsonl").touch()
    result = run("annotate", "import", tmp_path / "in.json", "-o", tmp_path / "o.jsonl", "--domain", "other")
    assert result.exit_code == 2
    assert "--force" in result.output


def test_no_input_is_overwritten_and_no_output_twice(export, tmp_path):
    given = export.read_bytes()
    link = tmp_path / "link.csv"
    link.symlink_to(export)
    new = tmp_path / "new.json"
    same = "is also read or written by this command; name another file"
    for output, config, message in (
        (export, new, same),
        (link, new, same),
        (new, export, same),
        (new, new, same),
        (tmp_path, new, "is a folder; name a file"),
    ):
        result = run("annotate", "export", export, "-o", output, "--config", config, "--force")
        assert result.exit_code == 2, result.output
        assert message in result.output
        assert not new.exists()
    (tmp_path / "in.json").write_text("[]", "utf-8")
    result = run("annotate", "import", tmp_path / "in.json", "-o", tmp_path / "in.json", "--domain", "other", "--force")
    assert result.exit_code == 2
    assert same in result.output
    assert export.read_bytes() == given


def made(number, text, frame="neither", **data):
    """A task whose text is annotated as one sentence."""
    value = {"start": 0, "end": len(text), "labels": [frame]}
    return {
        "id": number,
        "data": {"text": text, "id": f"r{number}", "lang": "nb"} | data,
        "annotations": [{"result": [{"id": "s", "from_name": "sentence", "value": value}]}],
    }


def imported(tmp_path):
    return list(read(tmp_path / "gold.jsonl"))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (made(7, "Hei \ud83d der."), "the text holds a NUL or half a character"),
        (made(7, "Hei \0 der."), "the text holds a NUL or half a character"),
        (made(7, "Hei der.", id="\ud83d"), "its id holds a NUL or half a character"),
        (made(7, "Hei der.", id=1.5), "its id is neither a text nor a whole number"),
        (made(7, "Hei der.", id=True), "its id is neither a text nor a whole number"),
        (made(7, "Hei der.", lang="norsk bokmål"), "its language is not known"),
        (made(7, "Hei der.", lang="UND"), "its language is not known"),
    ],
)
def test_a_task_that_no_file_can_hold_is_refused_and_the_others_kept(tmp_path, bad, message):
    result = back(tmp_path, [made(1, "Takk."), bad])
    assert result.exit_code == 3, result.output
    assert f"back.json: task 7: {message}" in result.output
    assert [record.id for record in imported(tmp_path)] == ["r1"]


def test_ids_may_be_numbers_and_languages_are_written_as_usual(tmp_path):
    result = back(tmp_path, [made(1, "Takk.", id=0, lang="NB"), made(2, "謝謝你", id=" ", lang="zh-hant")])
    assert result.exit_code == 0, result.output
    assert [(record.id, record.lang) for record in imported(tmp_path)] == [("0", "nb"), ("2", "zh-Hant")]


def test_nothing_is_written_when_everything_is_refused(tmp_path):
    (tmp_path / "gold.jsonl").write_text("as it was", "utf-8")
    result = back(tmp_path, [made(1, "Takk.", lang=None)], "--force")
    assert result.exit_code == 3
    assert "gold.jsonl: nothing was written" in result.output
    assert (tmp_path / "gold.jsonl").read_text("utf-8") == "as it was"


def test_a_link_stays_one(tmp_path):
    (tmp_path / "gold.jsonl").symlink_to(tmp_path / "elsewhere.jsonl")
    assert back(tmp_path, [made(1, "Takk.")]).exit_code == 0
    assert (tmp_path / "gold.jsonl").is_symlink()
    assert len(list(read(tmp_path / "elsewhere.jsonl"))) == 1


def test_what_was_there_stays_when_writing_fails(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    (tmp_path / "gold.jsonl").write_text("as it was", "utf-8")
    monkeypatch.setattr("pathlib.Path.replace", full)
    result = back(tmp_path, [made(1, "Takk.")], "--force")
    assert result.exit_code == 1
    assert "gold.jsonl: cannot be written: No space left on device" in result.output
    assert (tmp_path / "gold.jsonl").read_text("utf-8") == "as it was"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["back.json", "gold.jsonl"]


@pytest.mark.parametrize(
    ("times", "last"),
    [
        (["2026-01-02T10:00:00Z", "2026-01-02T10:00:00.500Z"], 1),
        (["2026-01-02T10:00:00.500Z", "2026-01-02T10:00:00Z"], 0),
        (["2026-01-02T10:00:00Z", "2026-01-02T10:30:00+02:00"], 0),
        (["2026-01-02T10:00:00Z", "2026-01-02T10:00:00Z"], 1),
        ([None, None], 1),
        (["2026-01-02T10:00:00.1234567Z", None], 0),
        (["2026-02-31T10:00:00Z", "2026-01-02T10:00:00"], 1),
    ],
)
def test_times_are_compared_as_times_and_of_equal_ones_the_last_counts(tmp_path, times, last):
    frames = ["neither", "focused horizon"]
    (task,) = [made(1, "Send den på nytt.")]
    task["annotations"] = [
        made(1, "Send den på nytt.", frame)["annotations"][0] | {"updated_at": time}
        for frame, time in zip(frames, times, strict=True)
    ]
    assert back(tmp_path, [task]).exit_code == 0
    (record,) = imported(tmp_path)
    assert record.sentences[0].frame == frames[last].split()[0]


def test_nearly_the_same_text_is_kept_once(tmp_path):
    first, second, other = "Pakken kom ni dager for sent.", "PAKKEN kom  ni dager for sent!", "Ingen svarte på e-post."
    result = back(
        tmp_path, [made(3, first), made(4, other), made(5, second), made(6, "Pakken kom ni dager for sent!!")]
    )
    assert result.exit_code == 3
    assert "task 5: its text is nearly that of task 3; skip one of the two in Label Studio" in result.output
    assert "task 6: its text is nearly that of task 3;" in result.output
    assert [record.id for record in imported(tmp_path)] == ["r3", "r4"]
    assert run("corpus", "check", tmp_path / "gold.jsonl").exit_code == 0


def test_a_text_goes_out_once_whatever_its_case_and_spaces(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("id,kommentar\n1,Kom sent.\n2,KOM  sent.\n3,Komsent .\n4,Kom tidlig.\n", "utf-8")
    result = run("annotate", "export", path, "-o", tmp_path / "t.json")
    assert result.exit_code == 0, result.output
    assert "2 tasks; passed over: 0 blank, 2 repeated" in result.output


def test_rows_are_named_with_their_file_and_bad_ids_as_well(tmp_path):
    for name, rows in (("a", ['{"id": "1", "text": "Takk."}']), ("b", ['{"id": "\\ud83d", "text": "Hei."}', "{"])):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(rows) + "\n", "utf-8")
    result = run("annotate", "export", tmp_path / "a.jsonl", tmp_path / "b.jsonl", "-o", tmp_path / "t.json")
    assert result.exit_code == 3, result.output
    assert "b.jsonl: row 1: the id holds a NUL or half a character" in result.output
    assert result.output.count("b.jsonl: row 2: ") == 1
    assert [task["data"]["id"] for task in json.loads((tmp_path / "t.json").read_text("utf-8"))] == ["1"]


def test_a_text_under_another_name_is_no_blank_one(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "Takk 🙏"}\n{"tekst": "బిల్లు తప్పు 😡"}\n{"text": null}\n{"text": ["包裹"]}\n', "utf-8")
    result = run("annotate", "export", path, "-o", tmp_path / "t.json", "--text-column", "text")
    assert result.exit_code == 3, result.output
    assert "1 tasks; passed over: 1 blank, 0 repeated" in result.output
    assert 'in.jsonl: row 2: no field "text"; give the field of the text this name' in result.output
    assert 'in.jsonl: row 4: "text" holds a list, not a text' in result.output


@pytest.mark.parametrize(
    ("rows", "status", "message"),
    [("1,a\0b\n", 3, "t.json: nothing was written"), ("1,\n2,\n", 1, "every text is blank; name their column")],
)
def test_no_tasks_are_not_written(tmp_path, rows, status, message):
    (tmp_path / "in.csv").write_text(f"id,kommentar\n{rows}", "utf-8")
    result = run("annotate", "export", tmp_path / "in.csv", "-o", tmp_path / "t.json", "--text-column", "kommentar")
    assert result.exit_code == status, result.output
    assert message in result.output
    assert not (tmp_path / "t.json").exists()


def test_a_byte_order_mark_is_read(tmp_path):
    (tmp_path / "in.json").write_text(json.dumps([made(1, "Takk.")]), "utf-8-sig")
    result = run("annotate", "import", tmp_path / "in.json", "-o", tmp_path / "o.jsonl", "--domain", "other")
    assert result.exit_code == 0, result.output


def test_a_corrected_task_becomes_the_record_that_it_says(tmp_path):
    conjunct = "క్\u200dష"
    text = f"📦 {conjunct} ఆలస్యమైంది. 👩\u200d💻 నాకు ఫోన్ చేయండి!"
    late, call = f"{conjunct} ఆలస్యమైంది", "ఫోన్ చేయండి"
    edge = text.index(". ") + 1

    def entry(region, control, value, start, end):
        kind = "labels" if control in ("sentence", "mention") else "choices"
        place = {"start": start, "end": end, "text": text[start:end], kind: [value]}
        return {"id": region, "from_name": control, "to_name": "text", "type": kind, "value": place}

    def said(first_frame, severity):
        at, asked = text.index(late), text.index(call)
        complaint, need = (at, at + len(late)), (asked, asked + len(call))
        return [
            entry("s1", "sentence", first_frame, 0, edge),
            entry("s2", "sentence", "focused initiative", edge + 1, len(text)),
            entry("m1", "mention", "complaint", *complaint),
            entry("m1", "topic", "delivery", *complaint),
            entry("m1", "severity", severity, *complaint),
            entry("m2", "mention", "need", *need),
            entry("m2", "topic", "service", *need),
        ]

    task = {
        "id": 1,
        "data": {"text": text, "id": "by-hand", "lang": "te"},
        "predictions": [{"model_version": "m", "score": 0.5, "result": said("neither", "1")}],
        "annotations": [{"result": said("centric horizon", "3"), "was_cancelled": False}],
    }
    result = back(tmp_path, [task])
    assert result.exit_code == 0, result.output
    assert run("corpus", "check", tmp_path / "gold.jsonl").exit_code == 0
    (record,) = imported(tmp_path)
    assert record.text == text
    assert [(text[s.start : s.end], s.frame, s.dimension) for s in record.sentences] == [
        (text[:edge], "centric", "horizon"),
        (text[edge + 1 :], "focused", "initiative"),
    ]
    assert [(m.kind, m.topic, m.severity, text[m.start : m.end]) for m in record.mentions] == [
        ("complaint", "delivery", 3, late),
        ("need", "service", None, call),
    ]
