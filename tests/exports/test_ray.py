"""Runs on a Ray cluster of several nodes: workers, nodes and the driver die, and the bytes stay the same."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fake_analyzer import FakeAnalyzer
from typer.testing import CliRunner

import stemme
from samples import MIXED, MODEL, TEXTS
from stemme.cli import app
from stemme.errors import StemmeError
from stemme.exports import fingerprint
from stemme.exports.folders import run_folder
from stemme.exports.job import Job, run

ray = pytest.importorskip("ray")
from ray.cluster_utils import Cluster  # noqa: E402  (only where there is Ray)

from stemme.exports.ray_engine import RayEngine  # noqa: E402

ROWS = 700
PATIENCE = 120
"""Seconds after which a test gives up; on an idle machine none comes near."""

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Three nodes with a core each, as far as Ray knows."""
    settings = {
        # What the workers find: the analyser without a model lives with the tests.
        "PYTHONPATH": os.pathsep.join(map(str, (HERE, HERE.parent, Path(stemme.__file__).parents[1]))),
        "RAY_USAGE_STATS_ENABLED": "0",
        # The machine of the tests may be slow, and nobody there is to be taken for dead.
        "RAY_agent_register_timeout_ms": "300000",
        "RAY_worker_register_timeout_seconds": "300",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        cluster = Cluster(initialize_head=True, head_node_args=node())
        try:
            for _ in range(2):
                cluster.add_node(**node())
            yield cluster
        finally:
            cluster.shutdown()


def node() -> dict[str, object]:
    """Return the options of a node; where its agents find no ports of their own, a slow start is a failed one."""
    names = ("metrics_agent_port", "metrics_export_port", "dashboard_agent_listen_port", "runtime_env_agent_port")
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in names]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        ports = {name: each.getsockname()[1] for name, each in zip(names, sockets, strict=True)}
    return {"num_cpus": 1, "object_store_memory": 80 << 20, "include_dashboard": False, **ports}


class Deadly(FakeAnalyzer):
    """Takes its process with it at a text, always or once; stumbles over another; is slow, or waits for a sign."""

    def __init__(self, folder: str, *, once: bool = False, seconds: float = 0.0, waits: bool = False) -> None:
        super().__init__()
        self.folder = Path(folder)
        self.once = once
        self.seconds = seconds
        self.waits = waits

    def pipe(self, texts, **options):
        for text in texts:
            (self.folder / f"seen-{os.getpid()}").touch()
            if "deadly" in text and self._dies():
                os.kill(os.getpid(), signal.SIGKILL)
            if "poison" in text:
                raise ValueError("poison")
            time.sleep(self.seconds)
            while self.waits and not (self.folder / "go").exists():
                time.sleep(0.01)
        yield from super().pipe(texts, **options)

    def _dies(self) -> bool:
        if not self.once:
            return True
        try:
            (self.folder / "died").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


