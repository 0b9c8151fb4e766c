"""Rounding as int8 arithmetic does: close to the exact product, and the same in torch and in ONNX Runtime."""

import numpy as np
import onnxruntime
import pytest
import torch

from stemme.model import quantization
from stemme.model.blocks import BlockMatrix
from stemme.model.export import build
from stemme.model.files import EMBEDDINGS
from stemme.model.network import StemmeConfig, StemmeModel
from stemme.model.quantization import QuantizedLinear, calibrate

ENCODER = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "vocab_size": 40,
    "max_position_embeddings": 32,
}


@pytest.fixture
def model():
    torch.manual_seed(0)
    network = StemmeModel(StemmeConfig(encoder=ENCODER, languages=["te"])).eval()
    # Untrained weights hardly move the output; these do.
    for parameter in network.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.15)
    generator = np.random.default_rng(0)
    blocks = BlockMatrix(generator.integers(0, 256, (40, 32), np.uint8), np.full((40, 2), 0.1, np.float16))
    network.half().float()  # as saved weights are
    network.attach_embeddings(blocks)
    return network, blocks


def inputs():
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(3, 40, (2, 12), generator=generator)
    attention = torch.ones(2, 12, dtype=torch.int64)
    attention[1, 9:] = 0
    mask = torch.zeros(2, 2, 12)
    mask[0, 0, 1:6] = mask[0, 1, 6:11] = mask[1, 0, 1:8] = 1
    return {"input_ids": ids, "attention_mask": attention, "sentence_mask": mask}


def exported(network, blocks, folder):
    blocks.save(folder / EMBEDDINGS)
    (folder / "model.onnx").write_bytes(build(network).SerializeToString())
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {k: v.numpy() for k, v in inputs().items()}), strict=True))


def assert_same(network, blocks, folder, tolerance):
    with torch.inference_mode():
        trained = network(**inputs())
    found = exported(network, blocks, folder)
    for name in ("frame", "dimension"):
        np.testing.assert_allclose(found[name][:1], trained[name][:1].numpy(), atol=tolerance)
        np.testing.assert_allclose(found[name][1, :1], trained[name][1, :1].numpy(), atol=tolerance)
    for name in ("tag", "topic", "severity"):
        real = inputs()["attention_mask"].bool()
        np.testing.assert_allclose(found[name][real], trained[name][real].numpy(), atol=tolerance)
    np.testing.assert_allclose(found["transitions"], network.transition_scores().detach().numpy())


def test_the_graph_computes_what_the_network_does(model, tmp_path):
    assert_same(*model, tmp_path, 1e-4)


def test_the_graph_rounds_as_the_network_does(model, tmp_path):
    network, blocks = model
    with torch.inference_mode():
        exact = network(**inputs()).tag
        calibrate(network.encoder.encoder.layer, lambda: network(**inputs()))
        rounded = network(**inputs()).tag
    assert network.quantized
    spread = exact.std().item()
    assert 0 < (rounded - exact).abs().mean().item() < 0.05 * spread
    assert_same(network, blocks, tmp_path, 0.05 * spread)


def test_a_layer_is_exact_until_it_is_calibrated():
    linear = QuantizedLinear(8, 4)
    values = torch.randn(3, 8)
    torch.testing.assert_close(linear(values), torch.nn.functional.linear(values, linear.weight, linear.bias))
    assert not linear.quantized


def test_gradients_pass_through_the_rounding(model):
    network, _ = model
    with torch.no_grad():
        calibrate(network.encoder.encoder.layer, lambda: network(**inputs()))
    network(**inputs()).frame.sum().backward()
    for layer in network.encoder.encoder.layer:
        assert layer.intermediate.dense.weight.grad.abs().sum() > 0
        assert layer.intermediate.dense.quantized
        assert not layer.output.dense.quantized  # among the lowest layers


def test_outliers_among_the_channels_cost_little(monkeypatch):
    torch.manual_seed(0)
    linear = QuantizedLinear(32, 16)
    values = torch.randn(200, 32)
    values[:, 0] *= 100
    exact = torch.nn.functional.linear(values, linear.weight, linear.bias)
    network = StemmeModel(StemmeConfig(encoder=ENCODER | {"hidden_size": 32}, languages=["te"]))
    layer = network.encoder.encoder.layer[0]
    layer.output.dense = linear

    monkeypatch.setattr(quantization, "EXACT_OUTPUTS", 0)

    def run():
        linear(values)
        for shared in (layer.attention.self.query, layer.attention.output.dense, layer.intermediate.dense):
            shared(torch.randn(4, shared.in_features))

    with torch.no_grad():
        calibrate([layer], run)
        error = (linear(values) - exact).abs().mean() / exact.abs().mean()
    assert error < 0.02


def test_it_rounds_bit_by_bit_as_pytorch_does():
    torch.manual_seed(0)
    layer = QuantizedLinear(64, 32)
    with torch.no_grad():
        layer.smoothing.copy_(torch.rand(64) + 0.5)
        layer.input_scale.fill_(0.03)
        layer.zero_point.fill_(100)
    texts = [(3 * torch.randn(20, 64)).requires_grad_() for _ in range(2)]
    with torch.no_grad():
        texts[1].copy_(texts[0])

    layer(texts[0]).square().sum().backward()
    found, layer.weight.grad = layer.weight.grad.clone(), None

    rounded = torch.fake_quantize_per_tensor_affine(texts[1] / layer.smoothing, 0.03, 100, 0, 255)
    weight, steps = layer.smoothed_weight()
    weight = torch.fake_quantize_per_channel_affine(weight, steps, torch.zeros(32, dtype=torch.int32), 0, -63, 63)
    expected = torch.nn.functional.linear(rounded, weight, layer.bias)
    expected.square().sum().backward()

    assert torch.equal(layer(texts[0]), expected)
    assert torch.equal(found, layer.weight.grad)
    assert torch.equal(texts[0].grad, texts[1].grad)
    assert (texts[1].grad == 0).any()  # some were clipped
