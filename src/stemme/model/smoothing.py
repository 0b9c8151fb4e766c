"""Makes a graph fit for int8: moves outliers of the activations into the weights.

Some channels of the activations are many times larger than the rest, and one scale for all of them leaves the
others few steps. Each channel is divided by a factor before a matrix product and the weights are multiplied by
it: the product stays what it was (SmoothQuant, Xiao et al. 2023, arXiv:2211.10438).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

STRENGTH = 0.7
"""How much of the range moves into the weights, 0 to 1; chosen by agreement with the trained model on dev."""

_SMALLEST = 1e-5

Inputs = dict[str, NDArray[np.generic]]


def smooth(model: onnx.ModelProto, examples: Iterable[Inputs]) -> None:
    """Change a graph in place so that the activations before its matrix products have even channels.

    Args:
        model: A float32 graph.
        examples: Inputs of the graph, with an `attention_mask` whose zeros are not looked at.
    """
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    products = [n for n in graph.node if n.op_type == "MatMul" and n.input[1] in weights and n.input[0] not in weights]
    ranges = _ranges(model, sorted({node.input[0] for node in products}), examples)
    smoothed: dict[str, NDArray[np.float32]] = {}
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        if node in products:
            name = node.input[0]
            if name not in smoothed:
                same = [numpy_helper.to_array(weights[n.input[1]]) for n in products if n.input[0] == name]
                largest = np.maximum(np.max([np.abs(w).max(1) for w in same], axis=0), _SMALLEST)
                factor = np.maximum(ranges[name], _SMALLEST) ** STRENGTH / largest ** (1 - STRENGTH)
                smoothed[name] = np.maximum(factor, _SMALLEST).astype(np.float32)
                graph.initializer.append(numpy_helper.from_array(1 / smoothed[name], f"{name}.factor"))
                nodes.append(helper.make_node("Mul", [name, f"{name}.factor"], [f"{name}.even"], name=f"{name}.even"))
        nodes.append(node)
    for node in products:
        tensor = weights[node.input[1]]
        scaled = numpy_helper.to_array(tensor) * smoothed[node.input[0]][:, None]
        tensor.CopyFrom(numpy_helper.from_array(scaled, tensor.name))
    for node in nodes:
        if node.op_type == "MatMul" and node.input[0] in smoothed:
            node.input[0] = f"{node.input[0]}.even"
    ordered = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del graph.node[:]
    graph.node.extend(ordered)


def _ranges(model: onnx.ModelProto, names: list[str], examples: Iterable[Inputs]) -> dict[str, NDArray[np.float32]]:
    """Return the largest magnitude of every channel of the named values, over all examples."""
    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    probe.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    session = onnxruntime.InferenceSession(probe.SerializeToString(), providers=["CPUExecutionProvider"])
    found: dict[str, NDArray[np.float32]] = {}
    for inputs in examples:
        mask = inputs["attention_mask"].astype(bool)
        for name, values in zip(names, session.run(names, inputs), strict=True):
            seen = values[mask] if values.shape[:2] == mask.shape else values
            largest = np.abs(seen.reshape(-1, seen.shape[-1])).max(0)
            found[name] = np.maximum(found.get(name, np.zeros_like(largest)), largest)
    return found
