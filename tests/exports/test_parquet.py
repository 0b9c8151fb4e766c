from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stemme.errors import StemmeError
from stemme.exports import parquet
from stemme.exports.job import Job, run
from stemme.exports.results import TABLE_COLUMNS


@pytest.fixture
def table(texts):
    n = len(texts)
    return pa.table(
        {
            "comment": pa.array(texts, pa.large_string()),
            "rating": pa.array([1, None] + [3] * (n - 2), pa.int8()),
            "price": pa.array([Decimal("1.50")] * n, pa.decimal128(9, 2)),
            "when": pa.array([1] * n, pa.timestamp("ns", "Europe/Oslo")),
            "far": pa.array([316_516_204_800_000] * n, pa.timestamp("ms")),
            "product": pa.array(["fiber"] * n).dictionary_encode(),
            "tags": pa.array([["a", "b"]] * n),
            "meta": pa.array([{"x": 1.0}] * n),
            "day": pa.array([dt.date(2026, 1, 2)] * n),
        },
        metadata={"source": "survey"},
    )


def test_types_values_and_order_are_kept(tmp_path, table, analyzer, monkeypatch):
    monkeypatch.setattr(parquet, "BATCH_ROWS", 2)
    monkeypatch.setattr(parquet, "GROUP_ROWS", 3)
    pq.write_table(table, tmp_path / "in.parquet")
    run(Job(str(tmp_path / "in.parquet")), lambda: analyzer)
    out = pq.ParquetFile(tmp_path / "in.stemme.parquet")
    assert out.num_row_groups == 3
    result = out.read()
    assert result.select(table.column_names).equals(table)
    assert result.schema.metadata[b"source"] == b"survey"
    added = result.schema.names[len(table.column_names) :]
    assert added == list(TABLE_COLUMNS)
    assert result.schema.field("stemme_balance").type == pa.float64()
    assert result["stemme_needs_count"].to_pylist()[-1] == 0


@pytest.mark.parametrize("ending", ["csv", "jsonl", "xlsx"])
def test_types_that_python_cannot_hold_become_text_elsewhere(tmp_path, table, analyzer, read, ending):
    pq.write_table(table, tmp_path / "in.parquet")
    target = tmp_path / f"out.{ending}"
    run(Job(str(tmp_path / "in.parquet"), str(target), keep_input=True), lambda: analyzer)
    row = read(target)[0]
    row = row.get("input", row)
    assert str(row["when"]).startswith("1970-01-01")
    assert row["far"].startswith("12000-")
    assert row["tags"] == (["a", "b"] if ending == "jsonl" else '["a", "b"]')
    assert float(row["price"]) == 1.5


def test_very_long_texts_are_written_early(tmp_path, analyzer, monkeypatch):
    monkeypatch.setattr(parquet, "GROUP_CHARACTERS", 1000)
    pq.write_table(pa.table({"comment": ["long words " * 100] * 5}), tmp_path / "in.parquet")
    run(Job(str(tmp_path / "in.parquet")), lambda: analyzer)
    assert pq.ParquetFile(tmp_path / "in.stemme.parquet").num_row_groups == 5


def test_a_source_without_types_gives_text(tmp_path, analyzer):
    (tmp_path / "in.jsonl").write_text('{"text": "half \\ud83d words", "n": 1}\n{"text": "b"}\n', encoding="utf-8")
    run(Job(str(tmp_path / "in.jsonl"), str(tmp_path / "out.parquet")), lambda: analyzer)
    rows = pq.read_table(tmp_path / "out.parquet").select(["text", "n"]).to_pylist()
    assert rows == [{"text": "half \ufffd words", "n": "1"}, {"text": "b", "n": None}]


def test_repeated_names(tmp_path, read):
    pq.write_table(pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["t", "t"]), tmp_path / "in.parquet")
    assert read(tmp_path / "in.parquet") == [{"t": "a", "t_2": "b"}]


def test_strings_that_are_not_utf8_are_named(tmp_path, read, problems):
    path = tmp_path / "in.parquet"
    broken = pa.array([b"fine", b"br\xf8ken"]).view(pa.string())
    pq.write_table(pa.table({"comment": broken}), path)
    assert read(path) == [{"comment": "fine"}]
    ((number, problem),) = problems(path)
    assert number == 2
    assert "Invalid UTF8" in problem


def test_damage_is_named(tmp_path, table, texts, read, problems):
    path = tmp_path / "in.parquet"
    pq.write_table(table, path, compression="gzip", row_group_size=len(texts) - 2)
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    with pytest.raises(StemmeError, match="not a Parquet file that can be read"):
        read(path)
    path.write_bytes(whole[:4] + b"\xff" * 200 + whole[204:])
    assert len(read(path)) == 2, "the other row group is sound"
    assert [number for number, _ in problems(path)] == list(range(1, len(texts) - 1))
    assert problems(path)[0][1].startswith("the file is damaged here or soon before")


def repeated(value, times):
    return pa.DictionaryArray.from_arrays(pa.array([0] * times, pa.int32()), pa.array([value]))


@pytest.mark.parametrize(
    "column",
    [
        repeated("ডেলিভারি দেরিতে 😡 " * 1000, 5000),
        repeated("ডেলিভারি দেরিতে 😡 " * 1000, 5000).cast(pa.string()),
        pa.array([["x" * 1000] * 100_000]),
        pa.array([[("nøkkel", "x" * 1000)] * 100_000], pa.map_(pa.string(), pa.string())),
        pa.array([{"x": "x" * 1_000_000}] * 100),
        pa.array([b"x" * 1_000_000] * 100, pa.binary(1_000_000)),
        pa.array([[1] * 10_000_000]),
    ],
)
def test_values_count_as_often_as_they_are_repeated(tmp_path, column):
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table({"comment": column}), path, compression="zstd")
    assert path.stat().st_size < 20_000
    before = pa.total_allocated_bytes()
    assert parquet.is_larger(path, 50 << 20)
    assert pa.total_allocated_bytes() - before < 10 << 20
    assert not parquet.is_larger(path, 600 << 20)


def test_values_within_the_limit(tmp_path, table):
    pq.write_table(table, tmp_path / "in.parquet")
    assert not parquet.is_larger(tmp_path / "in.parquet", 10_000)
