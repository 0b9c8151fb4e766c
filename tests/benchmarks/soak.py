"""Memory and rate of everything but the network, over an export of any size: an analyser that answers at once.

python tests/benchmarks/soak.py [--rows N] [--characters N] [--ending csv]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from stemme.analysis import Analysis, Complaint, Need
from stemme.exports.job import Job, run

MEBIBYTE = 1 << 20
MOST_MEBIBYTES = 1024


class Instant:
    """Answers every text with the same findings."""

    fingerprint = "instant"

    def pipe(self, texts: Iterable[str], *, lang: str | None, batch_size: int, ahead: int) -> Iterator[Analysis]:
        for text in texts:
            need = Need(0, 10, text[:10], "price", 0.9)
            complaint = Complaint(11, 20, text[11:20], "delivery", 2, 0.9)
            scores = {"centric": 0.2, "focused": 0.7, "neither": 0.1}
            yield Analysis(text, "nb", 0.99, "focused", -1.0, scores, [], [need], [complaint])  # type: ignore[arg-type]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--characters", type=int, default=2000)
    parser.add_argument("--ending", default="csv")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.csv", Path(folder) / f"out.{options.ending}"
        words = ("pakken kom for sent og ingen svarte " * (options.characters // 36 + 1))[: options.characters]
        with source.open("w", encoding="utf-8") as file:
            file.write("id,comment\n")
            file.writelines(f"{number},{number} {words}\n" for number in range(options.rows))
        start = time.perf_counter()
        rows = run(Job(str(source), str(target)), Instant).rows
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        assert rows == options.rows
        print(f"{rows:,} rows, {source.stat().st_size / MEBIBYTE:,.0f} MiB: {rows / seconds:,.0f} rows/s, ", end="")
        print(f"{peak:,.0f} MiB at the peak (at most {MOST_MEBIBYTES:,})")
        if peak > MOST_MEBIBYTES:
            raise SystemExit("more memory than it may take")


if __name__ == "__main__":
    main()
