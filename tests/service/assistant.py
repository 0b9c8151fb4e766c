"""`stemme mcp` over the analyser without a model: a process of its own for tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "exports"))

from fake_analyzer import FakeAnalyzer

import stemme


class Chatty(FakeAnalyzer):
    def __call__(self, text):
        return next(super().pipe([text]))

    def pipe(self, texts, **options):
        print("a library prints what it likes", flush=True)
        yield from super().pipe(texts, **options)


if sys.argv[1:2] == ["--fake"]:
    del sys.argv[1]
    stemme.load = lambda model=None, threads=None, min_score=0.0: Chatty()
sys.argv.insert(1, "mcp")
from stemme.cli import main  # noqa: E402

main()
