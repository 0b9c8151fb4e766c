"""Matrices in 4-bit blocks: 32 weights share one half-precision scale.

The word embeddings are four fifths of the encoder, and keep this form from the file they come from to the
ONNX graph that looks them up (operator `com.microsoft.GatherBlockQuantized`), so that nothing is lost and
they are stored once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stemme.errors import StemmeError

BLOCK = 32
"""Weights that share a scale."""


@dataclass(frozen=True, slots=True)
class BlockMatrix:
    """A matrix of `rows` by `columns` weights; a weight is its signed nibble times its block's scale.

    Attributes:
        nibbles: uint8 of shape (rows, columns / 2). A byte holds weight 2i in its low and weight 2i + 1 in its
            high half, each as a two's complement 4-bit integer from -8 to 7 (ONNX's packing of INT4).
        scales: float16 of shape (rows, columns / BLOCK).
    """

    nibbles: NDArray[np.uint8]
    scales: NDArray[np.float16]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.nibbles.shape[0], self.nibbles.shape[1] * 2

    def dequantized(self) -> NDArray[np.float32]:
        """Return the weights as float32 of shape (rows, columns)."""
        rows, columns = self.shape
        weights = np.empty((rows, columns), np.int8)
        weights[:, 0::2] = (self.nibbles << 4).view(np.int8) >> 4
        weights[:, 1::2] = self.nibbles.view(np.int8) >> 4
        blocks = weights.reshape(rows, columns // BLOCK, BLOCK)
        return (blocks * self.scales.astype(np.float32)[:, :, None]).reshape(rows, columns)

    def save(self, path: Path) -> None:
        """Write the nibbles, then the scales, row by row and with no header; ONNX reads it as external data."""
        with path.open("wb") as file:
            file.write(self.nibbles.tobytes())
            file.write(self.scales.tobytes())

    @classmethod
    def load(cls, path: Path, rows: int, columns: int) -> BlockMatrix:
        """Read what `save` wrote.

        Raises:
            StemmeError: The file is not as long as a matrix of this shape.
        """
        split, size = rows * columns // 2, rows * columns // 2 + rows * columns // BLOCK * 2
        if path.stat().st_size != size:
            raise StemmeError(
                f"{path}: {path.stat().st_size:,} bytes, but embeddings of {rows:,} x {columns} take {size:,}. "
                "The file is damaged or of another model: fetch it again."
            )
        data = np.fromfile(path, np.uint8)
        return cls(
            data[:split].reshape(rows, columns // 2),
            data[split:].view("<f2").reshape(rows, columns // BLOCK),
        )

    @classmethod
    def from_split_halves(cls, data: NDArray[np.uint8], rows: int, columns: int) -> BlockMatrix:
        """Read blocks of a float16 scale and 16 bytes: low halves are weights 0 to 15, high halves 16 to 31.

        A half holds its weight plus 8. `data` is flat, of `rows * columns / BLOCK * 18` bytes.
        """
        blocks = data.reshape(rows * columns // BLOCK, 2 + BLOCK // 2)
        scales = blocks[:, :2].copy().view("<f2")
        packed = blocks[:, 2:] ^ 0x88
        ordered = np.concatenate([packed & 0x0F, packed >> 4], axis=1)
        nibbles = ordered[:, 0::2] | (ordered[:, 1::2] << 4)
        return cls(nibbles.reshape(rows, columns // 2), scales.reshape(rows, columns // BLOCK))
