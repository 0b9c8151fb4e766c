"""Memory over the whole of a long run, and the rate of everything but the network.

By default an analyser that answers at once stands for the model, and a million rows pass in minutes. With --model it is
the real one; texts then repeat, for those that are the same are analysed once in a part, and a million that all
differ would take this machine hours. Every id must be in the results once, and in their order; --curve keeps
seconds, rows and MiB.

    python tests/benchmarks/soak.py [--rows N] [--characters N] [--ending csv] [--model] [--different N]
        [--curve FILE.csv]
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

import stemme
from stemme.analysis import Analysis, Complaint, Need
from stemme.corpus.records import read
from stemme.exports.formats import open_reader
from stemme.exports.job import Job, run

MEBIBYTE = 1 << 20
MOST_MEBIBYTES = 1024
POINTS = 20
"""Of the memory curve."""

ROOT = Path(__file__).parents[2]


class Instant:
    """Answers every text with the same findings."""

    fingerprint = "instant"

    def pipe(self, texts: Iterable[str], *, lang: str | None, batch_size: int, ahead: int) -> Iterator[Analysis]:
        for text in texts:
            need = Need(0, 10, text[:10], "price", 0.9)
            complaint = Complaint(11, 20, text[11:20], "delivery", 2, 0.9)
            scores = {"centric": 0.2, "focused": 0.7, "neither": 0.1}
            yield Analysis(text, "nb", 0.99, "focused", -1.0, scores, [], [need], [complaint])  # type: ignore[arg-type]


class Memory:
    """Looks at the resident memory twice a second.

    Attributes:
        rows: That are done; whoever works counts them.
        points: Seconds, rows and MiB of each look.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.points: list[tuple[float, int, float]] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        process, start = psutil.Process(), time.perf_counter()
        while True:
            ended = self._ended.wait(0.5)
            self.points.append((time.perf_counter() - start, self.rows, process.memory_info().rss / MEBIBYTE))
            if ended:
                return

    def advance(self, _: object) -> None:
        self.rows += 1

    @property
    def peak(self) -> float:
        return max(size for _, _, size in self.points)

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def curve(self) -> list[int]:
        """The highest in each stretch of the run."""
        sizes = [size for _, _, size in self.points]
        width = -(-len(sizes) // POINTS)
        return [round(max(sizes[start : start + width])) for start in range(0, len(sizes), width)]

    def write(self, path: Path) -> None:
        lines = (f"{seconds:.1f},{rows},{size:.1f}\n" for seconds, rows, size in self.points)
        path.write_text("seconds,rows,mebibytes\n" + "".join(lines), encoding="utf-8")


def texts(rows: int, characters: int, different: int) -> Iterator[str]:
    """Yield texts of so many characters; of each thousand that follow each other, so many differ."""
    comments = itertools.cycle([record.text for record in read(ROOT / "corpora") if record.kind == "comment"])
    made: list[str] = []
    for number in range(rows):
        if number % 1000 == 0:
            made = [_joined(comments, characters) for _ in range(different)]
        yield made[number % different]


def _joined(comments: Iterator[str], characters: int) -> str:
    text = next(comments)
    while len(text) < characters:
        text += " " + next(comments)
    return text[:characters]


def lost_and_doubled(target: Path, rows: int) -> tuple[int, int, bool]:
    """Return how many rows have no result, how many have a second one, and whether the order is kept."""
    seen, doubled, ordered, last = bytearray(rows), 0, True, -1
    with open_reader(str(target)) as reader:
        for row in reader.rows():
            number = int(row.fields["id"])
            doubled += seen[number]
            seen[number] = 1
            ordered, last = ordered and number > last, number
    return rows - sum(seen), doubled, ordered


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--characters", type=int, default=1600)
    parser.add_argument("--ending", default="csv")
    parser.add_argument("--model", action="store_true")
    parser.add_argument("--different", type=int, default=1000, help="texts of each thousand")
    parser.add_argument("--curve", type=Path, help="file for seconds, rows and MiB")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.csv", Path(folder) / f"out.{options.ending}"
        with source.open("w", encoding="utf-8") as file:
            file.write("id,comment\n")
            for number, text in enumerate(texts(options.rows, options.characters, options.different)):
                file.write(f'{number},"{text.replace(chr(34), "")}"\n')
        size = source.stat().st_size / MEBIBYTE
        memory, start, worked = Memory(), time.perf_counter(), time.process_time()
        load = stemme.load if options.model else Instant
        rows = run(Job(str(source), str(target)), load, advance=memory.advance).rows
        seconds, worked = time.perf_counter() - start, time.process_time() - worked
        memory.close()
        if options.curve:
            memory.write(options.curve)
        lost, doubled, ordered = lost_and_doubled(target, options.rows)
        print(
            f"{rows:,} rows, {size:,.0f} MiB: {rows / seconds:,.0f} rows/s, {rows / worked:,.0f} a second of processor"
        )
        print("MiB, over the run:", *memory.curve())
        print(f"{memory.peak:,.0f} MiB at the peak (at most {MOST_MEBIBYTES:,})")
        print(f"{lost:,} rows lost, {doubled:,} doubled, {'in' if ordered else 'out of'} order")
        if lost or doubled or not ordered or rows != options.rows:
            raise SystemExit("rows are lost, doubled or out of order")
        if memory.peak > MOST_MEBIBYTES:
            raise SystemExit("more memory than it may take")


if __name__ == "__main__":
    main()
