"""Metrics and logs: they tell what was done, and no text of anybody's."""

from __future__ import annotations

import json
import logging

import pytest
from harness import running

from stemme.service.logs import JsonLines

SECRET = "Pasienten Kari Nordmann"


@pytest.fixture
def lines():
    kept = []

    class Keep(logging.Handler):
        def emit(self, record):
            kept.append(self.format(record))

    handler = Keep()
    handler.setFormatter(JsonLines())
    loggers = [logging.getLogger("stemme.service"), logging.getLogger("uvicorn")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    yield kept
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


def test_a_request_is_one_line_without_its_texts(service, lines):
    answer = service.analyze({"text": f"{SECRET} venter.", "id": SECRET}, "hei")
    (line,) = [json.loads(line) for line in lines if '"request"' in line and "/v1/analyze" in line]
    assert line["id"] == answer.headers["x-request-id"]
    assert (line["method"], line["path"], line["status"]) == ("POST", "/v1/analyze", 200)
    assert (line["texts"], line["characters"]) == (2, len(f"{SECRET} venter.hei"))
    assert line["ms"] >= 0


def test_no_log_ever_has_a_text(held, service, lines):
    pipe = held.pipe

    def failing(texts, **options):
        texts = list(texts)
        if any("boom" in text for text in texts):
            raise RuntimeError(f"cannot do {texts}")
        yield from pipe(texts, **options)

    held.pipe = failing
    service.analyze(SECRET)
    service.analyze(f"{SECRET} boom")
    service.analyze({"text": [SECRET]})
    service.analyze({SECRET: SECRET})
    service.client.post("/v1/analyze", content=SECRET.encode())
    service.client.get(f"/{SECRET}", params={"q": SECRET}, headers={"Authorization": f"Bearer {SECRET}"})
    service.file(f"{SECRET}.csv", f"comment\n{SECRET}\n".encode())
    service.file(f"{SECRET}.csv", f"comment\n{SECRET}\n".encode(), text_column=SECRET)
    assert len(lines) >= 8
    assert not any("Nordmann" in line for line in lines)


def test_an_error_nobody_has_thought_of_is_an_answer_and_a_line_without_its_message(service, lines):
    def broken(_):
        raise RuntimeError(SECRET)

    service.state.desk._measure = broken
    answer = service.analyze("hei")
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] in answer.json()["detail"]
    assert "Traceback" not in answer.text
    (line,) = [json.loads(line) for line in lines if "unexpected" in line]
    assert line["error"] == "RuntimeError"
    assert any("desk.py" in place for place in line["at"])
    assert not any("Nordmann" in line for line in lines)


def test_metrics_count_requests_and_texts(held):
    with running(held) as server:
        server.analyze("Leveransen kom ni dager for sent; æ, ø og å.", {"text": "abc", "lang": "xx"}, "快递晚了九天。")
        server.analyze({"text": 1})
        server.client.get("/no/such/path")
        server.file("a.csv", "comment\n快递晚了九天。\n".encode())
        found = server.client.get("/metrics")
    assert found.headers["content-type"].startswith("text/plain")
    values = dict(line.rsplit(" ", 1) for line in found.text.splitlines() if line[0] != "#")
    texts = {name: float(value) for name, value in values.items() if name.startswith("stemme_texts_total")}
    assert sum(texts.values()) == 4
    assert sum(value for name, value in texts.items() if 'lang="zh"' in name) == 2
    assert sum(value for name, value in texts.items() if 'lang="other"' in name) == 1
    assert values['stemme_requests_total{path="/v1/analyze",status="200"}'] == "1.0"
    assert values['stemme_requests_total{path="/v1/analyze",status="422"}'] == "1.0"
    assert values['stemme_requests_total{path="other",status="404"}'] == "1.0"
    assert values['stemme_request_seconds_count{path="/v1/analyze"}'] == "2.0"
    assert values["stemme_queue_texts"] == "0.0"
    assert float(values["stemme_batch_texts_count"]) >= 2


def test_a_client_cannot_make_the_series_multiply(service):
    service.analyze(*({"text": "a", "lang": f"{a}{b}"} for a in "abcdefgh" for b in "abcdefgh"))
    series = [
        line for line in service.client.get("/metrics").text.splitlines() if line.startswith("stemme_texts_total")
    ]
    assert len(series) <= 4
