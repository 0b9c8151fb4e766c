"""Names of the files of a model folder."""

from __future__ import annotations

CONFIG = "config.json"
TOKENIZER = "tokenizer.json"
GRAPH = "model.onnx"
EMBEDDINGS = "embeddings.q4"
"""The word embeddings as `BlockMatrix.save` writes them: read by torch, and by the graph as external data."""
WEIGHTS = "model.safetensors"
"""The trained weights without the word embeddings; wanted for training on, not for analysing."""
CARD = "README.md"
NEEDED = (CONFIG, TOKENIZER, GRAPH, EMBEDDINGS)
"""What analysing takes."""
