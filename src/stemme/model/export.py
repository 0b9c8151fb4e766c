"""Exports a trained network to ONNX: int8 layers, and word embeddings that stay the 4-bit blocks they are.

The graph is built operator by operator rather than traced, so that ONNX Runtime runs its fused integer products,
attention and normalisation. It computes what `StemmeModel.forward` does; a test holds the two together.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto
from torch import Tensor, nn

from stemme.labels import DIMENSIONS, FRAMES, SEVERITIES, TOPICS
from stemme.model import files
from stemme.model.blocks import BLOCK
from stemme.model.decoding import FORBIDDEN, TAGS
from stemme.model.graph import CONTRIBUTED, Graph
from stemme.model.network import StemmeModel
from stemme.model.quantization import WEIGHT_LEVEL, QuantizedLinear, sharing_inputs

_INPUTS = {
    "input_ids": (TensorProto.INT64, ["windows", "positions"]),
    "attention_mask": (TensorProto.INT64, ["windows", "positions"]),
    "sentence_mask": (TensorProto.FLOAT, ["windows", "sentences", "positions"]),
}
_OUTPUTS: dict[str, list[str | int]] = {
    "frame": ["windows", "sentences", len(FRAMES)],
    "dimension": ["windows", "sentences", len(DIMENSIONS)],
    "tag": ["windows", "positions", len(TAGS)],
    "topic": ["windows", "positions", len(TOPICS)],
    "severity": ["windows", "positions", len(SEVERITIES)],
    "transitions": [len(TAGS), len(TAGS)],
    "first": [len(TAGS)],
}


def export(folder: Path, target: Path) -> None:
    """Write the trained model of `folder` into `target` as a folder that `Runtime` loads.

    Args:
        folder: With configuration, weights, embeddings and tokenizer.
        target: May be the same folder; else it gets copies of what both forms share.
    """
    model = StemmeModel.from_pretrained(folder).eval()
    target.mkdir(parents=True, exist_ok=True)
    for name in (files.CONFIG, files.TOKENIZER, files.EMBEDDINGS, files.WEIGHTS):
        if not (target / name).exists() or not (folder / name).samefile(target / name):
            shutil.copyfile(folder / name, target / name)
    graph_file = target / files.GRAPH
    graph_file.write_bytes(build(model).SerializeToString(deterministic=True))
    onnx.checker.check_model(str(graph_file), full_check=False)


def build(model: StemmeModel) -> onnx.ModelProto:
    """Return the network as an ONNX model that looks for its word embeddings beside itself."""
    graph = Graph()
    hidden = _embeddings(graph, model.encoder.embeddings)
    padding = graph.add("Cast", "attention_mask", to=TensorProto.INT32)
    for number, layer in enumerate(model.encoder.encoder.layer):
        hidden = _layer(graph, f"layer.{number}", layer, hidden, padding, model.encoder.config.num_attention_heads)
    _heads(graph, model, hidden)
    return graph.model(_INPUTS, _OUTPUTS)


def _embeddings(graph: Graph, embeddings: Any) -> str:
    """Look up the word embeddings and add those of position and type."""
    rows, columns = embeddings.word_embeddings.weight.shape
    half = rows * columns // 2
    words = graph.add(
        "GatherBlockQuantized",
        graph.external("words.nibbles", TensorProto.INT4, (rows, columns), files.EMBEDDINGS, 0, half),
        "input_ids",
        graph.external(
            "words.scales", TensorProto.FLOAT16, (rows, columns // BLOCK), files.EMBEDDINGS, half, half * 4 // BLOCK
        ),
        domain=CONTRIBUTED,
        gather_axis=0,
        quantize_axis=1,
        block_size=BLOCK,
    )
    words = graph.add("Cast", words, to=TensorProto.FLOAT)
    table = embeddings.position_embeddings.weight + embeddings.token_type_embeddings.weight[0]
    length = graph.add("Shape", "input_ids", start=1, end=2)
    positions = graph.add(
        "Slice", graph.constant("positions", _array(table)), graph.integers(0), length, graph.integers(0)
    )
    return _normalized(graph, "embeddings.norm", embeddings.LayerNorm, graph.add("Add", words, positions))


def _layer(graph: Graph, name: str, layer: Any, hidden: str, padding: str, heads: int) -> str:
    """Add a layer of the encoder: attention and feed-forward, each added to its input and normalised."""
    projections, output, intermediate, last = sharing_inputs(layer)
    query, key, value = _products(graph, f"{name}.attention", projections, hidden)
    attended = graph.add("MultiHeadAttention", query, key, value, "", padding, domain=CONTRIBUTED, num_heads=heads)
    (projected,) = _products(graph, f"{name}.projection", output, attended)
    middle = _added(graph, f"{name}.attention.norm", layer.attention.output.LayerNorm, projected, hidden)
    (wide,) = _products(graph, f"{name}.intermediate", intermediate, middle)
    (narrow,) = _products(graph, f"{name}.output", last, graph.add("Gelu", wide))
    return _added(graph, f"{name}.output.norm", layer.output.LayerNorm, narrow, middle)


def _added(graph: Graph, name: str, norm: nn.LayerNorm, values: str, residual: str) -> str:
    # `Sum`, as ONNX Runtime would fuse an `Add` into a SkipLayerNormalization that takes five times as long on a CPU.
    return _normalized(graph, name, norm, graph.add("Sum", values, residual))


def _normalized(graph: Graph, name: str, norm: nn.LayerNorm, values: str) -> str:
    return graph.add(
        "LayerNormalization",
        values,
        graph.constant(f"{name}.weight", _array(norm.weight)),
        graph.constant(f"{name}.bias", _array(norm.bias)),
        axis=-1,
        epsilon=norm.eps,
    )


def _products(graph: Graph, name: str, layers: list[QuantizedLinear], values: str) -> list[str]:
    """Multiply the same values by the weights of several layers; they are rounded once for all."""
    first = layers[0]
    if not first.quantized:
        return [_linear(graph, f"{name}.{number}", linear, values) for number, linear in enumerate(layers)]
    scale = graph.constant(f"{name}.scale", _array(first.input_scale))
    zero = graph.constant(f"{name}.zero", _array(first.zero_point).astype(np.uint8))
    even = graph.add("Mul", values, graph.constant(f"{name}.smoothing", 1 / _array(first.smoothing)))
    rounded = graph.add("QuantizeLinear", even, scale, zero)
    outputs = []
    for number, linear in enumerate(layers):
        weight, steps = (_array(values) for values in linear.smoothed_weight())
        integers = np.clip(np.rint(weight / steps[:, None]), -WEIGHT_LEVEL, WEIGHT_LEVEL).astype(np.int8)
        outputs.append(
            graph.add(
                "MatMulIntegerToFloat",
                rounded,
                graph.constant(f"{name}.{number}.weight", integers.T),
                scale,
                graph.constant(f"{name}.{number}.steps", steps),
                zero,
                "",
                graph.constant(f"{name}.{number}.bias", _array(linear.bias)),
                domain=CONTRIBUTED,
            )
        )
    return outputs


def _linear(graph: Graph, name: str, linear: nn.Linear, values: str, output: str = "") -> str:
    # Stored in half precision, as the trained weights are; ONNX Runtime widens them once, when it loads the graph.
    weight = graph.constant(f"{name}.weight", _array(linear.weight).T.astype(np.float16))
    product = graph.add("MatMul", values, graph.add("Cast", weight, to=TensorProto.FLOAT))
    return graph.add("Add", product, graph.constant(f"{name}.bias", _array(linear.bias)), name=output)


def _heads(graph: Graph, model: StemmeModel, hidden: str) -> None:
    """Add pooling and heads, as `StemmeModel.forward` has them."""
    mask = "sentence_mask"
    last = graph.integers(-1)
    attention = graph.add("Transpose", _linear(graph, "attention", model.sentence_attention, hidden), perm=[0, 2, 1])
    outside = graph.add("Mul", graph.add("Sub", graph.number(1), mask), graph.number(FORBIDDEN))
    weights = graph.add("Mul", graph.add("Softmax", graph.add("Add", attention, outside), axis=-1), mask)
    all_positions = graph.add("Unsqueeze", graph.add("Cast", "attention_mask", to=TensorProto.FLOAT), graph.integers(1))
    window = _mean(graph, all_positions, hidden, last)
    mean = _mean(graph, mask, hidden, last)
    shape = graph.add("Shape", mean)
    context = graph.add("Expand", window, shape)
    pooled = graph.add("Concat", mean, graph.add("MatMul", weights, hidden), context, axis=-1)
    sentence = graph.add("Gelu", _linear(graph, "sentence", model.sentence_hidden, pooled))
    _linear(graph, "frame.head", model.frame_head, sentence, "frame")
    _linear(graph, "dimension.head", model.dimension_head, sentence, "dimension")

    around = graph.add("MatMul", graph.add("Transpose", mask, perm=[0, 2, 1]), sentence)
    token = _with_context(graph, "token", (model.token_hidden, model.token_context), hidden, around)
    _linear(graph, "tag.head", model.tag_head, token, "tag")
    mention = _with_context(graph, "mention", (model.mention_hidden, model.mention_context), hidden, around)
    _linear(graph, "topic.head", model.topic_head, mention, "topic")
    _linear(graph, "severity.head", model.severity_head, mention, "severity")
    for name, scores in (("transitions", model.transition_scores()), ("first", model.first_scores())):
        graph.add("Identity", graph.constant(f"{name}.scores", _array(scores)), name=name)


def _with_context(graph: Graph, name: str, layers: tuple[nn.Linear, nn.Linear], hidden: str, around: str) -> str:
    own, context = layers
    weight = graph.constant(f"{name}.context", _array(context.weight).T)
    product = graph.add("MatMul", around, weight)
    return graph.add("Gelu", graph.add("Add", _linear(graph, name, own, hidden), product))


def _mean(graph: Graph, mask: str, values: str, last: str) -> str:
    """Average values over each row of the mask."""
    count = graph.add("Max", graph.add("ReduceSum", mask, last, keepdims=1), graph.number(1))
    return graph.add("MatMul", graph.add("Div", mask, count), values)


def _array(values: Tensor) -> NDArray[Any]:
    return values.detach().float().cpu().numpy()
