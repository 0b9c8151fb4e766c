"""The wheel is complete: it analyses with nothing of the checkout on the path."""

import subprocess
import sys
import zipfile

import pytest

from samples import ROOT, TEXTS

CODE = f"""
import stemme
assert "unpacked" in stemme.__file__, stemme.__file__
print(stemme.load()({TEXTS["et"]!r}).lang)
"""


@pytest.mark.slow
def test_the_wheel_carries_the_model_and_runs_alone(tmp_path):
    build = "import sys, hatchling.build; print(hatchling.build.build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    wheel = tmp_path / done.stdout.split()[-1]
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "unpacked")
    assert "stemme/models/stemme-base/model.onnx" in names
    assert "stemme/py.typed" in names
    assert not any(name.endswith(".safetensors") or name.startswith(("tests", "corpora")) for name in names)
    assert wheel.stat().st_size < 100_000_000  # the package index takes no more

    ran = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "unpacked"), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "et"
