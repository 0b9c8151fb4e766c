"""The settings of a run: of training from an encoder, and of training on from a model. Read from a TOML file."""

from __future__ import annotations

import dataclasses
import math
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from stemme.errors import StemmeError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True)
class Settings:
    """Everything that determines a training run; a relative path is meant from the file's folder.

    Attributes:
        corpora: Folder of the gold records. The splits train, dev and test have some each; those of the split probe,
            in any folder below, are measured by themselves.
        output: Folder of checkpoints, log and the trained model.
        languages: Names of the folders below `corpora` that are learned from.
        seed: Of weights, order and dropout; under 2**32.
        epochs: Passes over the training split.
        batch_size: Records of a step; the two of a minimal pair count as one.
        learning_rate: Of the encoder's last layer.
        layer_decay: Factor on the learning rate from each layer to the one below it.
        head_learning_rate: Of the heads.
        warmup: Share of the steps in which the learning rates rise, under 1.
        weight_decay: Of all matrices.
        dropout: Before the heads.
        token_masking: Share of the subwords that are hidden from the network, drawn anew at each step.
        cropping: Share of the long texts of which only a run of sentences is shown, drawn anew at each step.
        shouting: Share of the texts that are learned from in upper case as well, where their script has one.
        quantized_epochs: How many of the epochs, the last ones, train under the rounding of int8 arithmetic.
        frozen_layers: How many of the encoder's layers, from below, stay as they are.
        loss_weights: By head; those left out keep the network's own.
    """

    corpora: Path
    output: Path
    languages: tuple[str, ...] = ("bn", "en", "et", "nb", "te", "zh")
    seed: int = 0
    epochs: int = 8
    batch_size: int = 16
    learning_rate: float = 1.5e-4
    layer_decay: float = 0.9
    head_learning_rate: float = 1e-3
    warmup: float = 0.06
    weight_decay: float = 0.01
    dropout: float = 0.1
    token_masking: float = 0.1
    cropping: float = 0.5
    shouting: float = 0.04
    quantized_epochs: int = 2
    frozen_layers: int = 0
    loss_weights: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Tuning(Settings):
    """Everything that determines how a trained model learns on from few records of one's own.

    The defaults are meant for some 50 to 500 records (models/ABLATIONS.md): all but the encoder's upper layers stays
    as it is, and most of what is learned from is what the model knows already, so that it does not forget it.

    Attributes:
        languages: None in particular: all records below `corpora` are learned from.
        replay: Folder of records that the model was trained on; those of a checkout, where there is none given.
        replayed: How many of them are learned from beside each record of one's own.
        kept: Share of the base in the weights at the end (Wortsman et al. 2022, arXiv:2109.01903).
    """

    languages: tuple[str, ...] = ()
    epochs: int = 6
    batch_size: int = 8
    learning_rate: float = 1e-4
    head_learning_rate: float = 5e-4
    cropping: float = 0.0
    shouting: float = 0.0
    quantized_epochs: int = 6
    frozen_layers: int = 6
    replay: Path | None = None
    replayed: int = 3
    kept: float = 0.5


Kind = TypeVar("Kind", bound=Settings)

_FOLDERS = ("corpora", "output", "replay")
_COUNTS = ("epochs", "batch_size")
_SHARES = ("layer_decay", "dropout", "token_masking", "cropping", "shouting", "kept")
_UNDER = {"seed": 2**32, "warmup": 1}
"""What numpy takes as a seed; and 1 would be one step to the Trainer, not all of them."""


def read(path: Path, kind: type[Kind]) -> Kind:
    """Read settings of a kind from a TOML file.

    Raises:
        StemmeError: No such file, not TOML, an unknown or missing name, or a value of the wrong type or out of range.
    """
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise StemmeError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StemmeError(f"{path}: not TOML ({error})") from error
    known = {f.name: f for f in dataclasses.fields(kind)}
    if unknown := raw.keys() - known.keys():
        raise StemmeError(f"{path}: unknown setting {', '.join(sorted(unknown))}; known are {', '.join(known)}")
    if kind is Tuning and "languages" in raw:
        raise StemmeError(f"{path}: languages has no meaning here, where all records are learned from; leave it out")
    if missing := {"corpora", "output"} - raw.keys():
        raise StemmeError(f"{path}: {' and '.join(sorted(missing))} missing; add them")
    for name, value in raw.items():
        if name in _FOLDERS:
            raw[name] = path.parent / _typed(path, name, value, str)
        elif name == "languages":
            raw[name] = _languages(path, value)
        elif name == "loss_weights":
            _check_weights(path, value)
        else:
            raw[name] = _within(path, name, _typed(path, name, value, type(known[name].default)))
    return kind(**raw)


def _languages(path: Path, value: Any) -> tuple[str, ...]:
    names = tuple(_typed(path, "languages", value, list))
    if not names or not all(isinstance(name, str) and name for name in names) or len(set(names)) < len(names):
        raise StemmeError(f"{path}: languages is {value!r}; give names of folders below corpora, each once")
    return names


def _check_weights(path: Path, value: Any) -> None:
    from stemme.model.network import StemmeConfig  # it loads torch, which only who trains needs

    known = StemmeConfig().loss_weights
    for name, weight in _typed(path, "loss_weights", value, dict).items():
        if name not in known:
            raise StemmeError(f"{path}: loss_weights has no {name!r}; known are {', '.join(known)}")
        _within(path, f"loss_weights.{name}", _typed(path, f"loss_weights.{name}", weight, float))


def _within(path: Path, name: str, value: Any) -> Any:
    if name in _UNDER:
        if not 0 <= value < _UNDER[name]:
            raise StemmeError(f"{path}: {name} is {value}; give 0 or more, under {_UNDER[name]}")
        return value
    low, high = (1, math.inf) if name in _COUNTS else (0, 1 if name in _SHARES else math.inf)
    if not low <= value <= high:
        raise StemmeError(f"{path}: {name} is {value}; give " + (f"{low} to {high}" if high == 1 else f"{low} or more"))
    return value


def _typed(path: Path, name: str, value: Any, wanted: type) -> Any:
    if wanted is float and type(value) is int:
        return float(value)
    if type(value) is not wanted:
        raise StemmeError(f"{path}: {name} is {value!r}, but must be of type {wanted.__name__}")
    return value
