"""The service under load beside the bare network, on the same texts and cores, in turns.

The clients are a second process on the same cores, so what they cost counts against the service: that share is printed
too. Afterwards one short text at a time, beside one call of the bare network for it.

    python tests/benchmarks/service_load.py [--clients 200] [--seconds 60] [--rounds 1]
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import multiprocessing
import os
import re
import resource
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import httpx

import stemme
from stemme.corpus.records import read
from stemme.defaults import BATCH_SIZE
from stemme.model import windows
from stemme.model.predict import BUDGET
from stemme.text.language import identify
from stemme.text.sentences import split

LEAST_OF_BARE = 0.8
ROOT = Path(__file__).parents[2]
MODEL = ROOT / "models" / "stemme-base"
SHORT = "Pakken kom ni dager for sent!"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()

    comments = [record.text for record in read(ROOT / "corpora") if record.kind == "comment"]
    texts = [f"{n} {text}" for n, text in zip(range(options.texts), itertools.cycle(comments), strict=False)]
    analyzer = stemme.load(MODEL)
    batches = prepared(texts, analyzer)
    ratios = []
    command = [sys.executable, "-m", "stemme", "serve", "--port", "0", "--client-requests", str(2 * options.clients)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        url = json.loads(process.stderr.readline())["url"]
        drain = multiprocessing.Process(target=_read_on, args=(process.stderr.fileno(),), daemon=True)
        drain.start()
        for _ in range(options.rounds):
            began = time.perf_counter()
            for batch in batches:
                analyzer.runtime(batch)
            bare = len(texts) / (time.perf_counter() - began)
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                found = pool.apply(load, (url, texts, options.clients, options.seconds))
            times, statuses, seconds, spent = found
            rate = statuses.get(200, 0) / seconds
            ratios.append(rate / bare)
            print(f"bare network {bare:7.1f} texts/s   service {rate:7.1f} texts/s   ratio {rate / bare:.2f}")
            quantiles = statistics.quantiles(times, n=100)
            print(f"  {options.clients} clients, {seconds:.0f} s: p50 {quantiles[49]:.2f} s, p99 {quantiles[98]:.2f} s")
            print(f"  answers {statuses}, the clients took {spent / seconds:.2f} of a core")
        one_at_a_time(url, analyzer)
        process.send_signal(signal.SIGTERM)
        print(f"exit status {process.wait()}")
        drain.terminate()
    if statistics.median(ratios) < LEAST_OF_BARE:
        sys.exit(f"less than {LEAST_OF_BARE} of the bare network")


def load(url: str, texts: list[str], clients: int, seconds: float):
    """Send one text after the other from each client; return times, statuses, seconds, processor seconds."""
    return asyncio.run(_load(url, texts, clients, seconds))


async def _load(url: str, texts: list[str], clients: int, seconds: float):
    host, port = re.fullmatch(r"http://(.*):(\d+)", url).groups()
    bodies = [json.dumps({"texts": [{"text": text}]}, ensure_ascii=False).encode() for text in texts]
    head = b"POST /v1/analyze HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    requests = itertools.cycle(head % len(body) + body for body in bodies)
    until = time.perf_counter() + seconds
    times: list[float] = []
    statuses: dict[int, int] = {}

    async def client() -> None:
        # By hand: a client library would take more of the cores than the service does.
        reader, writer = await asyncio.open_connection(host, int(port))
        while (began := time.perf_counter()) < until:
            writer.write(next(requests))
            answer = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(re.search(rb"content-length: (\d+)", answer)[1]))
            times.append(time.perf_counter() - began)
            status = int(answer[9:12])
            statuses[status] = statuses.get(status, 0) + 1
        writer.close()

    before = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    taken = time.perf_counter() - before
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return times, statuses, taken, usage.ru_utime + usage.ru_stime


def one_at_a_time(url: str, analyzer: stemme.Analyzer, count: int = 200) -> None:
    """Print the median time of one short text, and of the bare network for it."""
    batch = prepared([SHORT], analyzer)[0]
    bare, served = [], []
    with httpx.Client(base_url=url, trust_env=False) as client:
        for _ in range(count):
            began = time.perf_counter()
            analyzer.runtime(batch)
            bare.append(time.perf_counter() - began)
            began = time.perf_counter()
            client.post("/v1/analyze", json={"texts": [{"text": SHORT}]}).raise_for_status()
            served.append(time.perf_counter() - began)
    print(f"one short text: p50 {1000 * statistics.median(served):.1f} ms", end="")
    print(f", one call of the bare network {1000 * statistics.median(bare):.1f} ms")


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


def _read_on(descriptor: int) -> None:
    while os.read(descriptor, 1 << 16):
        pass


if __name__ == "__main__":
    main()
