"""The recipe of the documentation, run as it stands there."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from samples import ROOT, TEXTS
from stemme.exports.results import TABLE_COLUMNS, table_cells

pytest.importorskip("pyspark")
pytest.importorskip("pandas")
DOCS = ROOT / "docs" / "scale.md"


@pytest.mark.slow
@pytest.mark.skipif(not (os.environ.get("JAVA_HOME") or shutil.which("java")), reason="Spark needs Java")
@pytest.mark.skipif(not DOCS.exists(), reason="only a checkout has the documentation")
def test_the_recipe_gives_the_columns_of_stemme(monkeypatch):
    from pyspark.sql import SparkSession

    import stemme

    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    path = os.pathsep.join(filter(None, [str(Path(stemme.__file__).parents[1]), os.environ.get("PYTHONPATH")]))
    monkeypatch.setenv("PYTHONPATH", path)
    (code,) = re.findall(r"```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    recipe: dict = {"__name__": "__main__"}  # so that Spark sends the functions whole
    exec(compile(code, str(DOCS), "exec"), recipe)
    rows = [(number, text) for number, text in enumerate([*TEXTS.values(), None, ""])]
    session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        frame = session.createDataFrame(rows, "id int, comment string").repartition(2)
        found = sorted(recipe["with_stemme"](frame, "comment").collect(), key=lambda row: row["id"])
    finally:
        session.stop()
    assert [(row["id"], row["comment"]) for row in found] == rows
    analyzer = stemme.load()
    for row in found:
        assert row["stemme_error"] is None
        cells = [row[name] for name in TABLE_COLUMNS]
        expected = [None] * len(cells) if row["comment"] is None else table_cells(analyzer(row["comment"]))
        for cell, wanted in zip(cells, expected, strict=True):
            assert cell == (pytest.approx(wanted, abs=0.02) if isinstance(wanted, float) else wanted)
