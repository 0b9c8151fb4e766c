"""What is known of a model from its folder alone."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from stemme import __version__
from stemme.model import files
from stemme.model.runtime import read_config


def describe(folder: Path) -> dict[str, Any]:
    """Return the model's languages, labels, files and their checksums.

    Raises:
        StemmeError: No model of this version in the folder.
    """
    config = read_config(folder)
    found = [
        folder / n for n in (files.GRAPH, files.EMBEDDINGS, files.TOKENIZER, files.WEIGHTS) if (folder / n).exists()
    ]
    return {
        "folder": str(folder),
        "stemme": __version__,
        "languages": config["languages"],
        "frames": config["frames"],
        "dimensions": config["dimensions"],
        "topics": config["topics"],
        "severities": config["severities"],
        "encoder": {name: config["encoder"][name] for name in ("num_hidden_layers", "hidden_size", "vocab_size")},
        "files": {path.name: f"{path.stat().st_size:,} bytes, sha256 {checksum(path)}" for path in found},
    }


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
