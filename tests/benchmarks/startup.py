"""What a short call costs from the start of the process: imports, first analysis, peak memory.

python tests/benchmarks/startup.py
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import time

ROUNDS = 5
CODE = """
import resource, stemme
stemme.load()("Pakken kom ni dager for sent.")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def main() -> None:
    trace = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import stemme"], capture_output=True, text=True, check=True
    ).stderr
    imported = re.findall(r"\|\s+(\d+) \|  ?stemme$", trace, re.MULTILINE)
    seconds, memory = [], []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
        seconds.append(time.perf_counter() - start)
        memory.append(int(done.stdout))
    print(f"import stemme                      {int(imported[-1]) / 1e6:9.3f} s")
    print(f"first analysis, from process start {statistics.median(seconds):9.2f} s  (median of {ROUNDS})")
    print(f"peak memory of it                  {max(memory):9d} MB")


if __name__ == "__main__":
    main()
