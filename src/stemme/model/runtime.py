"""Runs an exported model by ONNX Runtime; torch is never imported."""

from __future__ import annotations

import json
import math
import os
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import onnxruntime

from stemme.errors import StemmeError
from stemme.labels import DIMENSIONS, FRAMES, SEVERITIES, TOPICS
from stemme.model import files
from stemme.model.decoding import TAGS
from stemme.model.predict import Scores
from stemme.model.tokens import SubwordTokenizer
from stemme.model.windows import Batch

OUTPUTS = ("frame", "dimension", "tag", "topic", "severity", "transitions", "first")
"""Outputs of the graph, in the order of `Scores`."""


class Runtime:
    """An exported model: `runtime(batch)` scores a batch.

    Args:
        folder: A model folder.
        threads: Of the arithmetic; by default one for each core that the process may use.

    Raises:
        StemmeError: No model in the folder, one of other labels, or `threads` below 1.

    It may be pickled and forked: another process loads the model anew.
    """

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        missing = [name for name in files.NEEDED if not (folder / name).is_file()]
        if missing:
            raise StemmeError(
                f"{folder}: no model here, {', '.join(missing)} missing. Name the folder of an exported model."
            )
        if threads is not None and threads < 1:
            raise StemmeError(f"threads is {threads}; give 1 or more")
        self.folder = folder
        self.config = read_config(folder)
        self._threads = threads or usable_cores()
        self._loaded: dict[int, _Sessions] = {}
        self._sessions()

    def __reduce__(self) -> tuple[type[Runtime], tuple[Path, int]]:
        return type(self), (self.folder, self._threads)

    @property
    def temperatures(self) -> dict[str, float]:
        """Of the heads' scores, by name."""
        found: dict[str, float] = self.config.get("temperatures", {})
        return found

    @cached_property
    def tokenizer(self) -> SubwordTokenizer:
        """The model's tokenizer."""
        return SubwordTokenizer.load(self.folder / files.TOKENIZER)

    def __call__(self, batch: Batch) -> Scores:
        """Score a batch; its arithmetic is spread over the threads."""
        return _run(self._sessions().wide, batch)

    def each(self, batches: Iterable[Batch]) -> Iterator[Scores]:
        """Score batches side by side, each in one thread: nothing waits for the slowest part of an operator.

        The scores come in the order of the batches, and are those of `__call__` to the last bit.
        """
        several = list(batches)
        if len(several) == 1 or self._threads == 1:
            return map(self, several)
        session, pool = self._sessions().lanes()
        return pool.map(lambda batch: _run(session, batch), several)

    def _sessions(self) -> _Sessions:
        """Those of this process: threads do not survive a fork.

        The parent's are kept in the child all the same: letting go of them would wait for threads that are not there.
        """
        process = os.getpid()
        if process not in self._loaded:
            self._loaded[process] = _Sessions(self.folder / files.GRAPH, self._threads)
        return self._loaded[process]


class _Sessions:
    """The sessions of one process.

    Attributes:
        wide: Spreads its arithmetic over the threads.
    """

    def __init__(self, graph: Path, threads: int) -> None:
        self.wide = _load(graph, threads)
        self._graph = graph
        self._threads = threads
        self._loading = threading.Lock()
        self._lanes: tuple[onnxruntime.InferenceSession, ThreadPoolExecutor] | None = None

    def lanes(self) -> tuple[onnxruntime.InferenceSession, ThreadPoolExecutor]:
        """Return a session that keeps to the thread it is called from, and the threads to call it from."""
        with self._loading:
            if self._lanes is None:
                self._lanes = _load(self._graph, 1), ThreadPoolExecutor(self._threads, "stemme-network")
            return self._lanes


def _load(graph: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises classes of its C++ core that share no other base
        raise StemmeError(f"{graph}: ONNX Runtime cannot load it ({error}).") from error


def _run(session: onnxruntime.InferenceSession, batch: Batch) -> Scores:
    inputs = {
        "input_ids": batch.input_ids,
        "attention_mask": batch.attention_mask,
        "sentence_mask": batch.sentence_mask,
    }
    return Scores(*session.run(OUTPUTS, inputs))


def read_config(folder: Path) -> dict[str, Any]:
    """Read a model's configuration.

    Raises:
        StemmeError: It cannot be read, or its labels are not those of this version of Stemme.
    """
    path = folder / files.CONFIG
    try:
        config: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise StemmeError(
            f"{folder}: no model here, {files.CONFIG} missing. Name the folder of an exported model."
        ) from None
    except (OSError, ValueError) as error:
        raise StemmeError(f"{path}: not a model's configuration ({error}).") from error
    expected = {
        "frames": FRAMES,
        "dimensions": DIMENSIONS,
        "tags": TAGS,
        "topics": TOPICS,
        "severities": SEVERITIES,
    }
    for name, labels in expected.items():
        if config.get(name) != list(labels):
            raise StemmeError(
                f"{path}: {name} are {config.get(name)}, but this version of Stemme knows {list(labels)}. "
                "Use the version of Stemme that the model was made with."
            )
    heat = config.get("temperatures", {})
    if not isinstance(heat, dict) or not all(isinstance(t, (int, float)) and t > 0 for t in heat.values()):
        raise StemmeError(f"{path}: temperatures are {heat!r}, but must be positive numbers by name.")
    return config


def usable_cores() -> int:
    """Return the cores that this process may use: by its affinity, and by the quota of its control group."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _cgroup_quota()
    return max(1, min(cores, math.ceil(quota)) if quota else cores)


def _cgroup_quota() -> float | None:
    """Cores that the control group allows (version 2, then 1); None where there is no limit."""
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text("ascii").split()
        return None if quota == "max" else int(quota) / int(period)
    except (OSError, ValueError):
        pass
    try:
        folder = Path("/sys/fs/cgroup/cpu")
        limit = int((folder / "cpu.cfs_quota_us").read_text("ascii"))
        return limit / int((folder / "cpu.cfs_period_us").read_text("ascii")) if limit > 0 else None
    except (OSError, ValueError):
        return None
