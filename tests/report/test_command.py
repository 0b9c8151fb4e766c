import json
import subprocess
import sys


def run(*arguments):
    command = [sys.executable, "-m", "stemme", "report", *arguments]
    return subprocess.run(command, check=False, capture_output=True, encoding="utf-8")


def test_the_command_writes_a_page_and_keeps_what_is_there(analysed, tmp_path):
    target = tmp_path / "report.html"
    done = run(analysed(".csv"), "-o", target, "--by", "channel", "--title", "సమీక్ష")
    assert done.returncode == 0, done.stderr
    page = target.read_text("utf-8")
    assert "<title>సమీక్ష</title>" in page
    assert "By channel" in page
    assert "By spoken" not in page
    again = run(analysed(".csv"), "-o", target)
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert target.read_text("utf-8") == page


def test_half_a_character_costs_no_page(tmp_path):
    results, target = tmp_path / "results.jsonl", tmp_path / "report.html"
    row = {"id": "1", "lang": "zh", "orientation": "focused", "sentences": [], "needs": [], "complaints": []}
    mention = {"start": 0, "end": 5, "text": "没人通知\ud83d", "topic": "service", "severity": 2, "score": 0.9}
    half = {"comment": "没人通知\ud83d", "channel\ud83d": "app\ud83d", "tags": ["\ud83d"]}
    lines = [
        {**row, "complaints": [mention], "input": half},
        *[{**row, "input": {**half, "channel\ud83d": own}} for own in ("app\ud83d", "veeb 📦", "veeb 📦")],
    ]
    results.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    done = run(results, "-o", target)
    assert done.returncode == 0, done.stderr
    page = target.read_text("utf-8")
    assert "没人通知\ufffd" in page
    assert "By channel\ufffd" in page
    assert sorted(tmp_path.iterdir()) == [target, results]


def test_wrong_use_is_one_line(analysed, tmp_path):
    for arguments in (
        [analysed(".csv"), "-o", tmp_path / "report.pdf"],
        [tmp_path / "nothing.csv", "-o", tmp_path / "report.html"],
        [analysed(".csv"), "-o", tmp_path / "report.html", "--by", "colour"],
    ):
        done = run(*arguments)
        assert done.returncode in (1, 2)
        assert len(done.stderr.splitlines()) == 1
        assert "Traceback" not in done.stderr
