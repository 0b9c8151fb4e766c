import json

import pytest

from stemme.corpus.check import check
from stemme.corpus.records import read
from stemme.corpus.split import assign, write_splits
from stemme.errors import StemmeError

LONG = "The courier left my parcel in the rain behind the bicycle shed and rang no bell at all"


def record(number, text=None, orientation="focused", **fields):
    sentence = {"text": text or f"Text number {number}, quite unlike text {number * 7919}.", "frame": "neither"}
    if orientation != "neither":
        sentence |= {"frame": orientation, "dimension": "offer"}
    base = {"id": f"r{number}", "lang": "en", "kind": "comment", "domain": "retail", "orientation": orientation}
    return base | {"sentences": [sentence]} | fields


def written(tmp_path, *records):
    file = tmp_path / "comments.jsonl"
    file.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), "utf-8")
    return file


def messages(*paths):
    return [str(problem) for problem in check(paths)[0]]


def test_good_files_have_no_problem(tmp_path):
    file = written(tmp_path, record(1), record(2))
    assert check([file]) == ([], 2)


def test_all_problems_are_named_with_file_and_line(tmp_path):
    file = written(tmp_path, record(1), record(1, "another text"), record(3, orientation="centric") | {"domain": "x"})
    with file.open("a", encoding="utf-8") as handle:
        handle.write("{broken\n")
    found = messages(file)
    assert len(found) == 3
    assert found[0].startswith(f"{file}:2: id 'r1' is already that of {file}:1")
    assert found[1].startswith(f"{file}:3: domain is 'x'")
    assert found[2].startswith(f"{file}:4: not JSON")


def test_nearly_the_same_text_is_found_across_files(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    written(tmp_path / "a", record(1, LONG + "."))
    written(tmp_path / "b", record(2, "Hi! " + LONG + " yesterday"), record(3))
    (found,) = messages(tmp_path)
    assert "text is nearly that of 'r1'" in found


def test_a_text_that_stands_often_is_found(tmp_path):
    texts = (
        "包裹晚了九天才到，而且客服一直不理人 😡",
        "Pakken kom ni dager for sent 📦",
        "యాప్ 😡",
        "অ্যাপ ধীর 🙏",
        "Äpp on aeglane 👍",
    )
    records = [record(25 * n + m, text) for n, text in enumerate(texts) for m in range(25)]
    found = messages(written(tmp_path, *records))
    assert len(found) == 24 * len(texts)
    assert "text is nearly that of 'r25'" in found[24]


def test_members_of_a_pair_may_be_alike_but_must_differ_in_orientation(tmp_path):
    pair = [record(1, LONG, pair="p"), record(2, LONG + "!", "centric", pair="p")]
    assert messages(written(tmp_path, *pair)) == []
    assert "one orientation twice" in messages(written(tmp_path, pair[0], record(2, LONG + "!", pair="p")))[0]
    assert "has 1 members" in messages(written(tmp_path, pair[0]))[0]
    parted = [pair[0] | {"split": "train"}, pair[1] | {"split": "test"}]
    assert "stands in two splits" in messages(written(tmp_path, *parted))[0]


def test_splits_are_stored_stable_and_keep_pairs_together(tmp_path):
    records = [record(n) for n in range(200)]
    records += [
        record(1000 + n, orientation=o, pair=f"p{n // 2}") for n in range(40) for o in [("focused", "centric")[n % 2]]
    ]
    file = written(tmp_path, *records)
    write_splits([file])
    first = {r.id: r.split for r in read(file)}
    counts = [list(first.values()).count(s) for s in ("train", "dev", "test")]
    assert counts == [192, 24, 24]
    assert all(first[f"r{1000 + n}"] == first[f"r{1001 + n}"] for n in range(0, 40, 2))
    with file.open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(record(5000)) + "\n")
    write_splits([file], seed=9)
    again = {r.id: r.split for r in read(file)}
    assert again.pop("r5000") is not None
    assert again == first


def test_records_of_one_id_get_splits_of_their_own(tmp_path):
    texts = ("యాప్ నెమ్మది 😡", "অ্যাপ ধীর 😡", "Appen er treg 😡", "Äpp on aeglane 😡", "应用太慢 😡")
    held = [record(n, text, split="test") for n, text in enumerate(texts)]
    new = [record(n, text) for n, text in enumerate(texts)]
    file = written(tmp_path, *held, *new, record("p", pair="r0"), record("q", orientation="centric", pair="r0"))
    counts = write_splits([file])
    splits = [r.split for r in read(file)]
    assert splits[:5] == ["test"] * 5
    assert "train" in splits[5:10]
    assert splits[10] == splits[11]
    assert [splits.count(split) for split in ("train", "dev", "test")] == [counts[s] for s in ("train", "dev", "test")]


def test_nothing_is_assigned_to_test_where_those_were_drawn_by_hand(tmp_path):
    drawn = [record(n, split="test") for n in range(3)]
    file = written(tmp_path, *drawn, *[record(n) for n in range(3, 63)])
    assert write_splits([file], test=False) == {"test": 3, "train": 53, "dev": 7}


def test_a_pair_in_two_splits_is_named_and_one_in_a_single_split_filled_in(tmp_path):
    pair = [record(n, orientation=o, pair="పేరు 😀") for n, o in enumerate(("focused", "centric"))]
    file = written(tmp_path, pair[0] | {"split": "test"}, pair[1] | {"split": "train"})
    before = file.read_bytes()
    with pytest.raises(StemmeError, match="pair 'పేరు 😀' stands in two splits, 'r0' in test and 'r1' in train"):
        write_splits([file])
    assert file.read_bytes() == before
    assert write_splits([written(tmp_path, pair[0], pair[1] | {"split": "test"})]) == {"test": 2}


def test_another_seed_assigns_otherwise(tmp_path):
    file = written(tmp_path, *[record(n) for n in range(100)])
    records = list(read(file))
    assert assign(records, 0) == assign(records, 0)
    assert assign(records, 0) != assign(records, 1)
