"""An analysed export of all five languages, with what a report must survive."""

import csv
import functools
import json
import subprocess
import sys

import pytest

ROWS = [
    ("2026-01-05", "app", "te", "కస్టమర్ కేర్ వాళ్లు ఫోన్ ఎత్తడం లేదు. దయచేసి ఒక మనిషితో మాట్లాడించండి."),
    ("2026-01-09", "web", "bn", "পার্সেল নয় দিন দেরিতে এসেছে। ট্র্যাকিং লিংক দিন যেটা মোবাইলে খোলে।"),
    (
        "2026-02-02",
        "app",
        "nb",
        "Pakken kom ni dager for sent, og ingen sa fra. Send en melding neste gang.",
    ),
    ("2026-02-11", "web", "et", "Pakk jõudis kohale üheksa päeva hiljem. Palun saatke sõnum, kui midagi venib."),
    ("2026-03-01", "app", "zh", "包裹晚到了九天，也没人通知。以后请发短信告诉我。"),
    (
        "2026-03-02",
        "web",
        "en",
        '<script>alert("x")</script> The box was dented 📦 & nobody answered.',
    ),
    ("2026-03-03", "app", "en", "=HYPERLINK(1) Thanks 👨‍👩‍👧!"),
]


@pytest.fixture(scope="session")
def export(tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([("date", "channel", "spoken", "comment"), *ROWS])
    return path


@pytest.fixture(scope="session")
def analysed(export, tmp_path_factory):
    """Return a function that gives the results of the export in a format; they are not to be changed."""

    @functools.cache
    def results(ending, *options):
        path = tmp_path_factory.mktemp("results") / f"results{ending}"
        command = [sys.executable, "-m", "stemme", "analyze", export, "-o", path, "--force", "--quiet", *options]
        subprocess.run(command, check=True)
        return path

    return results


@pytest.fixture(scope="session")
def objects(analysed):
    path = analysed(".jsonl", "--keep-input")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
