"""Training for real, on a handful of records: it runs, resumes, and what it writes is a model."""

import json
import shutil
from dataclasses import replace

import pytest
import torch

from samples import CORPORA
from stemme.corpus.records import read
from stemme.errors import StemmeError
from stemme.labels import ORIENTATIONS
from stemme.model.network import StemmeConfig, StemmeModel
from stemme.model.predict import TEMPERED
from stemme.pipeline import load
from stemme.training.finish import finish
from stemme.training.settings import Settings
from stemme.training.train import freeze, gold_records, paired, parameter_groups, train

TINY = {
    "hidden_size": 8,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 8,
    "vocab_size": 9,
}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Settings over a corpus of twelve records."""
    root = tmp_path_factory.mktemp("run")
    lines = (CORPORA / "et" / "comments.jsonl").read_text("utf-8").splitlines()
    by_split = {s: [line for line in lines if json.loads(line)["split"] == s] for s in ("train", "dev", "test")}
    (root / "et").mkdir()
    chosen = by_split["train"][:8] + by_split["dev"][:2] + by_split["test"][:2]
    (root / "et" / "comments.jsonl").write_text("\n".join(chosen), "utf-8")

    return Settings(
        corpora=root,
        output=root / "out",
        languages=("et",),
        epochs=2,
        batch_size=4,
        quantized_epochs=1,
        shouting=0.0,
    )


@pytest.mark.slow
def test_a_run_that_was_cut_off_goes_on_to_the_same_weights_and_leaves_a_model_with_its_card(small):
    folder = train(small)
    whole = StemmeModel.from_pretrained(folder).state_dict()
    # As if the machine had gone down while the second checkpoint was written.
    (small.output / "checkpoint-4" / "trainer_state.json").unlink()
    shutil.rmtree(folder)

    assert train(small, resume=True) == folder
    state = json.loads((small.output / "checkpoint-4" / "trainer_state.json").read_text("utf-8"))
    assert state["global_step"] == 4
    assert [entry["epoch"] for entry in state["log_history"] if "eval_frame_macro_f1" in entry] == [1.0, 2.0]
    model = StemmeModel.from_pretrained(folder)
    assert model.quantized
    again = model.state_dict()
    assert again.keys() == whole.keys()
    assert all(torch.equal(again[name], whole[name]) for name in whole)

    records = list(read(small.corpora))
    report = finish(folder, small, records)
    assert report["all"]["records"] == 2
    card = (folder / "README.md").read_text("utf-8")
    assert "| et | 8 | 0 | 2 | 0 | 2 | 0 |" in card
    assert "It learned from 8 records:" in " ".join(card.split())
    assert "- epochs: 2" in card
    assert str(small.output) not in card
    config = json.loads((folder / "config.json").read_text("utf-8"))
    assert set(config["temperatures"]) == set(TEMPERED)
    assert load(folder)("Pakk hilines.").orientation in ORIENTATIONS

    finish(folder, small, [*records, replace(records[0], id="new", split="train")])
    card = " ".join((folder / "README.md").read_text("utf-8").split())
    assert "It learned from 8 records; the corpora have changed since, and `train` is 9 now:" in card


def record(lang, split):
    return json.dumps(
        {"id": f"{lang} {split}", "lang": lang, "kind": "comment", "domain": "retail", "orientation": "neither"}
        | {"split": split, "sentences": [{"text": "😀 Hei!", "frame": "neither"}]}
    )


@pytest.fixture
def folders(tmp_path):
    """A corpus whose folders have names of their own: `norsk` with two languages, and three that are not named."""
    splits = {"norsk": ("nb", "nn"), "eesti": ("et",), "te": ("te",)}
    for name, langs in splits.items():
        (tmp_path / name).mkdir()
        lines = [record(lang, split) for lang in langs for split in ("train", "dev", "test")]
        (tmp_path / name / "comments.jsonl").write_text("\n".join(lines), "utf-8")
    (tmp_path / "mujal").mkdir()
    (tmp_path / "mujal" / "comments.jsonl").write_text(record("zh", "probe"), "utf-8")
    return tmp_path


def test_a_run_is_measured_on_the_folders_that_it_learns_from_and_on_the_probe(folders):
    found = gold_records(Settings(folders, folders / "out", languages=("norsk", "eesti")))
    assert [r.id for r in found if r.split == "test"] == ["nb test", "nn test", "et test"]
    assert [r.id for r in found if r.split == "probe"] == ["zh probe"]
    assert len(found) == 10


@pytest.mark.parametrize("split", ["train", "dev", "test"])
def test_a_split_without_records_is_refused_before_training(folders, split):
    file = folders / "te" / "comments.jsonl"
    file.write_text("\n".join(record("te", s) for s in ("train", "dev", "test") if s != split), "utf-8")
    settings = Settings(folders, folders / "out", languages=("te",))
    with pytest.raises(StemmeError, match=f"no record of the split '{split}'; give it to some"):
        train(settings)
    assert not settings.output.exists()


@pytest.mark.parametrize("lang", ["te", "bn", "nb", "et", "zh"])
def test_the_members_of_a_minimal_pair_are_learned_side_by_side(lang):
    records = list(read(CORPORA / lang))
    groups = paired(records)
    assert sorted(r.id for group in groups for r in group) == sorted(r.id for r in records)
    assert {r.id for group in groups if len(group) > 1 for r in group} == {r.id for r in records if r.pair}
    assert all(len({r.pair for r in group}) == 1 for group in groups)
    assert max(map(len, groups)) == 2


def test_frozen_layers_do_not_learn(small):
    model = StemmeModel(StemmeConfig(encoder=TINY, languages=["et"]))
    freeze(model, 2)
    groups = parameter_groups(model, small)
    learned = {id(p) for g in groups for p in g["params"]}
    layers = model.encoder.encoder.layer
    assert [id(layer.output.dense.weight) in learned for layer in layers] == [False, False, True]
    assert id(model.encoder.embeddings.position_embeddings.weight) not in learned


def test_learning_rates_fall_downwards_and_vectors_do_not_decay(small):
    model = StemmeModel(StemmeConfig(encoder=TINY, languages=["et"]))
    groups = parameter_groups(model, small)
    rates = {id(p): (g["lr"], g["weight_decay"]) for g in groups for p in g["params"]}
    layers = model.encoder.encoder.layer
    found = [rates[id(layer.attention.self.query.weight)][0] for layer in layers]
    top = small.learning_rate
    assert found == pytest.approx([top * small.layer_decay**2, top * small.layer_decay, top])
    assert rates[id(model.frame_head.weight)] == (small.head_learning_rate, small.weight_decay)
    assert rates[id(model.frame_head.bias)][1] == 0
    assert id(model.get_input_embeddings().weight) not in rates
