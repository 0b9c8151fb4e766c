"""Training for real, on a handful of records: it runs, resumes, and what it writes is a model."""

import json
from dataclasses import replace

import pytest

from samples import CORPORA
from stemme.corpus.records import read
from stemme.labels import ORIENTATIONS
from stemme.model.network import StemmeConfig, StemmeModel
from stemme.model.predict import TEMPERED
from stemme.pipeline import load
from stemme.training.finish import finish
from stemme.training.settings import Settings
from stemme.training.train import freeze, paired, parameter_groups, train

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

    def settings(epochs):
        return Settings(
            corpora=root,
            output=root / "out",
            languages=("et",),
            epochs=epochs,
            batch_size=4,
            quantized_epochs=1,
            shouting=0.0,
        )

    return settings


@pytest.mark.slow
def test_a_run_resumes_and_leaves_a_model_with_its_card(small):
    folder = train(small(1))
    assert (small(1).output / "checkpoint-2").is_dir()

    again = train(small(2), resume=True)
    assert again == folder
    state = json.loads((small(2).output / "checkpoint-4" / "trainer_state.json").read_text("utf-8"))
    assert state["global_step"] == 4
    assert [entry["epoch"] for entry in state["log_history"] if "eval_frame_macro_f1" in entry] == [1.0, 2.0]
    assert StemmeModel.from_pretrained(folder).quantized

    records = list(read(small(2).corpora))
    report = finish(folder, small(2), records)
    assert report["all"]["records"] == 2
    card = (folder / "README.md").read_text("utf-8")
    assert "| et | 8 | 0 | 2 | 0 | 2 | 0 |" in card
    assert "It learned from 8 records:" in " ".join(card.split())
    assert "- epochs: 2" in card
    assert str(small(2).output) not in card
    config = json.loads((folder / "config.json").read_text("utf-8"))
    assert set(config["temperatures"]) == set(TEMPERED)
    assert load(folder)("Pakk hilines.").orientation in ORIENTATIONS

    finish(folder, small(2), [*records, replace(records[0], id="new", split="train")])
    card = " ".join((folder / "README.md").read_text("utf-8").split())
    assert "It learned from 8 records; the corpora have changed since, and `train` is 9 now:" in card


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
    groups = parameter_groups(model, small(1))
    learned = {id(p) for g in groups for p in g["params"]}
    layers = model.encoder.encoder.layer
    assert [id(layer.output.dense.weight) in learned for layer in layers] == [False, False, True]
    assert id(model.encoder.embeddings.position_embeddings.weight) not in learned


def test_learning_rates_fall_downwards_and_vectors_do_not_decay(small):
    model = StemmeModel(StemmeConfig(encoder=TINY, languages=["et"]))
    settings = small(1)
    groups = parameter_groups(model, settings)
    rates = {id(p): (g["lr"], g["weight_decay"]) for g in groups for p in g["params"]}
    layers = model.encoder.encoder.layer
    found = [rates[id(layer.attention.self.query.weight)][0] for layer in layers]
    top = settings.learning_rate
    assert found == pytest.approx([top * settings.layer_decay**2, top * settings.layer_decay, top])
    assert rates[id(model.frame_head.weight)] == (settings.head_learning_rate, settings.weight_decay)
    assert rates[id(model.frame_head.bias)][1] == 0
    assert id(model.get_input_embeddings().weight) not in rates
