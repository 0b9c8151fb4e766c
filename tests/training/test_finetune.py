"""Training on from the model that ships: it learns, rehearses, and what it writes is a model."""

import json
import shutil
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from samples import CORPORA, MODEL, ROOT
from stemme.corpus.records import read
from stemme.errors import StemmeError
from stemme.labels import ORIENTATIONS
from stemme.model import files
from stemme.model.network import StemmeModel
from stemme.pipeline import load
from stemme.training import bootstrap
from stemme.training.finetune import check_trainable, finetune, rehearsal, with_rehearsal
from stemme.training.settings import Tuning
from stemme.training.train import _checkpoint, paired
from stemme.training.tuned import finish_tuned

OWN = ROOT / "notebooks" / "data" / "comments.jsonl"


@pytest.fixture
def settings(tmp_path):
    lines = OWN.read_text("utf-8").splitlines()
    by_split = {s: [line for line in lines if json.loads(line)["split"] == s] for s in ("train", "dev", "test")}
    own = tmp_path / "comments.jsonl"
    own.write_text("\n".join(by_split["train"][:3] + by_split["dev"][:1] + by_split["test"][:2]), "utf-8")
    return Tuning(
        corpora=own,
        output=tmp_path / "out",
        replay=CORPORA / "et",
        replayed=1,
        epochs=1,
        batch_size=3,
        frozen_layers=11,
    )


@pytest.mark.slow
def test_a_model_learns_on_and_is_a_model(settings):
    folder = finetune(MODEL, settings)
    table = finish_tuned(folder, MODEL, settings)
    assert "| frame macro f1 |" in table
    card = (folder / files.CARD).read_text("utf-8")
    assert table in card
    assert "Temperatures fitted\nanew on the split dev: none" in card
    assert str(settings.output) not in card

    before, after = (json.loads((f / files.CONFIG).read_text("utf-8")) for f in (MODEL, folder))
    assert after["temperatures"] == before["temperatures"]
    own = sum(record.split == "train" for record in read(settings.corpora))
    assert own > 0
    assert after["trained_records"] == before["trained_records"] + own
    assert load(folder)("Strømmen på C-brygga er borte.").orientation in ORIENTATIONS
    weights = [dict(StemmeModel.from_pretrained(f).named_parameters()) for f in (MODEL, folder)]
    old, new = ([w[f"encoder.encoder.layer.{n}.output.dense.weight"] for n in (10, 11)] for w in weights)
    assert bool((old[0] == new[0]).all())
    assert not bool((old[1] == new[1]).all())


def test_rehearsal_draws_as_many_of_each_language_from_what_was_learned(settings):
    drawn = rehearsal(Tuning(settings.corpora, settings.output, replay=CORPORA, replayed=3), 4)
    assert len(drawn) == 12
    assert {record.split for record in drawn} == {"train"}
    assert len({record.lang.split("-")[0].replace("nn", "nb") for record in drawn}) == 6
    seven = [r.lang[:2] for r in rehearsal(Tuning(settings.corpora, settings.output, replay=CORPORA, replayed=1), 7)]
    assert sorted(Counter("nb" if lang == "nn" else lang for lang in seven).values()) == [1, 1, 1, 1, 1, 2]
    assert rehearsal(Tuning(settings.corpora, settings.output, replay=CORPORA, replayed=-1), 4) == []
    assert rehearsal(Tuning(settings.corpora, settings.output), 4) == []
    assert with_rehearsal(Tuning(settings.corpora, settings.output)).replay == CORPORA


def test_own_and_replayed_records_of_one_name_stay_apart(settings):
    lines = [json.loads(line) | {"id": "1"} for line in OWN.read_text("utf-8").splitlines()[:2]]
    pair = [json.dumps(line | {"pair": "p", "split": "train"}, ensure_ascii=False) for line in lines]
    single = [json.dumps(line | {"split": "train"}, ensure_ascii=False) for line in lines]
    settings.corpora.write_text("\n".join([*pair, *single]), "utf-8")
    own = list(read(settings.corpora))
    replayed = rehearsal(replace(settings, replay=settings.corpora), len(own))
    assert len(replayed) == len(own) == 4
    groups = paired([*own, *replayed])
    assert sorted(map(len, groups)) == [1, 1, 1, 1, 2, 2]
    assert all(len({record.pair for record in group}) == 1 for group in groups)


