"""`stemme mcp`, asked by the client of the official SDK."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from fake_analyzer import analyze
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from typer.testing import CliRunner

import stemme
from samples import MIXED, MODEL, TEXTS
from stemme.analysis import Analysis
from stemme.cli import app
from stemme.labels import TOPICS
from stemme.service.settings import Settings

SCRIPT = str(Path(__file__).with_name("assistant.py"))
ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(stemme.__file__).parents[1])}


def talk(ask, *options):
    async def run():
        server = StdioServerParameters(command=sys.executable, args=[SCRIPT, *options], env=ENVIRONMENT)
        async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
            await session.initialize()
            return await ask(session)

    return asyncio.run(asyncio.wait_for(run(), 300))


def test_the_tools_are_described(tmp_path):
    async def ask(session):
        return (await session.list_tools()).tools

    tools = {tool.name: tool for tool in talk(ask, "--fake")}
    assert set(tools) == {"analyze", "labels"}
    assert set(tools["analyze"].input_schema["properties"]) == {"texts", "lang", "min_score"}
    fields = {name for name in Analysis.__dataclass_fields__ if name != "text"}
    assert set(tools["analyze"].output_schema["$defs"]["Result"]["properties"]) == {"id", *fields}


def test_results_are_those_of_the_library(analyzer):
    async def ask(session):
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        answer = await session.call_tool("analyze", {"texts": list(TEXTS.values())})
        return tools["analyze"].output_schema, answer

    schema, answer = talk(ask, "--model", str(MODEL))
    assert not answer.is_error
    jsonschema.validate(answer.structured_content, schema)
    assert json.loads(answer.content[0].text) == answer.structured_content
    for text, result in zip(TEXTS.values(), answer.structured_content["results"], strict=True):
        expected = analyzer(text).to_dict()
        assert (result["lang"], result["orientation"]) == (expected["lang"], expected["orientation"])
        for kind in ("needs", "complaints"):
            assert [item["text"] for item in result[kind]] == [item["text"] for item in expected[kind]]


def test_language_score_and_labels():
    async def ask(session):
        texts = [*MIXED.values(), ""]
        return (
            await session.call_tool("analyze", {"texts": texts}),
            await session.call_tool("analyze", {"texts": ["en to tre fire fem"], "lang": "ZH-hant"}),
            await session.call_tool("analyze", {"texts": ["tretten fjorten"], "min_score": 0.9}),
            await session.call_tool("labels", {}),
        )

    several, known, sure, labels = talk(ask, "--fake")
    assert several.structured_content["results"] == [
        {"id": str(row), **analyze(text).to_dict()} for row, text in enumerate([*MIXED.values(), ""], 1)
    ]
    assert known.structured_content["results"][0]["lang"] == "zh-Hant"
    (result,) = sure.structured_content["results"]
    assert (result["needs"], len(result["complaints"])) == ([], 1)
    assert labels.structured_content["topics"] == list(TOPICS)


WRONG = [
    {},
    {"texts": []},
    {"texts": 3},
    {"texts": [{"a": 1}]},
    {"texts": ["a"], "lang": "norsk!"},
    {"texts": ["a"], "min_score": 2},
    {"texts": ["a"] * (Settings.max_texts + 1)},
    {"texts": ["a" * (Settings.max_text_characters + 1)]},
    {"texts": ["a" * 90_000] * 3},
]


def test_a_wrong_call_is_an_error_of_the_tool_and_no_more():
    async def ask(session):
        answers = [await session.call_tool("analyze", wrong) for wrong in WRONG]
        return answers, await session.call_tool("analyze", {"texts": ["hei"]})

    answers, good = talk(ask, "--fake")
    assert [answer.is_error for answer in answers] == [True] * len(WRONG)
    assert "501 texts" in answers[6].content[0].text
    assert "100,001 characters" in answers[7].content[0].text
    assert not good.is_error


def test_standard_output_has_the_protocol_alone():
    about = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}}
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": about},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "labels", "arguments": {}}},
    ]
    process = subprocess.Popen(
        [sys.executable, SCRIPT, "--fake"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
        text=True,
        encoding="utf-8",
    )
    for message in (*messages, {"jsonrpc": "2.0", "id": 3, "method": "tools/call"}):
        if message["id" if "id" in message else "method"] == 3:
            message["params"] = {"name": "analyze", "arguments": {"texts": ["包裹晚了九天才到！"]}}
        process.stdin.write(json.dumps(message, ensure_ascii=False) + "\n")
        process.stdin.flush()
    lines = []
    while {json.loads(line).get("id") for line in lines} != {1, 2, 3}:
        lines.append(process.stdout.readline())
        assert json.loads(lines[-1])["jsonrpc"] == "2.0"
    rest, errors = process.communicate(timeout=300)
    assert rest == ""
    assert process.returncode == 0, errors
    assert "包裹" not in errors


def test_an_interrupt_ends_it():
    about = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}}
    command = [sys.executable, SCRIPT, "--fake"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT) as process:
        asked = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": about}
        process.stdin.write(json.dumps(asked).encode() + b"\n")
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == -signal.SIGINT


def test_without_the_sdk_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "mcp", None)
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    monkeypatch.delitem(sys.modules, "stemme.service.mcp", raising=False)
    result = CliRunner().invoke(app, ["mcp"])
    assert result.exit_code == 1
    assert "stemme[mcp]" in result.stderr


@pytest.mark.parametrize("port", ["0", "70000", "x"])
def test_a_port_that_cannot_be_is_refused(port):
    assert CliRunner().invoke(app, ["mcp", "--http", port]).exit_code == 2
