import itertools

import numpy as np
import pytest
import torch

from stemme.errors import StemmeError
from stemme.labels import DIMENSIONS, FRAMES, MENTION_KINDS, SEVERITIES, TOPICS
from stemme.model.blocks import BlockMatrix
from stemme.model.decoding import TAGS, viterbi
from stemme.model.network import IGNORED, StemmeConfig, StemmeModel

ENCODER = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "vocab_size": 50,
    "max_position_embeddings": 32,
}


@pytest.fixture
def model():
    torch.manual_seed(0)
    return StemmeModel(StemmeConfig(encoder=ENCODER, languages=["te", "nb"])).eval()


def inputs(windows=2, sentences=3, positions=8):
    mask = torch.zeros(windows, sentences, positions)
    mask[:, 0, 1:4] = mask[:, 1, 4:7] = 1
    ids = torch.arange(windows * positions).reshape(windows, positions) % 50
    return ids, torch.ones(windows, positions, dtype=torch.long), mask


def labels(windows=2, sentences=3, positions=8):
    tags = torch.full((windows, positions), IGNORED)
    tags[:, 1:7] = torch.tensor([0, 1, 2, 0, 3, 4])
    mention_mask = torch.zeros(windows, 2, positions)
    mention_mask[:, 0, 2:4] = mention_mask[:, 1, 5:7] = 1
    return {
        "frame_labels": torch.tensor([[0, 1, IGNORED]] * windows),
        "dimension_labels": torch.tensor([[2, IGNORED, IGNORED]] * windows),
        "tag_labels": tags,
        "mention_mask": mention_mask,
        "topic_labels": torch.tensor([[1, 9]] * windows),
        "severity_labels": torch.tensor([[IGNORED, 2]] * windows),
        "presence_labels": torch.tensor([[[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]] * windows),
    }


def test_all_heads_come_out_of_one_pass(model):
    output = model(*inputs())
    assert output.frame.shape == (2, 3, len(FRAMES))
    assert output.dimension.shape == (2, 3, len(DIMENSIONS))
    assert output.tag.shape == (2, 8, len(TAGS))
    assert output.topic.shape == (2, 8, len(TOPICS))
    assert output.severity.shape == (2, 8, len(SEVERITIES))
    assert output.presence.shape == (2, 3, len(MENTION_KINDS))
    assert output.loss is None


def test_padding_changes_nothing(model):
    ids, attention, mask = inputs(windows=1)
    padded = model(
        torch.nn.functional.pad(ids, (0, 5), value=1),
        torch.nn.functional.pad(attention, (0, 5)),
        torch.nn.functional.pad(mask, (0, 5)),
    )
    alone = model(ids, attention, mask)
    torch.testing.assert_close(padded.frame[:, :2], alone.frame[:, :2], atol=1e-5, rtol=0)
    torch.testing.assert_close(padded.tag[:, :8], alone.tag, atol=1e-5, rtol=0)


def test_the_chain_is_normalised_over_all_paths(model):
    torch.nn.init.normal_(model.transitions)
    torch.nn.init.normal_(model.first_tag)
    emissions = torch.randn(1, 4, len(TAGS))
    total = sum(
        torch.exp(-3 * model._tag_loss(emissions, torch.tensor([[IGNORED, *path]])))
        for path in itertools.product(range(len(TAGS)), repeat=3)
    )
    assert total.item() == pytest.approx(1, abs=1e-4)


def test_every_head_learns(model):
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], 1e-2)
    first = model(*inputs(), **labels()).loss.item()
    for _ in range(60):
        loss = model(*inputs(), **labels()).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.05 * first
    output = model(*inputs())
    assert output.frame[:, :2].argmax(-1).tolist() == [[0, 1]] * 2
    assert (output.presence[:, :2] > 0).tolist() == [[[True, False], [False, True]]] * 2
    chain = model.transition_scores().detach().numpy(), model.first_scores().detach().numpy()
    (path,) = viterbi([output.tag[0, 1:7].detach().numpy()], *chain)
    assert path.tolist() == [0, 1, 2, 0, 3, 4]


def test_word_embeddings_stay_frozen(model):
    model.train()
    model(*inputs(), **labels()).loss.backward()
    assert model.get_input_embeddings().weight.grad is None


def test_a_saved_model_scores_the_same_without_its_word_embeddings(model, tmp_path):
    from safetensors import safe_open

    model.save_pretrained(tmp_path)
    with safe_open(tmp_path / "model.safetensors", "numpy") as file:
        assert not any("word_embeddings" in name for name in file.keys())  # noqa: SIM118
    with pytest.raises(StemmeError, match=r"embeddings\.q4: missing"):
        StemmeModel.from_pretrained(tmp_path)
    blocks = BlockMatrix(np.full((50, 16), 0x2F, np.uint8), np.ones((50, 1), np.float16))
    blocks.save(tmp_path / "embeddings.q4")
    model.attach_embeddings(blocks)
    loaded = StemmeModel.from_pretrained(tmp_path).eval()
    np.testing.assert_allclose(loaded(*inputs()).tag.detach(), model(*inputs()).tag.detach(), atol=1e-6)
