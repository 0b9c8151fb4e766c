"""Texts handed in from many sides at once come back whole and in order, whichever thread analysed them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from fake_analyzer import FakeAnalyzer

from stemme.service.batching import WORKERS, Batcher, FullError, Text


def test_two_threads_share_what_is_handed_in():
    assert WORKERS == 2
    batcher = Batcher(FakeAnalyzer(), 0.001, 100_000, 10_000_000)
    batcher.start()
    orders = [[Text(f"rad {order} {n}") for n in range(150)] for order in range(40)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda order: batcher.submit(order).result(60), orders))
    assert [[a.text for a in outcomes] for outcomes in found] == [[t.text for t in order] for order in orders]
    late = [batcher.submit([Text(f"sist {n}")]) for n in range(30)]
    batcher.stop()
    assert [future.result(1)[0].text for future in late] == [f"sist {n}" for n in range(30)]
    assert not batcher.ready


def test_what_is_taken_back_makes_room_at_once():
    batcher = Batcher(FakeAnalyzer(), 0.001, 3, 30)  # nobody works
    batcher._threads = []
    first = batcher.submit([Text("సరుకు 📦"), Text("কবে")])
    export = batcher.submit([Text("millal tuleb?")] * 9, export=True)
    with pytest.raises(FullError):
        batcher.submit([Text("包裹"), Text("在哪里")])
    assert not batcher.ready
    assert first.cancel()
    assert batcher.ready
    assert batcher.waiting == 9
    assert export.cancel()
    batcher.submit([Text("hvor er pakken min?")])
    with pytest.raises(FullError):
        batcher.submit([Text("hvor er pakken min?")])
    assert batcher.waiting == 1
