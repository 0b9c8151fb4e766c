"""`stemme serve` over the analyser without a model, held until a file appears: a process of its own for tests.

python process.py FILE [OPTION…]
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "exports"))

from fake_analyzer import FakeAnalyzer

import stemme
from stemme.model import info

GO = Path(sys.argv.pop(1))


class Waiting(FakeAnalyzer):
    def __call__(self, text):
        return next(super().pipe([text]))

    def pipe(self, texts, **options):
        texts = list(texts)
        while not GO.exists():
            time.sleep(0.01)
        yield from super().pipe(texts, **options)


stemme.load = lambda model=None, threads=None, min_score=0.0: Waiting()
info.describe = lambda folder: {"folder": str(folder), "languages": ["nb"]}
sys.argv.insert(1, "serve")
from stemme.cli import main  # noqa: E402

main()
