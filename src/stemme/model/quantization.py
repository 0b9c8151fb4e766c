"""Linear layers that train under the rounding of int8 arithmetic, so that the exported network is the trained one.

Inputs become unsigned 8-bit integers by one fixed scale and zero point a layer, weights signed 7-bit integers by a
scale a row (Jacob et al. 2018, arXiv:1712.05877). With fixed scales a text is not rounded by what it happens to be
batched with; seven bits keep the pairwise sums of x86's 16-bit multiply-add from overflowing on processors without
VNNI. Before rounding, channels that are far larger than the rest are divided down and their weights multiplied up,
which leaves the product as it is (SmoothQuant, Xiao et al. 2023, arXiv:2211.10438).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

INPUT_LEVELS, WEIGHT_LEVEL = 255, 63
"""Largest integer of an input, and largest magnitude of a weight."""

SMOOTHING = 0.8
"""How much of the inputs' range moves into the weights, 0 to 1."""

EXACT_OUTPUTS = 6
"""Layers, from below, whose last product stays in floats: its inputs lose most by rounding, and what an early layer
loses, two engines lose differently (models/ABLATIONS.md)."""

_SMALLEST = 1e-5


class QuantizedLinear(nn.Linear):
    """A linear layer that rounds as int8 arithmetic will, once `calibrate` has set its scale; exact before.

    Attributes:
        smoothing: What each input channel is divided by, of shape (in_features,).
        input_scale: Step of the inputs; 0 while the layer is not quantised.
        zero_point: Integer that stands for an input of 0.
    """

    smoothing: Tensor
    input_scale: Tensor
    zero_point: Tensor

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__(in_features, out_features)
        self.register_buffer("smoothing", torch.ones(in_features))
        self.register_buffer("input_scale", torch.zeros(()))
        self.register_buffer("zero_point", torch.zeros(()))

    @property
    def quantized(self) -> bool:
        """Whether inputs and weights are rounded."""
        return bool(self.input_scale > 0)

    def smoothed_weight(self) -> tuple[Tensor, Tensor]:
        """Return the weights (out_features, in_features) of smoothed inputs, and each row's step (out_features,)."""
        weight = self.weight * self.smoothing
        return weight, weight.detach().abs().amax(1).clamp(min=_SMALLEST) / WEIGHT_LEVEL

    def forward(self, input: Tensor) -> Tensor:
        """Multiply inputs of shape (…, in_features)."""
        if not self.quantized:
            return functional.linear(input, self.weight, self.bias)
        rounded: Tensor = _RoundedInput.apply(input / self.smoothing, self.input_scale, self.zero_point)  # type: ignore[no-untyped-call]
        weight: Tensor = _RoundedWeight.apply(*self.smoothed_weight())  # type: ignore[no-untyped-call]
        return functional.linear(rounded, weight, self.bias)


# Both give bit by bit what PyTorch's own fake_quantize_per_tensor_affine and _per_channel_affine give, whose kernels
# take twice and more than ten times as long on a CPU: with them, a fifth of a training step.


class _RoundedInput(torch.autograd.Function):
    """Rounds to `INPUT_LEVELS` steps of a scale; the gradient passes straight through, except where it was clipped."""

    @staticmethod
    def forward(ctx: Any, input: Tensor, scale: Tensor, zero_point: Tensor) -> Tensor:
        levels = (input * scale.reciprocal()).round_()
        clipped = levels.clamp(-zero_point, INPUT_LEVELS - zero_point)
        ctx.save_for_backward(clipped == levels)
        return clipped.mul_(scale)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        (kept,) = ctx.saved_tensors
        return gradient * kept, None, None


class _RoundedWeight(torch.autograd.Function):
    """Rounds each row by its step; no weight is clipped, for the largest of a row sets its step."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor, steps: Tensor) -> Tensor:  # noqa: ARG004
        steps = steps.unsqueeze(1)
        return (weight * steps.reciprocal()).round_().mul_(steps)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:  # noqa: ARG004
        return gradient, None


def quantizable(layer: Any) -> None:
    """Make the linear layers of a `BertLayer` quantisable, in place; their weights are drawn anew."""
    for parent, name in (
        (layer.attention.self, "query"),
        (layer.attention.self, "key"),
        (layer.attention.self, "value"),
        (layer.attention.output, "dense"),
        (layer.intermediate, "dense"),
        (layer.output, "dense"),
    ):
        plain = getattr(parent, name)
        setattr(parent, name, QuantizedLinear(plain.in_features, plain.out_features))


def sharing_inputs(layer: Any) -> list[list[QuantizedLinear]]:
    """Return the quantisable layers of a `BertLayer`; those that read the same input stand together."""
    attention = layer.attention
    return [
        [attention.self.query, attention.self.key, attention.self.value],
        [attention.output.dense],
        [layer.intermediate.dense],
        [layer.output.dense],
    ]


@torch.no_grad()
def calibrate(layers: Iterable[Any], run: Callable[[], None]) -> None:
    """Set smoothing and scales of `BertLayer`s by the inputs that they see.

    Args:
        layers: Whose linear layers are `quantizable` and not quantised yet.
        run: Sends examples through the network, without padding, in evaluation mode.
    """
    groups = [
        group
        for number, layer in enumerate(layers)
        for group in sharing_inputs(layer)
        if number >= EXACT_OUTPUTS or layer.output.dense not in group
    ]
    ranges: dict[int, tuple[Tensor, Tensor]] = {}
    hooks = [group[0].register_forward_pre_hook(_observer(ranges, number)) for number, group in enumerate(groups)]
    try:
        run()
    finally:
        for hook in hooks:
            hook.remove()
    for number, group in enumerate(groups):
        low, high = ranges[number]
        largest = torch.maximum(low.abs(), high.abs()).clamp(min=_SMALLEST)
        weights = torch.stack([linear.weight.abs().amax(0) for linear in group]).amax(0).clamp(min=_SMALLEST)
        smoothing = (largest**SMOOTHING / weights ** (1 - SMOOTHING)).clamp(min=_SMALLEST)
        lowest = (low / smoothing).min().clamp(max=0)
        highest = (high / smoothing).max().clamp(min=0)
        scale = (highest - lowest).clamp(min=_SMALLEST) / INPUT_LEVELS
        for linear in group:
            linear.smoothing.copy_(smoothing)
            linear.input_scale.copy_(scale)
            linear.zero_point.copy_((-lowest / scale).round())


def _observer(ranges: dict[int, tuple[Tensor, Tensor]], number: int) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
    def observe(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        flat = inputs[0].reshape(-1, inputs[0].shape[-1])
        low, high = flat.amin(0), flat.amax(0)
        before = ranges.get(number)
        ranges[number] = (low, high) if before is None else (low.minimum(before[0]), high.maximum(before[1]))

    return observe
