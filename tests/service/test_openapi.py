"""The description of the interface: complete, with examples in five languages, and kept by the service."""

from __future__ import annotations

import os

import pytest
import schemathesis
from harness import Held, running
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from stemme.analysis import Analysis
from stemme.labels import FRAMES, TOPICS

PATHS = {"/v1/analyze", "/v1/analyze/file", "/v1/labels", "/v1/model", "/healthz", "/readyz", "/metrics"}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def service():
    with running(Held()) as server:
        yield server


@pytest.fixture(scope="module")
def description(service):
    return service.client.get("/openapi.json").json()


@pytest.fixture
def schema(service):
    return schemathesis.openapi.from_url(f"{service.url}/openapi.json")


def test_every_path_is_described(description):
    assert set(description["paths"]) == PATHS
    responses = description["paths"]["/v1/analyze"]["post"]["responses"]
    assert set(responses) == {"200", "401", "413", "415", "422", "429", "503"}


def test_the_result_has_the_fields_and_labels_of_the_library(description):
    schemas = description["components"]["schemas"]
    fields = {name for name in Analysis.__dataclass_fields__ if name != "text"}
    assert set(schemas["Result"]["properties"]) == {"id", *fields}
    assert schemas["Sentence"]["properties"]["frame"]["enum"] == list(FRAMES)
    assert schemas["Need"]["properties"]["topic"]["enum"] == list(TOPICS)


def test_the_examples_are_answered_in_their_languages(description, analyzer):
    body = description["paths"]["/v1/analyze"]["post"]["requestBody"]["content"]["application/json"]
    examples = {name: example["value"] for name, example in body["examples"].items()}
    assert {"telugu", "bengali", "norwegian", "estonian", "chinese"} <= set(examples)
    with running(analyzer) as server:
        for example in examples.values():
            answer = server.client.post("/v1/analyze", json=example)
            assert answer.status_code == 200
            for given, result in zip(example["texts"], answer.json()["results"], strict=True):
                assert result["id"] == given["id"]
                assert result["id"].startswith(f"{result['lang']}-")
                assert result["orientation"] == "mixed"


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("path", ["/v1/analyze", "/v1/analyze/file"])
def test_whatever_is_sent_the_answer_is_as_described(schema, path, mode):
    statuses = set()

    @given(case=schema[path]["POST"].as_strategy(mode))
    @settings(
        max_examples=int(os.environ.get("STEMME_FUZZ_EXAMPLES", "25")),
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def ask(case):
        answer = case.call()
        statuses.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    ask()
    assert statuses
    if path == "/v1/analyze":
        assert (200 if mode == GenerationMode.POSITIVE else 422) in statuses
