"""Builds an ONNX graph node by node, from arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 21
"""The first with INT4 tensors."""

CONTRIBUTED = "com.microsoft"
"""Domain of the operators that only ONNX Runtime has."""


class Graph:
    """A graph that grows; every method that adds a node returns the name of its output."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Add a named constant."""
        self._initializers[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def integers(self, *values: int) -> str:
        """Add a vector of int64, once for the same values."""
        return self.constant("int64." + ".".join(map(str, values)), np.array(values, np.int64))

    def number(self, value: float) -> str:
        """Add a float32 scalar, once for the same value."""
        return self.constant(f"float.{value:g}", np.array(value, np.float32))

    def external(self, name: str, kind: int, shape: tuple[int, ...], file: str, offset: int, length: int) -> str:
        """Add a constant whose bytes stand in a file beside the graph's."""
        tensor = onnx.TensorProto(name=name, data_type=kind, dims=shape, data_location=TensorProto.EXTERNAL)
        for key, value in (("location", file), ("offset", str(offset)), ("length", str(length))):
            tensor.external_data.add(key=key, value=value)
        self._initializers[name] = tensor
        return name

    def add(self, operator: str, *inputs: str, name: str = "", domain: str = "", **attributes: Any) -> str:
        """Add a node with one output, which takes `name` or is numbered; an empty input is one left out."""
        output = name or f"{operator}.{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [output], output, domain=domain, **attributes))
        return output

    def model(self, inputs: dict[str, tuple[int, list[str]]], outputs: dict[str, list[str | int]]) -> onnx.ModelProto:
        """Return the finished model.

        Args:
            inputs: Element type and shape of each, dimensions by name.
            outputs: Shape of each; all are float32.
        """
        graph = helper.make_graph(
            self._nodes,
            "stemme",
            [helper.make_tensor_value_info(name, *value) for name, value in inputs.items()],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            list(self._initializers.values()),
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIBUTED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10, producer_name="stemme")