@pytest.fixture(autouse=True)
def _no_test_hangs() -> Iterator[None]:
    def give_up(*_: object) -> None:
        raise TimeoutError(f"not done after {PATIENCE} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def seen(tmp_path) -> Path:
    """Where workers leave a trace."""
    path = tmp_path / "seen"
    path.mkdir()
    return path


def export(path: Path, **marked: int) -> Path:
    words = {number: word for word, number in marked.items()}
    lines = (f"{n},Pakken kom {n} dager for sent! {words.get(n, '')} {n % 50}.\n" for n in range(ROWS))
    path.write_text("id,comment\n" + "".join(lines) + "too,many,cells\n", encoding="utf-8")
    return path


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def on_one_machine(source: Path, folder: Path, load=FakeAnalyzer, size=16) -> dict[str, bytes]:
    folder.mkdir()
    run(Job(str(source), str(folder / "out.csv"), batch_size=size), load)
    return files(folder)


def on_ray(cluster: Cluster, source: Path, folder: Path, load, size=16, **options) -> dict[str, bytes]:
    folder.mkdir(exist_ok=True)
    engine = RayEngine(load, cluster.address, **options)
    run(Job(str(source), str(folder / "out.csv"), batch_size=size, resume=True), FakeAnalyzer, engine=engine)
    return files(folder)


def test_the_results_are_those_of_one_machine(cluster, tmp_path, seen):
    source = export(tmp_path / "in.csv", poison=333)
    expected = on_one_machine(source, tmp_path / "here", lambda: Deadly(str(seen)))
    folder = str(seen)
    assert on_ray(cluster, source, tmp_path / "ray", lambda: Deadly(folder)) == expected
    assert b"cannot be analysed: ValueError: poison" in expected["out.csv.errors.jsonl"]
    assert 1 < len(list(seen.iterdir())) <= 1 + 3, "this process and the actors"


def test_a_worker_that_is_killed_costs_nothing_but_time(cluster, tmp_path, seen):
    source = export(tmp_path / "in.csv", deadly=333)
    folder = str(seen)
    found = on_ray(cluster, source, tmp_path / "ray", lambda: Deadly(folder, once=True))
    assert (seen / "died").exists()
    assert found == on_one_machine(source, tmp_path / "here")


def test_a_text_that_kills_every_worker_is_found_by_halving(cluster, tmp_path, seen):
    source = export(tmp_path / "in.csv", deadly=70)
    folder = str(seen)
    found = on_ray(cluster, source, tmp_path / "ray", lambda: Deadly(folder))
    expected = on_one_machine(source, tmp_path / "here")
    lines = expected["out.csv"].splitlines()
    assert found["out.csv"].splitlines() == [line for line in lines if not line.startswith(b"70,")]
    errors = found["out.csv.errors.jsonl"].splitlines()
    assert b'{"row": 71, "id": "70", "reason": "cannot be analysed: 2 workers died of it"' in errors[0]
    assert errors[1:] == expected["out.csv.errors.jsonl"].splitlines()


def test_a_node_that_goes_costs_nothing_but_time(cluster, tmp_path, seen):
    source = export(tmp_path / "in.csv")
    folder = str(seen)
    added = cluster.add_node(**node())
    cluster.wait_for_nodes(timeout=PATIENCE)
    removed: list[bool] = []

    def remove() -> None:
        """Take the node away when every actor has something to do; until then none gets on."""
        if until(lambda: len(list(seen.glob("seen-*"))) == 4):
            cluster.remove_node(added, allow_graceful=False)
            removed.append(True)
        (seen / "go").touch()

    thread = threading.Thread(target=remove)
    thread.start()
    found = on_ray(cluster, source, tmp_path / "ray", lambda: Deadly(folder, waits=True), size=4, workers=4)
    thread.join()
    assert removed
    assert found == on_one_machine(source, tmp_path / "here", size=4)


def until(true: Callable[[], bool]) -> bool:
    """Wait until something is true, but not for ever."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


DRIVER = """
import sys
from test_ray import Deadly
from fake_analyzer import FakeAnalyzer
from stemme.exports.job import Job, run
from stemme.exports.ray_engine import RayEngine
source, target, address, seen = sys.argv[1:]
engine = RayEngine(lambda: Deadly(seen, seconds=0.01), address)
run(Job(source, target, batch_size=16, resume=True), FakeAnalyzer, engine=engine)
"""


@pytest.mark.parametrize("then", ["ray", "here"])
def test_the_driver_dies_and_another_goes_on(cluster, tmp_path, seen, then):
    source, target = export(tmp_path / "in.csv"), tmp_path / "work" / "out.csv"
    target.parent.mkdir()
    parts = Path(run_folder(str(target)))
    command = [sys.executable, "-c", DRIVER, str(source), str(target), cluster.address, str(seen)]
    driver = subprocess.Popen(command, stderr=subprocess.PIPE)
    until(lambda: len(list(parts.glob("part-*"))) >= 3 or driver.poll() is not None)
    driver.send_signal(signal.SIGKILL)
    _, errors = driver.communicate(timeout=60)
    assert driver.returncode == -signal.SIGKILL, errors.decode()
    done = {path.name: path.stat().st_mtime_ns for path in parts.glob("part-*")}
    kept: dict[str, int] = {}

    def load() -> FakeAnalyzer:
        kept.update({name: parts.joinpath(name).stat().st_mtime_ns for name in done})
        return FakeAnalyzer()

    if then == "ray":
        on_ray(cluster, source, target.parent, FakeAnalyzer)
    else:
        run(Job(str(source), str(target), batch_size=16, resume=True), load)
        assert kept == done
    assert files(target.parent) == on_one_machine(source, tmp_path / "here")


def test_workers_with_another_model_or_other_code_are_refused(cluster, tmp_path, monkeypatch):
    source = export(tmp_path / "in.csv")

    class Other(FakeAnalyzer):
        fingerprint = "other"

    with pytest.raises(StemmeError, match="a worker has another model than the driver"):
        on_ray(cluster, source, tmp_path / "ray", Other)
    own = fingerprint.of_code()
    monkeypatch.setattr(fingerprint, "of_code", lambda: own | {"numpy": "0.1"})
    with pytest.raises(StemmeError, match=r"a worker has numpy \S+ and the driver 0\.1; install the same"):
        on_ray(cluster, source, tmp_path / "ray", FakeAnalyzer)


def test_a_model_that_no_worker_can_load_ends_the_run(cluster, tmp_path):
    source = export(tmp_path / "in.csv")

    def load():
        raise StemmeError("/models: no model here")

    with pytest.raises(StemmeError, match="a worker cannot load the model: /models: no model here"):
        on_ray(cluster, source, tmp_path / "ray", load)


def test_the_command_line_and_the_model_that_ships(cluster, tmp_path):
    texts = [*TEXTS.values(), *TEXTS.values(), *MIXED.values()]
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
    common = ["analyze", str(source), "--model", str(MODEL), "--batch-size", "4"]
    spread = ["--engine", "ray", "--address", cluster.address, "--workers", "1"]
    for name, options in (("here", []), ("ray", spread)):
        result = CliRunner().invoke(app, [*common, "-o", str(tmp_path / f"{name}.jsonl"), *options])
        assert result.exit_code == 0, result.stderr
    assert (tmp_path / "ray.jsonl").read_bytes() == (tmp_path / "here.jsonl").read_bytes()
    assert len((tmp_path / "ray.jsonl").read_bytes().splitlines()) == len(texts)
