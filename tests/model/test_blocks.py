import numpy as np
import pytest

from stemme.errors import StemmeError
from stemme.model.blocks import BLOCK, BlockMatrix


def matrix(rows=3, columns=64):
    rng = np.random.default_rng(0)
    nibbles = rng.integers(0, 256, (rows, columns // 2), dtype=np.uint8)
    scales = rng.normal(size=(rows, columns // BLOCK)).astype(np.float16)
    return BlockMatrix(nibbles, scales)


def test_a_weight_is_its_signed_nibble_times_the_scale():
    nibbles = np.zeros((1, 16), np.uint8)
    nibbles[0, 0] = 0x87  # low 7, high -8
    nibbles[0, 15] = 0x1F  # low -1, high 1
    weights = BlockMatrix(nibbles, np.array([[0.5]], np.float16)).dequantized()
    assert weights[0, :2].tolist() == [3.5, -4.0]
    assert weights[0, 30:].tolist() == [-0.5, 0.5]
    assert not weights[0, 2:30].any()


def test_split_halves_are_read_in_their_order():
    block = np.zeros(18, np.uint8)
    block[:2] = np.frombuffer(np.float16(2).tobytes(), np.uint8)
    block[2:] = np.arange(16) % 16 + 16 * (15 - np.arange(16))
    weights = BlockMatrix.from_split_halves(block, 1, 32).dequantized()
    assert weights[0].tolist() == [2 * (n - 8) for n in [*range(16), *reversed(range(16))]]


def test_a_file_is_read_back_as_it_was_written(tmp_path):
    written = matrix()
    written.save(tmp_path / "m")
    read = BlockMatrix.load(tmp_path / "m", *written.shape)
    assert np.array_equal(read.nibbles, written.nibbles)
    assert np.array_equal(read.scales, written.scales)


def test_a_file_of_another_size_is_refused(tmp_path):
    matrix().save(tmp_path / "m")
    with pytest.raises(StemmeError, match="108 bytes, but embeddings of 4 x 64 take 144"):
        BlockMatrix.load(tmp_path / "m", 4, 64)