def test_a_base_is_not_written_over(settings):
    base = shutil.copytree(MODEL, settings.output / "model")
    with pytest.raises(StemmeError, match="the result would be written over it; name another output"):
        finetune(base, settings)


def checkpoint(settings, step):
    """Write what a checkpoint is known by."""
    folder = settings.output / f"checkpoint-{step}"
    folder.mkdir(parents=True)
    state = {"global_step": step, "num_train_epochs": settings.epochs}
    (folder / "trainer_state.json").write_text(json.dumps(state), "utf-8")
    return folder


def test_the_newest_checkpoint_that_is_whole_is_gone_on_from(settings, tmp_path):
    settings.output.mkdir()
    assert _checkpoint(settings, [], tmp_path, resume=True) is None
    for state in (None, '{"global_step": 9'):
        cut = settings.output / "checkpoint-11"
        shutil.rmtree(cut, ignore_errors=True)
        cut.mkdir()
        if state:
            (cut / "trainer_state.json").write_text(state, "utf-8")
        assert _checkpoint(settings, [], tmp_path, resume=False) is None
    folders = [checkpoint(settings, step) for step in (9, 10)]
    assert _checkpoint(settings, [], tmp_path, resume=True) == str(folders[1])
    with pytest.raises(StemmeError, match="go on with --resume"):
        _checkpoint(settings, [], tmp_path, resume=False)


def test_a_run_goes_on_with_its_own_settings_wherever_its_folders_are(settings, tmp_path):
    settings.output.mkdir()
    _checkpoint(settings, [], tmp_path, resume=False)
    last = str(checkpoint(settings, 1))
    noted = settings.output / "run.json"
    run = json.loads(noted.read_text("utf-8"))
    del run["epochs"]
    # As it is written now, and as earlier versions wrote it.
    for text in (noted.read_text("utf-8"), json.dumps(run | {"replay": "/old"})):
        noted.write_text(text, "utf-8")
        assert _checkpoint(replace(settings, replay=tmp_path / "moved"), [], tmp_path, resume=True) == last
        for other in (replace(settings, epochs=2), replace(settings, kept=0.25)):
            with pytest.raises(StemmeError, match="of other settings"):
                _checkpoint(other, [], tmp_path, resume=True)


def test_checkpoints_of_another_base_are_not_gone_on_from(settings, tmp_path):
    last = checkpoint(settings, 1)
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / files.WEIGHTS).write_text(name)
    (tmp_path / "fresh").mkdir()
    _checkpoint(replace(settings, output=tmp_path / "fresh"), [], tmp_path / "a", resume=True)
    (tmp_path / "fresh" / "run.json").replace(settings.output / "run.json")
    assert _checkpoint(settings, [], tmp_path / "a", resume=True) == str(last)
    with pytest.raises(StemmeError, match="or another base; remove the folder"):
        _checkpoint(settings, [], tmp_path / "b", resume=True)
    (settings.output / "run.json").write_text("{")
    with pytest.raises(StemmeError, match="remove the folder"):
        _checkpoint(settings, [], tmp_path / "a", resume=True)


def test_a_model_without_weights_is_refused_with_the_remedy(tmp_path):
    with pytest.raises(StemmeError, match="no such folder; --from takes a model folder, or stemme-base"):
        check_trainable(tmp_path / "none")
    for name in (files.CONFIG, files.TOKENIZER, files.EMBEDDINGS):
        (tmp_path / name).touch()
    with pytest.raises(StemmeError, match=r"model\.safetensors missing; .* take models/stemme-base of the repository"):
        check_trainable(tmp_path)


def test_differences_are_those_of_the_same_draws():
    records = list(read(OWN))[:20]
    from stemme.training.tally import tally

    counts = tally(records, load(MODEL).gold([r.text for r in records], None))
    assert set(map(tuple, np.round(list(bootstrap.differences(counts, counts).values()), 9))) == {(0.0, 0.0)}


def test_own_records_are_written_with_their_splits():
    splits = [record.split for record in read(OWN)]
    assert [splits.count(split) for split in ("train", "dev", "test")] == [60, 10, 30]
