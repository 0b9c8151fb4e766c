"""Whatever bytes stand under an ending: rows come out, or one clear error. Never anything else."""

from __future__ import annotations

import contextlib
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from fake_analyzer import FakeAnalyzer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stemme.errors import StemmeError
from stemme.exports.job import Job, run

ROWS = [{"id": "1", "comment": "డెలివరీ ఆలస్యం, really"}, {"id": "2", "comment": "kjempedårlig 快递 👍🏽"}]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """The same two rows in every format."""
    folder = tmp_path_factory.mktemp("sound")
    (folder / "in.csv").write_text("id;comment\n" + "".join(f'{r["id"]};"{r["comment"]}"\n' for r in ROWS), "utf-8")
    (folder / "in.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS), "utf-8")
    pq.write_table(pa.Table.from_pylist(ROWS), folder / "in.parquet")
    with xlsxwriter.Workbook(folder / "in.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([list(ROWS[0]), *(list(row.values()) for row in ROWS)]):
            sheet.write_row(number, 0, row)
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}


changes = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 4), st.binary(max_size=4)), max_size=5)


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet", ".xlsx"])
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=changes)
def test_damaged_files(tmp_path, sound, ending, changes):
    data = bytearray(sound[ending])
    for where, removed, added in changes:
        position = int(where * len(data))
        data[position : position + removed] = added
    source = tmp_path / f"in{ending}"
    source.write_bytes(data)
    with contextlib.suppress(StemmeError):
        assert run(Job(str(source), str(tmp_path / "out.jsonl"), force=True), FakeAnalyzer).rows > 0


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet", ".xlsx"])
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200))
def test_arbitrary_bytes(tmp_path, ending, data):
    source = tmp_path / f"in{ending}"
    source.write_bytes(data)
    with contextlib.suppress(StemmeError):
        assert run(Job(str(source), str(tmp_path / "out.jsonl"), force=True), FakeAnalyzer).rows > 0
