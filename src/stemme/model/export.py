"""Exports a trained network to ONNX: int8 layers, and word embeddings that stay the 4-bit blocks they are."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn

from stemme.defaults import BATCH_SIZE
from stemme.model import files, windows
from stemme.model.blocks import BLOCK
from stemme.model.network import StemmeModel
from stemme.model.predict import BUDGET
from stemme.model.runtime import OUTPUTS
from stemme.model.smoothing import Inputs, smooth
from stemme.model.tokens import SubwordTokenizer

OPSET = 21
"""The first with INT4 tensors."""

_EMBEDDED = "inputs_embeds"


def export(folder: Path, target: Path, texts: Sequence[str]) -> None:
    """Write the trained model of `folder` into `target` as a folder that `Runtime` loads.

    Args:
        folder: With configuration, weights, embeddings and tokenizer.
        target: May be the same folder; else it gets copies of what both forms share.
        texts: Some of those it was trained on, by which the activations' ranges are evened out.
    """
    model = StemmeModel.from_pretrained(folder).eval()
    target.mkdir(parents=True, exist_ok=True)
    for name in (files.CONFIG, files.TOKENIZER, files.EMBEDDINGS, files.WEIGHTS):
        if not (target / name).exists() or not (folder / name).samefile(target / name):
            shutil.copyfile(folder / name, target / name)
    with tempfile.TemporaryDirectory() as temporary:
        plain, prepared, quantized = (Path(temporary) / f"{name}.onnx" for name in ("plain", "prepared", "int8"))
        _trace(model, plain)
        quant_pre_process(plain, prepared, skip_symbolic_shape=True)
        even = onnx.load(prepared)
        smooth(even, _inputs(model, SubwordTokenizer.load(folder / files.TOKENIZER), texts))
        onnx.save(even, prepared)
        quantize_dynamic(
            prepared,
            quantized,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QInt8,
        )
        graph = onnx.load(quantized)
    rows, columns = model.encoder.embeddings.word_embeddings.weight.shape
    _look_up_embeddings(graph, rows, columns)
    graph_file = target / files.GRAPH
    graph_file.write_bytes(graph.SerializeToString(deterministic=True))
    onnx.checker.check_model(str(graph_file), full_check=False)


def _inputs(model: StemmeModel, tokenizer: SubwordTokenizer, texts: Sequence[str]) -> Iterator[Inputs]:
    """Yield the texts as inputs of the traced graph, each as one sentence."""
    tokens = tokenizer(texts)
    cuts = [w for i, found in enumerate(tokens) for w in windows.cut(i, np.zeros(len(found), np.int64))]
    for group in windows.batches(cuts, BATCH_SIZE, BUDGET):
        batch = windows.collate(group, tokens)
        embedded = model.get_input_embeddings()(torch.from_numpy(batch.input_ids))
        yield {
            _EMBEDDED: embedded.detach().numpy(),
            "attention_mask": batch.attention_mask,
            "sentence_mask": batch.sentence_mask,
        }


class _FromEmbeddings(nn.Module):
    """The network behind the word embeddings, its outputs in the order of the graph's."""

    def __init__(self, model: StemmeModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, inputs_embeds: Tensor, attention_mask: Tensor, sentence_mask: Tensor) -> tuple[Any, ...]:
        output = self.model(None, attention_mask, sentence_mask, inputs_embeds=inputs_embeds)
        named = {**output, "transitions": self.model.transition_scores(), "first": self.model.first_scores()}
        return tuple(named[name] for name in OUTPUTS)


def _trace(model: StemmeModel, path: Path) -> None:
    model.encoder.set_attn_implementation("eager")
    windows, sentences, positions, hidden = 2, 3, 16, model.encoder.config.hidden_size
    example = (
        torch.randn(windows, positions, hidden),
        torch.ones(windows, positions, dtype=torch.int64),
        torch.ones(windows, sentences, positions),
    )
    axes = {name: torch.export.Dim(name, min=1) for name in ("windows", "sentences", "positions")}
    torch.onnx.export(
        _FromEmbeddings(model).eval(),
        example,
        path,
        input_names=[_EMBEDDED, "attention_mask", "sentence_mask"],
        output_names=list(OUTPUTS),
        dynamic_shapes=(
            {0: axes["windows"], 1: axes["positions"]},
            {0: axes["windows"], 1: axes["positions"]},
            {0: axes["windows"], 1: axes["sentences"], 2: axes["positions"]},
        ),
        opset_version=OPSET,
        dynamo=True,
        external_data=False,
        verbose=False,
    )


def _look_up_embeddings(model: onnx.ModelProto, rows: int, columns: int) -> None:
    """Put the look-up of the 4-bit embeddings, kept as external data, before the graph's first input."""
    graph = model.graph
    index = next(i for i, value in enumerate(graph.input) if value.name == _EMBEDDED)
    del graph.input[index]
    graph.input.insert(0, helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["windows", "positions"]))
    nibbles = _external("embeddings.nibbles", TensorProto.INT4, (rows, columns), 0, rows * columns // 2)
    scales = _external(
        "embeddings.scales",
        TensorProto.FLOAT16,
        (rows, columns // BLOCK),
        rows * columns // 2,
        rows * columns // BLOCK * 2,
    )
    graph.initializer.extend([nibbles, scales])
    look_up = helper.make_node(
        "GatherBlockQuantized",
        [nibbles.name, "input_ids", scales.name],
        ["embeddings.half"],
        name="embeddings",
        domain="com.microsoft",
        gather_axis=0,
        quantize_axis=1,
        block_size=BLOCK,
    )
    widen = helper.make_node("Cast", ["embeddings.half"], [_EMBEDDED], name="embeddings.widen", to=TensorProto.FLOAT)
    graph.node.insert(0, widen)
    graph.node.insert(0, look_up)
    if not any(opset.domain == "com.microsoft" for opset in model.opset_import):
        model.opset_import.append(helper.make_opsetid("com.microsoft", 1))


def _external(name: str, kind: int, shape: tuple[int, int], offset: int, length: int) -> onnx.TensorProto:
    tensor = onnx.TensorProto(name=name, data_type=kind, dims=shape, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", files.EMBEDDINGS), ("offset", str(offset)), ("length", str(length))):
        tensor.external_data.add(key=key, value=value)
    return tensor
