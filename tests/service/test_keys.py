"""API keys: how they are kept, and that nobody gets in without one."""

from __future__ import annotations

import hmac

import pytest
from harness import running
from typer.testing import CliRunner

from stemme.cli import app
from stemme.errors import StemmeError, UsageError
from stemme.service import keys
from stemme.service.settings import Settings


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys"


def test_a_key_is_kept_as_a_hash_that_only_its_owner_may_read(path):
    key = keys.add(path, "helpdesk")
    assert len(key) > 40
    assert key not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    known = keys.read(path)
    assert known.name_of(key) == "helpdesk"
    assert known.name_of(key + "x") is None
    assert known.name_of("") is None


def test_every_key_is_compared_in_constant_time(path, monkeypatch):
    first, _ = keys.add(path, "a"), keys.add(path, "b")
    compared = []
    true = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append(b) or true(a, b))
    assert keys.read(path).name_of(first) == "a"
    assert len(compared) == 2


@pytest.mark.parametrize("line", ["", "# nothing", "a sha256:12", "stemme_plain_key", "a sha256:" + "A" * 64])
def test_a_file_without_keys_is_refused_and_its_lines_are_not_shown(path, line):
    path.write_text(line + "\n")
    with pytest.raises(StemmeError) as found:
        keys.read(path)
    assert "stemme keys add" in str(found.value)
    assert "stemme_plain_key" not in str(found.value)


@pytest.mark.parametrize("held", ["", "\n", "# keys\n", "# నోట్ 🔑\n# võtmed"])
def test_a_key_is_added_to_a_file_that_holds_none_yet(path, held):
    path.write_text(held, "utf-8")
    key = keys.add(path, "desk")
    assert path.read_text("utf-8").startswith(held)
    assert keys.read(path).name_of(key) == "desk"


def test_a_name_has_one_key(path):
    keys.add(path, "a")
    with pytest.raises(UsageError, match="has a key already"):
        keys.add(path, "a")
    with pytest.raises(UsageError, match="a name is"):
        keys.add(path, "a b")
    path.write_text(path.read_text() * 2)
    with pytest.raises(StemmeError, match="line 2"):
        keys.read(path)


def test_the_command_prints_the_key_once(path):
    result = CliRunner().invoke(app, ["keys", "add", str(path), "helpdesk"])
    assert result.exit_code == 0
    assert keys.read(path).name_of(result.stdout.strip()) == "helpdesk"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org"])
def test_nobody_listens_to_others_without_keys(host, path):
    with pytest.raises(UsageError, match="API keys are needed"):
        Settings(host=host).check()
    Settings(host=host, keys=path).check()
    result = CliRunner().invoke(app, ["serve", "--host", host])
    assert result.exit_code == 2
    assert "stemme keys add" in result.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_on_loopback_no_key_is_needed(host):
    Settings(host=host).check()


def test_without_a_key_there_is_only_whether_the_service_lives(held, path):
    key = keys.add(path, "helpdesk")
    with running(held, keys=path) as server:
        for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {key}"}, {"X-API-Key": key}):
            server.client.headers = given
            for method, where in [
                ("POST", "/v1/analyze"),
                ("POST", "/v1/analyze/file"),
                ("GET", "/v1/labels"),
                ("GET", "/v1/model"),
                ("GET", "/metrics"),
            ]:
                answer = server.client.request(method, where)
                assert answer.status_code == 401, (method, where)
                assert answer.headers["www-authenticate"] == "Bearer"
            assert server.client.get("/healthz").status_code == 200
            assert server.client.get("/readyz").status_code == 200
        server.client.headers = {"Authorization": f"Bearer {key}"}
        assert server.analyze("god dag").status_code == 200
        assert server.client.get("/metrics").status_code == 200
    assert held.batches == [["god dag"]]
