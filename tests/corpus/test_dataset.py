import json
from collections import Counter

import pytest

from samples import CORPORA
from stemme.corpus.dataset import load
from stemme.corpus.records import read
from stemme.errors import StemmeError
from stemme.labels import FRAMES, TOPICS

RECORDS = [
    {
        "id": f"r{n}",
        "lang": "et",
        "kind": "comment",
        "domain": "retail",
        "orientation": "focused",
        "split": split,
        "sentences": [
            {"text": "Tere.", "frame": "neither"},
            {
                "text": "{complaint delivery 2|Pakk jäi hiljaks}, {need service|helistage}.",
                "frame": "focused",
                "dimension": "offer",
            },
        ],
    }
    for n, split in enumerate(["train", "train", "dev", "test"])
]


def written(tmp_path, records):
    (tmp_path / "comments.jsonl").write_text("\n".join(map(json.dumps, records)), "utf-8")
    return tmp_path


def test_features_name_the_labels(tmp_path):
    dataset = load(written(tmp_path, RECORDS))
    assert {name: len(part) for name, part in dataset.items()} == {"train": 2, "dev": 1, "test": 1}
    features = dataset["train"].features
    assert features["sentences"].feature["frame"].names == list(FRAMES)
    assert features["mentions"].feature["topic"].names == list(TOPICS)
    row = dataset["dev"][0]
    assert row["text"] == "Tere. Pakk jäi hiljaks, helistage."
    assert row["sentences"][0]["dimension"] is None
    assert [m["severity"] for m in row["mentions"]] == [2, None]
    assert row["text"][row["mentions"][1]["start"] : row["mentions"][1]["end"]] == "helistage"


def test_a_record_without_a_split_is_refused(tmp_path):
    with pytest.raises(StemmeError, match="stemme corpus split"):
        load(written(tmp_path, [RECORDS[0] | {"split": None}]))


def test_the_corpora_load_by_their_card_alone(tmp_path, monkeypatch):
    import datasets

    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    loaded = datasets.load_dataset(str(CORPORA), cache_dir=str(tmp_path))
    assert list(loaded) == ["records"]
    rows = loaded["records"]
    expected = [record for record in read(CORPORA) if record.split != "probe"]  # other/ is not in the default
    assert sorted(rows["id"]) == sorted(record.id for record in expected)  # nor is any second annotation
    assert Counter(rows["split"]) == Counter(record.split for record in expected)
    assert {"train", "dev", "test"} == set(rows["split"])
