import json
import os
import shutil

import numpy as np
import pytest

from samples import MODEL, TEXTS
from stemme.errors import StemmeError
from stemme.model import runtime, windows
from stemme.model.info import describe
from stemme.model.runtime import Runtime, usable_cores


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(StemmeError, match=r"no model here, config\.json, tokenizer\.json, model\.onnx"):
        Runtime(tmp_path)


def test_a_damaged_graph_is_named(tmp_path):
    for path in MODEL.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "model.onnx").unlink()
    (tmp_path / "model.onnx").write_bytes(b"not a graph")
    with pytest.raises(StemmeError, match=r"model\.onnx: ONNX Runtime cannot load it"):
        Runtime(tmp_path)


def test_a_model_of_other_labels_is_refused(tmp_path):
    config = json.loads((MODEL / "config.json").read_text("utf-8"))
    config["topics"] = ["weather"]
    shutil.copytree(MODEL, tmp_path / "m", copy_function=os.symlink)
    (tmp_path / "m" / "config.json").unlink()
    (tmp_path / "m" / "config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(StemmeError, match=r"topics are \['weather'\], but this version of Stemme knows"):
        Runtime(tmp_path / "m")


def test_threads_are_the_cores_that_may_be_used(monkeypatch):
    monkeypatch.setattr(runtime.os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    for quota, expected in ((None, 8), (2.5, 3), (0.2, 1), (64, 8)):
        monkeypatch.setattr(runtime, "_cgroup_quota", lambda quota=quota: quota)
        assert usable_cores() == expected


def test_threads_can_be_set():
    assert Runtime(MODEL, threads=1)._sessions().wide.get_session_options().intra_op_num_threads == 1


def test_batches_side_by_side_score_as_one_after_the_other():
    spread = Runtime(MODEL, threads=3)
    tokens = spread.tokenizer([*TEXTS.values(), " ".join(TEXTS.values())] * 4)
    cuts = [windows.Window(i, 0, len(t), np.zeros(len(t), np.int64)) for i, t in enumerate(tokens)]
    batches = [windows.collate(batch, tokens) for batch in windows.batches(cuts, 5, 8192)]
    assert len(batches) > 3
    for alone, beside in zip(map(spread, batches), spread.each(batches), strict=True):
        for name in ("frame", "dimension", "tag", "topic", "severity"):
            np.testing.assert_array_equal(getattr(alone, name), getattr(beside, name))


def test_a_model_describes_itself():
    known = describe(MODEL)
    assert known["encoder"] == {"num_hidden_layers": 12, "hidden_size": 384, "vocab_size": 250037}
    assert "54,007,992 bytes, sha256 " in known["files"]["embeddings.q4"]
