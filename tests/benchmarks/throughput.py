"""Comments a second of the whole pipeline, of the bare network by ONNX Runtime, and of the same network by torch.

All three run over the same windows, in one process, with the same number of threads, in turns; the median of
several rounds is taken after one that only warms up. Ratios are what counts: absolute rates are the machine's.
A file of 100,000 rows takes long: with --sample N the bare networks see every Nth of its windows' batches, and with
--cold nothing is run to warm up.

    python tests/benchmarks/throughput.py [--texts N] [--rounds N] [--threads N] [--sample N] [--cold] [--no-torch]
"""

from __future__ import annotations

import argparse
import csv
import itertools
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

import stemme
from stemme.corpus.records import read
from stemme.defaults import BATCH_SIZE
from stemme.exports.job import Job, run
from stemme.model import windows
from stemme.model.network import StemmeModel
from stemme.model.predict import BUDGET
from stemme.model.quantization import QuantizedLinear
from stemme.model.runtime import usable_cores
from stemme.text.language import identify
from stemme.text.sentences import split
from stemme.training.train import TorchScorer

LEAST_OF_BARE = 0.8
LEAST_OF_TORCH = {True: 2.0, False: 1.1}
"""With and without VNNI: AVX2 alone multiplies 8-bit integers hardly faster than floats."""
ANALYZE = "stemme analyze, CSV to CSV"
ROOT = Path(__file__).parents[2]
MODEL = ROOT / "models" / "stemme-base"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=usable_cores())
    parser.add_argument("--sample", type=int, default=1, help="one in so many batches for the bare networks")
    parser.add_argument("--cold", action="store_true", help="no round to warm up")
    parser.add_argument("--no-torch", action="store_true", help="leave out what takes longest")
    options = parser.parse_args()

    comments = [record.text for record in read(ROOT / "corpora") if record.kind == "comment"]
    # A running number keeps repeated comments from being the same text.
    texts = [f"{n} {text}" for n, text in zip(range(options.texts), itertools.cycle(comments), strict=False)]
    analyzer = stemme.load(MODEL, options.threads)
    batches = prepared(texts, analyzer)
    sample = batches[:: options.sample]

    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.csv", Path(folder) / "out.csv"
        with source.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["comment"], *([text] for text in texts)])
        job = Job(source=str(source), target=str(target), force=True)
        runs: dict[str, Callable[[], object]] = {
            ANALYZE: lambda: run(job, lambda: analyzer),
            "bare network, ONNX Runtime int8": lambda: [analyzer.runtime(batch) for batch in sample],
        }
        if not options.no_torch:
            torch.set_num_threads(options.threads)
            network = TorchScorer(exact(StemmeModel.from_pretrained(MODEL)))
            runs["bare network, torch fp32"] = lambda: [network(batch) for batch in sample]
        seconds: dict[str, list[float]] = {name: [] for name in runs}
        for round_number in range(options.cold, options.rounds + 1):
            for name, action in runs.items():
                start = time.perf_counter()
                action()
                if round_number:
                    seconds[name].append(time.perf_counter() - start)

    subwords = sum(int(batch.attention_mask.sum()) for batch in batches)
    print(f"{platform.processor() or platform.machine()}, {options.threads} threads, {len(texts):,} comments, ", end="")
    print(f"{subwords:,} subwords, median of {options.rounds} rounds")
    share = sum(int(batch.attention_mask.sum()) for batch in sample) / subwords
    rates = {
        name: (len(texts) if name == ANALYZE else len(texts) * share) / statistics.median(times)
        for name, times in seconds.items()
    }
    for name, rate in rates.items():
        spread = statistics.stdev(seconds[name]) / statistics.mean(seconds[name]) if options.rounds > 1 else 0
        print(f"{name:34}{rate:9.1f} comments/s  {rate * subwords / len(texts):9,.0f} subwords/s  ±{spread:.0%}")
    whole, bare, *references = rates.values()
    print(f"stemme analyze / bare network      {whole / bare:9.2f}  (at least {LEAST_OF_BARE})")
    least = LEAST_OF_TORCH[vnni()]
    for reference in references:
        print(f"stemme analyze / torch             {whole / reference:9.2f}  (at least {least}, VNNI: {vnni()})")
    if whole / bare < LEAST_OF_BARE or any(whole / reference < least for reference in references):
        sys.exit("slower than it must be")


def vnni() -> bool:
    """Whether the processor has the 8-bit dot product; False where that cannot be told."""
    try:
        return "vnni" in Path("/proc/cpuinfo").read_text("ascii")
    except OSError:
        return False


def exact(network: StemmeModel) -> StemmeModel:
    """Take the rounding of int8 out of a network: torch would only imitate it, at a price."""
    for module in network.modules():
        if isinstance(module, QuantizedLinear):
            module.input_scale.zero_()
    return network


def prepared(texts: list[str], analyzer: stemme.Analyzer) -> list[windows.Batch]:
    """Return the batches that the analyzer would make of the texts."""
    sentences = [split(text, identify(text).lang) for text in texts]
    tokens = analyzer.runtime.tokenizer(texts)
    cuts = [
        window
        for number, (found, spans) in enumerate(zip(tokens, sentences, strict=True))
        for window in windows.cut(number, windows.sentence_of_tokens(found, spans))
    ]
    return [windows.collate(batch, tokens) for batch in windows.batches(cuts, BATCH_SIZE, BUDGET)]


if __name__ == "__main__":
    main()
