"""`POST /v1/analyze`: what comes back, for whom, and in which units."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from fake_analyzer import analyze
from harness import running, until

from samples import HOSTILE, MIXED, TEXTS
from stemme.labels import FRAMES, TOPICS


def test_results_are_those_of_the_library(analyzer):
    texts = [*TEXTS.values(), *MIXED.values()]
    with running(analyzer) as server:
        answer = server.analyze(*texts)
    results = answer.json()["results"]
    assert [result["id"] for result in results] == [str(row) for row in range(1, len(texts) + 1)]
    for text, result in zip(texts, results, strict=True):
        expected = analyzer(text).to_dict()
        # Company in a batch may move the last digits of int8 arithmetic, nothing else.
        assert without_scores(result) == without_scores({"id": result["id"], **expected})
        assert result["scores"] == pytest.approx(expected["scores"], abs=0.02)


def without_scores(value):
    if isinstance(value, dict):
        return {name: without_scores(item) for name, item in value.items() if not name.endswith(("score", "scores"))}
    return [without_scores(item) for item in value] if isinstance(value, list) else value


def test_ids_come_back_and_rows_stand_for_those_that_are_missing(service):
    answer = service.analyze({"text": "en to tre", "id": "a"}, {"text": ""}, {"text": "fire", "id": ""})
    assert [result["id"] for result in answer.json()["results"]] == ["a", "2", ""]


def test_a_language_that_is_known_is_not_guessed(service):
    results = service.analyze({"text": "abcd", "lang": "ZH-hant"}, {"text": "abcd"}).json()["results"]
    assert [result["lang"] for result in results] == ["zh-Hant", "und"]


@pytest.mark.parametrize("name", TEXTS | MIXED)
def test_offsets_count_what_the_client_counts(service, name):
    text = (TEXTS | MIXED)[name]
    spans = {}
    for unit, encoding, width in [("codepoint", "utf-32-le", 4), ("utf16", "utf-16-le", 2), ("byte", "utf-8", 1)]:
        result = service.analyze(text, offset_unit=unit).json()["results"][0]
        data = text.encode(encoding)
        spans[unit] = [
            data[width * item["start"] : width * item["end"]].decode(encoding)
            for item in (*result["sentences"], *result["needs"], *result["complaints"])
        ]
        for mention in (*result["needs"], *result["complaints"]):
            assert data[width * mention["start"] : width * mention["end"]].decode(encoding) == mention["text"]
    assert spans["codepoint"] == spans["utf16"] == spans["byte"]
    assert spans["byte"]


@pytest.mark.parametrize("name", [name for name in HOSTILE if "surrogates" not in name])
def test_any_text_has_a_result(service, name):
    answer = service.analyze(HOSTILE[name], offset_unit="byte")
    assert answer.status_code == 200
    assert answer.json()["results"][0]["orientation"] in (*FRAMES, "mixed")


def test_many_clients_get_each_their_own(service):
    def ask(number):
        texts = [f"{number} nummer {'så ' * (number % 7)}{part}." for part in range(1 + number % 5)]
        with httpx.Client(base_url=service.url, timeout=600, trust_env=False) as client:
            answer = client.post("/v1/analyze", json={"texts": [{"text": t, "id": t} for t in texts]})
        return texts, answer

    with ThreadPoolExecutor(16) as pool:
        for texts, answer in pool.map(ask, range(64)):
            expected = [{"id": text, **analyze(text).to_dict()} for text in texts]
            assert answer.json()["results"] == expected


def test_requests_that_wait_are_analysed_together_by_length(held):
    held.go.clear()
    long, short = [f"{n} " + "lang tekst " * 40 for n in range(40)], [f"kort {n}" for n in range(40)]
    with running(held, client_requests=100) as server, ThreadPoolExecutor(81) as pool:
        first = pool.submit(server.analyze, "holder opp")
        until(lambda: held.batches)
        waiting = [pool.submit(server.analyze, text) for pair in zip(long, short, strict=True) for text in pair]
        until(lambda: server.state.batcher.waiting == 80)
        held.go.set()
        assert {future.result().status_code for future in [first, *waiting]} == {200}
    # A round takes more than the forty of one length, and first those nearest to the one that waited longest.
    assert [len(batch) for batch in held.batches] == [1, 64, 16]
    lengths = [len(text) > 100 for text in held.batches[1]]
    assert lengths == sorted(lengths, reverse=lengths[0])
    assert sum(lengths) in (24, 40)


def test_what_is_the_same_is_analysed_once(held, service):
    assert len({str(result["scores"]) for result in service.analyze(*["likt"] * 9).json()["results"]}) == 1
    assert held.batches == [["likt"]]


def test_the_labels_are_those_there_are(service):
    found = service.client.get("/v1/labels").json()
    assert found["topics"] == list(TOPICS)
    assert found["severities"] == [1, 2, 3]


def test_the_model_says_what_a_request_may_hold(service):
    found = service.client.get("/v1/model").json()
    assert found["limits"]["texts"] == service.state.settings.max_texts
    assert "te" in found["languages"]
