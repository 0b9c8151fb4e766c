"""`POST /v1/analyze/file`: an export in, what `stemme analyze` makes of it out; hostile files refused."""

from __future__ import annotations

import gc
import gzip
import io
import json
import socket
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fake_analyzer import FakeAnalyzer
from harness import running, until
from test_limits import refused

from stemme.exports.job import Job, run
from stemme.service import desk

CSV = (
    "id,dato,kommentar\n"
    "a1,2026-05-01,Leveransen kom ni dager for sent. Ingen svarte på e-post!\n"
    "a2,2026-05-02,డెలివరీ తొమ్మిది రోజులు ఆలస్యమైంది.\n"
    "a3,2026-05-03,快递 晚了九天啊 没有人回复 我的留言\n"
).encode()


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Where uploads are kept; nothing may be left in it."""
    kept = tmp_path / "kept"
    kept.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(kept))
    yield kept
    assert list(kept.iterdir()) == []


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "xlsx", "parquet"])
def test_the_result_is_that_of_the_command(service, tmp_path, ending):
    source, target = tmp_path / "in.csv", tmp_path / f"out.{ending}"
    source.write_bytes(CSV)
    run(Job(source=str(source), target=str(target), mentions=ending == "xlsx"), FakeAnalyzer)
    answer = service.file("Innspill 2026.csv", CSV, output=ending)
    assert answer.status_code == 200, answer.text
    if ending == "xlsx":  # holds the time it was made
        assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None
    else:
        assert answer.content == target.read_bytes()
    assert answer.headers["stemme-rows"] == "3"
    assert answer.headers["stemme-rows-left-out"] == "0"
    assert f"Innspill%202026.stemme.{ending}" in answer.headers["content-disposition"]


def test_the_format_stays_and_parameters_are_those_of_the_command(service):
    answer = service.file("a.csv.gz", gzip.compress(CSV), text_column="dato", lang="nb")
    assert answer.text.startswith("id,dato,kommentar,stemme_lang,")
    assert ",nb," in answer.text
    results = service.file("a.csv", CSV, output="jsonl", id_column="dato", keep_input=True).text.splitlines()
    assert json.loads(results[0])["id"] == json.loads(results[0])["input"]["dato"] == "2026-05-01"


def test_the_column_of_the_texts_is_named(service):
    def found(*given, **more):
        return service.file(*given, **more).headers.get("stemme-text-column")

    assert found("a.jsonl", '{"url": "https://a.no/lang", "客户意见": "a b c"}'.encode()) == quote("客户意见")
    assert found("a.csv", CSV) == "kommentar"
    assert found("a.csv", CSV, text_column="dato") == "dato"
    assert found("a.csv", CSV, text_column="") == "kommentar"
    assert found("a.csv", b'"' + "అ".encode() * 300 + b'"\nhei du\n', header_row=1) is None


def test_a_parameter_that_is_none_is_named(service):
    answer = service.file("a.csv", CSV, text_colum="kommentar")
    assert answer.status_code == 422
    assert "text_colum" in answer.text


def test_a_row_that_cannot_be_read_is_left_out_or_refuses_the_file(service):
    lines = b'{"text": "god"}\n{"text": \n{"text": "dag"}\n'
    answer = service.file("a.jsonl", lines)
    assert [json.loads(line)["id"] for line in answer.text.splitlines()] == ["1", "3"]
    assert answer.headers["stemme-rows-left-out"] == "1"
    problem = refused(service.file("a.jsonl", lines, strict=True), 422)
    assert problem["errors"][0]["row"] == 2
    assert problem["detail"].startswith("a.jsonl: row 2: ")


def test_messages_speak_of_parameters_and_of_the_name_that_was_given(service, folder):
    detail = refused(service.file("mine.csv", CSV, text_column="nope"), 422)["detail"]
    assert "mine.csv" in detail or "nope" in detail
    assert "--" not in detail
    detail = refused(service.file("mine.csv", CSV, encoding="undefined"), 422)["detail"]
    assert detail.startswith("encoding undefined")
    for broken in (b"", b"PK\x03\x04 no workbook", b"\x00" * 100):
        detail = refused(service.file("mine.xlsx", broken), 422)["detail"]
        assert "mine.xlsx" in detail
        assert str(folder) not in detail
        assert "export.xlsx" not in detail


@pytest.mark.parametrize(
    "name", ["my-export.csv", "x--sheet.csv", "--sheet.csv", "export.csv", "a: row 9: b.csv", "pakk 📦 ಠ 快递.csv"]
)
def test_a_message_has_the_name_as_it_was_given_and_once(service, name):
    problem = refused(service.file(name, b""), 422)
    assert problem["detail"].startswith(f"{name}: ")
    assert problem["detail"].count(name) == 1
    assert "errors" not in problem


@pytest.mark.parametrize(
    "name",
    ["../../etc/cron.d/a.csv", "/etc/passwd.csv", "..\\a.csv", "a.exe", "csv", ".", "a" * 300],
)
def test_a_name_is_never_a_path(service, name):
    refused(service.file(name, CSV), 422)


def test_a_name_is_only_an_ending(service, folder, tmp_path):
    assert service.file("~root -rf $(id) *.csv", CSV).status_code == 200
    # Of such a path the form parser leaves the last part.
    assert service.file("C:\\Temp\\a.csv", CSV).status_code == 200
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept"]


def workbook(cells: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", cells)
    return buffer.getvalue()


def ods(cell: bytes, rows: int, columns: int) -> bytes:
    told = b'<table:table-row table:number-rows-repeated="%d"><table:table-cell office:value-type="string" ' % rows
    row = b'%btable:number-columns-repeated="%d">%b</table:table-cell></table:table-row>' % (told, columns, cell)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", b'<a xmlns:table="t" xmlns:office="o"><table:table>%b</table:table></a>' % row)
    return buffer.getvalue()


def parquet(text: str, rows: int) -> bytes:
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([text]))
    buffer = io.BytesIO()
    pq.write_table(pa.table({"text": texts}), buffer, compression="zstd", store_schema=False)
    return buffer.getvalue()


BOMBS = {
    "gzip": ("a.csv.gz", 413, lambda: gzip.compress(b"a" * (200 << 20), 1)),
    "workbook": ("a.xlsx", 413, lambda: workbook(b" " * (200 << 20))),
    "many cells": ("a.xlsx", 422, lambda: workbook(b'<c r="A1"/><c r="XFD1048576"/>')),
    "repeated cells": ("a.ods", 422, lambda: ods(b"<p>ja</p>", 30_000, 1000)),
    "repeated texts": ("a.ods", 422, lambda: ods(b"<p>%b</p>" % (b"x" * 100_000), 5000, 1)),
    "parquet": ("a.parquet", 413, lambda: parquet("x" * 1_900_000, 1024)),
    "nested": ("a.json", 422, lambda: b"[" * 20_000),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_refused_in_bounded_memory(held, kind):
    name, status, make = BOMBS[kind]
    data = make()
    assert len(data) < 2 << 20
    with running(held, max_unpacked=50 << 20) as server:
        assert server.analyze("god dag").status_code == 200
        gc.collect()
        before = psutil.Process().memory_info().rss
        refused(server.file(name, data), status)
        assert psutil.Process().memory_info().rss - before < 60 << 20
        assert server.analyze("god dag").status_code == 200


def test_a_file_has_limits(held):
    with running(held, max_upload=2000, max_rows=5, max_text_characters=100) as server:
        refused(server.file("a.csv", b"comment\n" + b"a\n" * 2000), 413)
        refused(server.file("a.csv", b"comment\n" + b"a\n" * 6), 413)
        refused(server.file("a.jsonl", b'"kort"\n' * 6), 413)
        assert not held.batches  # nothing of them was analysed
        assert server.file("a.csv", b"comment\n" + b"a\n" * 5).headers["stemme-rows"] == "5"
        answer = server.file("a.jsonl", b'"kort"\n"' + b"a" * 101 + b'"\n')
        assert (answer.headers["stemme-rows"], answer.headers["stemme-rows-left-out"]) == ("1", "1")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "multipart/form-data; boundary=b", 422),
        (b"--b\r\n", "multipart/form-data", 422),
        (b"no boundary at all", "multipart/form-data; boundary=b", 422),
        (
            b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
            422,
        ),
        (
            b'--b\r\nContent-Disposition: form-data; name="other"; filename="a.csv"\r\n\r\ntext\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
            422,
        ),
        (CSV, "text/csv", 415),
    ],
    ids=range(6),
)
def test_a_form_that_is_none_is_refused(service, body, kind, status):
    refused(service.client.post("/v1/analyze/file", content=body, headers={"Content-Type": kind}), status)


def test_single_texts_overtake_an_export(held, service):
    rows = b"comment\n" + b"".join(b"rad nummer %d her\n" % n for n in range(1000))
    held.go.clear()
    with ThreadPoolExecutor(2) as pool:
        export = pool.submit(service.file, "a.csv", rows)
        until(lambda: held.batches)
        single = pool.submit(service.analyze, "haster")
        until(lambda: service.state.metrics.open._value.get() == 2 and service.state.batcher._waiting)
        held.go.set()
        assert single.result().status_code == export.result().status_code == 200
    assert [batch == ["haster"] for batch in held.batches].index(True) <= 2


def test_so_many_exports_at_a_time_and_so_long(held):
    held.go.clear()
    with running(held, file_jobs=1, file_seconds=1.5) as server, ThreadPoolExecutor(1) as pool:
        first = pool.submit(server.file, "a.csv", CSV)
        until(lambda: held.batches)
        answer = server.file("a.csv", CSV)
        refused(answer, 503)
        assert int(answer.headers["retry-after"]) >= 1
        assert "no result within" in refused(first.result(), 413)["detail"]
        assert "retry-after" not in first.result().headers  # the same file would take as long again
        held.go.set()
        assert server.file("a.csv", CSV).status_code == 200


def begun(server) -> socket.socket:
    """Return an upload that does not go on."""
    upload = socket.create_connection(server.address, timeout=600)
    upload.sendall(
        b"POST /v1/analyze/file HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        b"Content-Length: 33000000\r\n\r\n--b\r\n"
    )
    return upload


def test_an_upload_that_does_not_go_on_takes_no_place_but_its_own(held, monkeypatch):
    monkeypatch.setattr(desk, "UPLOADS", 2)
    with running(held, file_jobs=1) as server:
        uploads = [begun(server)]
        until(lambda: server.state.desk._uploads.total() == 1)
        assert server.file("పార్సిల్.csv", CSV).status_code == 200
        uploads.append(begun(server))
        until(lambda: server.state.desk._uploads.total() == 2)
        assert "2 files" in refused(server.file("包裹.csv", CSV), 429)["detail"]
        for upload in uploads:
            upload.close()
        until(lambda: not server.state.desk._uploads)
        assert server.file("পার্সেল.csv", CSV).status_code == 200


def test_a_client_that_goes_away_frees_its_place(held):
    held.go.clear()
    with running(held, file_jobs=1) as server:
        with pytest.raises(Exception, match="timed out"):
            server.client.post("/v1/analyze/file", files={"file": ("a.csv", CSV)}, timeout=0.5)
        until(lambda: server.state.batcher.waiting == 0 and held.batches)
        held.go.set()
        until(lambda: server.file("a.csv", CSV).status_code == 200)
