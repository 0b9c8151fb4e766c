"""What is refused, with which words and which status; the service goes on."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness import running, until

from stemme.errors import StemmeError


def post(server, body: bytes, kind: str = "application/json"):
    return server.client.post("/v1/analyze", content=body, headers={"Content-Type": kind})


def refused(answer, status: int) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["detail"]
    return problem


def test_a_row_that_is_wrong_is_named(service):
    answer = service.analyze("god dag", {"text": 17}, {"text": "hei", "lang": "norsk!"}, {"tekst": "hei"})
    problem = refused(answer, 422)
    assert problem["detail"].startswith("row 2: text: ")
    assert [(error["row"], error["field"]) for error in problem["errors"]] == [
        (2, "text"),
        (3, "lang"),
        (4, "text"),
        (4, "tekst"),
    ]


def test_a_refusal_does_not_repeat_the_text(service):
    answer = service.client.post("/v1/analyze", json={"texts": [{"text": ["hemmelig"]}, {"text": {"hemmelig": 1}}]})
    refused(answer, 422)
    assert "hemmelig" not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"texts": []}',
        b'{"texts": {"text": "a"}}',
        b'{"texts": [{"text": "a"}], "offset_unit": "words"}',
        b'{"texts": [{"text": "a"}], "more": 1}',
        b'{"texts": [{"text": "\xff\xfe"}]}',
        b'{"texts": [{"text": "\xed\xa0\xbd"}]}',
        b'{"texts": [{"text": "\\ud83d"}]}',
        b'{"texts": [{"text": "a", "id": NaN}]}',
        b"[" * 100_000,
        b'{"texts": [{"text": ' + b'{"a":' * 50_000,
        b'{"texts": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    ],
    ids=range(15),
)
def test_a_body_that_is_none_is_refused(service, body):
    refused(post(service, body), 422)
    assert service.analyze("god dag").status_code == 200


def test_only_json_is_read(service):
    refused(post(service, b"text=a", "application/x-www-form-urlencoded"), 415)
    assert refused(service.client.get("/v1/analyze"), 405)["detail"] == "this path takes POST only"
    assert "/openapi.json" in refused(service.client.get("/nothing/here"), 404)["detail"]
    refused(service.client.post("/v1/analyze/", json={"texts": []}), 404)


def test_a_body_is_cut_off_at_its_limit_whether_it_says_its_length_or_not(held):
    with running(held, max_body=1000) as server:
        refused(post(server, b'{"texts": [{"text": "%b"}]}' % (b"a" * 1000)), 413)
        refused(server.client.post("/v1/analyze", content=iter([b" " * 600] * 2)), 413)
        assert post(server, b'{"texts": [{"text": "%b"}]}' % (b"a" * 900)).status_code == 200
    assert held.batches == [["a" * 900]]


def test_texts_and_characters_have_limits(held):
    with running(held, max_texts=3, max_text_characters=10, max_characters=25) as server:
        assert "4 texts" in refused(server.analyze(*"abcd"), 413)["detail"]
        problem = refused(server.analyze("kort", "ø" * 11), 422)
        assert problem["errors"] == [{"row": 2, "field": "text", "reason": "11 characters, and a text may have 10"}]
        assert "26 characters" in refused(server.analyze("a" * 10, "b" * 10, "c" * 6), 413)["detail"]
        assert server.analyze("ø" * 10, "b" * 10, "c" * 5).status_code == 200


def test_one_client_has_so_many_requests_at_a_time(held):
    held.go.clear()
    with running(held, client_requests=2) as server, ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(server.analyze, "venter") for _ in range(2)]
        until(lambda: server.state.metrics.open._value.get() == 2)
        answer = server.analyze("en til")
        refused(answer, 429)
        assert int(answer.headers["retry-after"]) >= 1
        held.go.set()
        assert [future.result().status_code for future in waiting] == [200, 200]
        assert server.analyze("en til").status_code == 200


def test_when_too_much_waits_no_more_is_taken(held):
    held.go.clear()
    with running(held, max_waiting_texts=3, max_texts=3) as server, ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(server.analyze, "hos modellen")]
        until(lambda: held.batches)
        waiting.append(pool.submit(server.analyze, *"abc"))
        until(lambda: server.state.batcher.waiting == 3)
        answer = server.analyze("en til")
        refused(answer, 503)
        assert int(answer.headers["retry-after"]) >= 1
        refused(server.client.get("/readyz"), 503)
        assert server.client.get("/healthz").text == "ok"
        held.go.set()
        assert [future.result().status_code for future in waiting] == [200, 200]
        assert server.client.get("/readyz").text == "ok"


def test_characters_that_wait_count_too(held):
    held.go.clear()
    limits = {"max_characters": 100, "max_text_characters": 100, "max_waiting_characters": 100}
    with running(held, **limits) as server, ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(server.analyze, "hos modellen")]
        until(lambda: held.batches)
        waiting.append(pool.submit(server.analyze, "a" * 60))
        until(lambda: server.state.batcher.waiting == 1)
        assert server.client.get("/readyz").text == "ok"
        refused(server.analyze("b" * 60), 503)
        refused(server.client.get("/readyz"), 503)
        held.go.set()
        assert [future.result().status_code for future in waiting] == [200, 200]
        assert server.client.get("/readyz").text == "ok"


def test_who_waits_too_long_is_told_and_no_longer_waited_for(held):
    held.go.clear()
    with running(held, request_seconds=0.2) as server:
        refused(server.analyze("hos modellen"), 503)
        answer = server.analyze("venter")
        refused(answer, 503)
        assert int(answer.headers["retry-after"]) >= 1
        until(lambda: server.state.batcher.waiting == 0)
        held.go.set()
    assert held.batches == [["hos modellen"]]


def test_a_text_that_the_model_fails_on_is_named_and_costs_the_others_nothing(held, service):
    pipe = held.pipe

    def failing(texts, **options):
        texts = list(texts)
        if "gift" in texts:
            raise RuntimeError("boom")
        yield from pipe(texts, **options)

    held.pipe = failing
    problem = refused(service.analyze("god", "gift"), 500)
    assert [error["row"] for error in problem["errors"]] == [2]
    assert service.analyze("god", "dag").status_code == 200


def test_a_model_that_fails_on_everything_does_not_end_the_service(held, service):
    pipe = held.pipe
    held.pipe = lambda texts, **_: (_ for _ in ()).throw(StemmeError("broken"))
    refused(service.analyze(*(f"tekst {n}" for n in range(9))), 500)
    held.pipe = pipe
    assert service.analyze("god dag").status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b'{"texts": [' + b",".join([b"0"] * 500_000) + b"]}", 413, "500,000 texts"),
        (
            b'{"texts": [{"text": "sen pakk \xf0\x9f\x93\xa6"%b}]}' % b"".join(b',"%x":0' % n for n in range(90_000)),
            422,
            "90,000",
        ),
        (b'{"texts": [' + b",".join([b'{"tekst": "\xe8\xbf\x9f\xe4\xba\x86"}'] * 500) + b"]}", 422, "row 1: text: "),
    ],
    ids=["texts", "fields", "a wrong name"],
)
def test_a_body_that_is_wrong_everywhere_holds_nobody_up(service, body, status, said):
    assert service.client.get("/healthz").text == "ok"
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(post, service, body)
        waits = []
        while not answer.done():
            began = time.perf_counter()
            assert service.client.get("/healthz").text == "ok"
            waits.append(time.perf_counter() - began)
    problem = refused(answer.result(), status)
    assert problem["detail"].startswith(said)
    assert len(problem.get("errors", [])) <= 20
    assert max(waits) < 2
