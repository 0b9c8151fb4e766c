"""Webhooks of Zendesk and Intercom: who is believed, what is read, and what comes back."""

from __future__ import annotations

import json
import logging
import re
import time
from concurrent.futures import ThreadPoolExecutor

import helpdesk
import httpx
import pytest
from fake_analyzer import analyze
from harness import Held, running, until
from helpdesk import commented, created, intercom, notification, stamp, zendesk
from intercom.tickets.types.ticket import Ticket as IntercomTicket
from intercom.types.conversation_part import ConversationPart
from intercom.types.conversation_source import ConversationSource
from zenpy.lib.api_objects import Comment, Ticket

from samples import MIXED, TEXTS
from stemme.analysis import Analysis, Complaint, Need
from stemme.errors import StemmeError
from stemme.labels import ORIENTATIONS, TOPICS
from stemme.service.logs import JsonLines
from stemme.service.webhooks import secrets
from stemme.service.webhooks.html import plain
from stemme.service.webhooks.inbox import Seen
from stemme.service.webhooks.tags import TAGS, fields_of, tags_of


@pytest.fixture
def files(tmp_path):
    found = {"zendesk_secrets": tmp_path / "zendesk", "intercom_secrets": tmp_path / "intercom"}
    found["zendesk_secrets"].write_text(f"# of two webhooks\nanother\n{helpdesk.ZENDESK}\n")
    found["intercom_secrets"].write_text(helpdesk.INTERCOM)
    return found


@pytest.fixture
def hooks(held, files):
    with running(held, **files) as server:
        yield server


def refused(answer, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()["detail"]


def test_the_answer_is_the_analysis_with_tags_and_fields(hooks):
    text = TEXTS["en"]
    answer = zendesk(hooks, created(text)).json()
    expected = analyze(text)
    assert answer == {
        "ticket_id": "5158",
        "text": text,
        "tags": tags_of(expected),
        "fields": fields_of(expected),
        "analysis": {"id": "5158", **expected.to_dict()},
    }
    assert f"stemme_{expected.orientation}" in answer["tags"]


@pytest.mark.parametrize("name", TEXTS | MIXED)
def test_any_language_comes_through_both(hooks, name):
    text = (TEXTS | MIXED)[name]
    item = {"type": "conversation", "id": 17, "source": {"body": f"<p>{text}</p>", "author": {"type": "user"}}}
    answers = [zendesk(hooks, commented(text)), intercom(hooks, notification("conversation.user.created", item))]
    for answer, ticket in zip(answers, ("5158", "17"), strict=True):
        assert answer.status_code == 200
        assert answer.json()["ticket_id"] == ticket
        assert answer.json()["text"] == text
        assert answer.json()["fields"]["lang"] == analyze(text).lang


def test_tickets_of_zenpy_are_read(hooks):
    ticket = Ticket(id=35436, subject="Pakke", description="Den kom ni dager for sent!")
    value = {"ticket": ticket.to_dict(serialize=True)}
    assert zendesk(hooks, value).json()["text"] == "Pakke\n\nDen kom ni dager for sent!"
    value["ticket"]["latest_comment"] = Comment(body="Nå er den her.", public=True).to_dict()["body"]
    assert zendesk(hooks, value).json()["text"] == "Nå er den her."
    value["ticket"]["latest_comment"] = value["ticket"]["description"]
    assert zendesk(hooks, value).json()["text"].startswith("Pakke")


def test_a_subject_that_is_the_beginning_of_the_description_is_not_said_twice(hooks):
    assert zendesk(hooks, created("Pakken kom for sent.", "Pakken kom…")).json()["text"] == "Pakken kom for sent."


def test_conversations_of_the_client_of_intercom_are_read(hooks):
    user, admin = {"type": "user", "id": "1"}, {"type": "admin", "id": "2"}
    source = ConversationSource(subject="<p>Hei &amp; hå</p>", body="<p>Sent.<br>Igjen!</p>", author=user)
    parts = [
        ConversationPart(body="<p>Første &lt;svar&gt;</p>", author=user),
        ConversationPart(body="<p>Vi ser på det.</p>", author=admin),
    ]
    item = {
        "type": "conversation",
        "id": "147",
        "source": source.dict(),
        "conversation_parts": {"conversation_parts": [part.dict() for part in parts]},
    }
    ask = lambda topic: intercom(hooks, notification(topic, item)).json()["text"]  # noqa: E731
    assert ask("conversation.user.created") == "Hei & hå\n\nSent.\nIgjen!"
    assert ask("conversation.user.replied") == "Første <svar>"


def test_tickets_of_the_client_of_intercom_are_read(hooks):
    attributes = {"_default_title_": "Found a bug", "_default_description_": "It's &eacute;t", "n": 3}
    item = IntercomTicket(type="ticket", id="1295", ticket_id="1390", ticket_attributes=attributes).dict()
    answer = intercom(hooks, notification("ticket.created", item)).json()
    assert (answer["ticket_id"], answer["text"]) == ("1295", "Found a bug\n\nIt's ét")


def test_an_event_without_a_customers_text_is_acknowledged(hooks, held):
    admin = {"id": "1", "source": {"body": "<p>Vi skriver</p>", "author": {"type": "admin"}}}
    for answer in (
        zendesk(hooks, commented("Vi ser på det.", is_staff=True)),
        zendesk(hooks, created(" ", None)),
        zendesk(hooks, created("a") | {"type": "zen:event-type:user.created", "detail": 3}),
        intercom(hooks, notification("ping", {"type": "ping", "message": "hei"})),
        intercom(hooks, notification("contact.deleted", {"id": "1"})),
        intercom(hooks, notification("conversation.user.created", admin)),
        intercom(hooks, notification("conversation.user.replied", {"id": "1"})),
    ):
        assert answer.status_code == 200
        assert answer.json()["tags"] == []
        assert answer.json()["analysis"] is None
        assert set(answer.json()["fields"].values()) == {None}
    assert held.batches == []


def test_only_what_is_signed_is_believed(hooks, held):
    body = json.dumps(created("hei")).encode()
    good = helpdesk.zendesk_headers(body)
    signature, timestamp = "X-Zendesk-Webhook-Signature", "X-Zendesk-Webhook-Signature-Timestamp"
    for headers in (
        {},
        {timestamp: good[timestamp]},
        {signature: good[signature]},
        good | {signature: "æ".encode("latin-1")},
        good | {signature: ""},
        good | {timestamp: stamp(-1)},
        helpdesk.zendesk_headers(body, secret="wrong"),
        helpdesk.zendesk_headers(body, secret=helpdesk.INTERCOM),
        helpdesk.zendesk_headers(body + b" "),
        helpdesk.zendesk_headers(body, "yesterday"),
        helpdesk.zendesk_headers(body, stamp()[:-1]),
    ):
        answer = hooks.client.post("/v1/webhooks/zendesk", content=body, headers=headers)
        refused(answer, 401)
        assert answer.headers["www-authenticate"] == "Webhook-Signature"
    digest = helpdesk.intercom_headers(body)["X-Hub-Signature"]
    for given in (None, "", "sha1=", digest.removeprefix("sha1="), digest[:-2], digest + "zz", "sha256" + digest[4:]):
        headers = {} if given is None else {"X-Hub-Signature": given}
        refused(hooks.client.post("/v1/webhooks/intercom", content=body, headers=headers), 401)
    assert held.batches == []


@pytest.mark.parametrize("seconds", [-310, 310, -86400])
def test_a_signature_of_another_time_is_refused(hooks, seconds):
    assert "300 seconds" in refused(zendesk(hooks, created("hei"), stamp(seconds)), 401)
    assert zendesk(hooks, created("hei"), stamp(seconds / abs(seconds) * 250)).status_code == 200


def test_what_has_come_is_not_taken_again(hooks, held):
    value, trigger, when = created("hei der"), {"ticket": {"id": 1, "description": "hei du"}}, stamp()
    told = notification("ticket.created", {"id": "1", "ticket_attributes": {"_default_description_": "hei dere"}})
    assert zendesk(hooks, value, when).status_code == 200
    refused(zendesk(hooks, value, when), 409)
    refused(zendesk(hooks, value, stamp(-7)), 409)  # tried again, with a new signature
    assert zendesk(hooks, trigger, when).status_code == 200
    refused(zendesk(hooks, trigger, when), 409)
    assert zendesk(hooks, trigger, stamp(-7)).status_code == 200
    assert intercom(hooks, told).status_code == 200
    refused(intercom(hooks, told), 409)
    refused(intercom(hooks, told | {"delivery_attempts": 2}), 409)
    refused(intercom(hooks, told | {"id": "other", "created_at": int(time.time()) - 4 * 3600}), 401)
    assert [len(batch) for batch in held.batches] == [1] * 4


def test_what_was_not_answered_may_come_again(held, files):
    held.go.clear()
    with running(held, client_requests=1, request_seconds=0.2, **files) as server:
        value = created("hei der")
        refused(zendesk(server, value), 503)
        held.go.set()
        until(lambda: server.state.batcher.waiting == 0)
        server.state.desk._settings = server.state.settings.__class__(request_seconds=600)
        assert zendesk(server, value).status_code == 200


def test_what_nobody_waited_for_may_come_again(held, files):
    held.go.clear()
    with running(held, **files) as server:
        value, when = created("包裹晚了九天才到 📦"), stamp()
        with pytest.raises(httpx.ReadTimeout):
            zendesk(server, value, when, timeout=0.5)
        until(lambda: held.batches)
        refused(zendesk(server, value, when), 409)  # it is still being answered
        held.go.set()
        until(lambda: server.state.metrics.open._value.get() == 0)
        assert zendesk(server, value, when).json()["text"] == "包裹晚了九天才到 📦"
        refused(zendesk(server, value, when), 409)
        assert 'webhooks/zendesk",status="499"} 1.0' in server.client.get("/metrics").text


def test_limits_are_those_of_other_requests(held, files):
    held.go.clear()
    with running(held, client_requests=1, max_text_characters=50, max_body=2000, **files) as server:
        refused(zendesk(server, created("a" * 51)), 422)
        item = {"id": "1", "ticket_attributes": {"_default_description_": "<p>" + "a" * 60}}
        refused(intercom(server, notification("ticket.created", item)), 422)
        refused(zendesk(server, created("a" * 2000)), 413)
        body = encoded = json.dumps(created("hei")).encode()
        headers = helpdesk.zendesk_headers(body) | {"Content-Type": "text/plain"}
        refused(server.client.post("/v1/webhooks/zendesk", content=encoded, headers=headers), 415)
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(zendesk, server, created("venter"))
            until(lambda: held.batches)
            answer = zendesk(server, created("en til"))
            refused(answer, 429)
            assert int(answer.headers["retry-after"]) >= 1
            held.go.set()
            assert waiting.result().status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'"zen"',
        b"\xff\xfe",
        b'{"ticket": {"id": "1", "description": "\\ud83d"}}',
        b'{"ticket": {"description": "hei"}}',
        b'{"ticket": {"id": {"a": 1}, "description": "hei"}}',
        b'{"type": "zen:event-type:ticket.created", "topic": "ticket.created"}',
        b'{"type": "zen:event-type:ticket.created", "detail": [], "topic": "ticket.created", "data": 3}',
        b"[" * 100_000,
        b'{"ticket": ' + b'{"a":' * 50_000,
        b'{"topic": "ticket.created", "ticket": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    ],
    ids=range(15),
)
def test_a_payload_that_is_none_is_refused(hooks, body):
    refused(zendesk(hooks, body), 422)
    if body not in (b"{}",) and b'"ticket": {"' not in body:
        refused(intercom(hooks, body), 422)
    assert zendesk(hooks, created("hei")).status_code == 200


def test_without_a_secret_there_is_no_path(held, files, service):
    refused(zendesk(service, created("hei")), 404)
    assert not any("webhooks" in path for path in service.client.get("/openapi.json").json()["paths"])
    with running(Held(), zendesk_secrets=files["zendesk_secrets"]) as server:
        assert zendesk(server, created("hei")).status_code == 200
        refused(intercom(server, notification("ping", {})), 404)


def test_no_api_key_is_asked_for(held, files, tmp_path):
    from stemme.service import keys

    keys.add(tmp_path / "keys", "zendesk")
    with running(held, keys=tmp_path / "keys", **files) as server:
        refused(server.analyze("hei"), 401)
        assert zendesk(server, created("hei")).status_code == 200


@pytest.mark.parametrize("content", [None, b"", b"# nothing\n\n", b"\xff"])
def test_a_file_without_secrets_is_refused_and_not_shown(tmp_path, content):
    path = tmp_path / "hemmelig"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StemmeError, match="--zendesk-secrets") as found:
        secrets.read(path, "--zendesk-secrets")
    assert "hemmelig" not in str(found.value)


def test_logs_and_metrics_tell_of_it_without_texts_or_secrets(hooks):
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(JsonLines().format(record))
    logger = logging.getLogger("stemme.service")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        zendesk(hooks, created("Pasienten Kari Nordmann"))
        zendesk(hooks, {"ticket": {"id": "1", "description": ["Nordmann"]}})
        zendesk(hooks, created("Nordmann"), secret="wrong")
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    assert len(lines) == 3
    line = json.loads(lines[0])
    assert (line["path"], line["client"], line["texts"]) == ("/v1/webhooks/zendesk", "zendesk", 1)
    assert not any(word in line for line in lines for word in ("Nordmann", helpdesk.ZENDESK))
    shown = hooks.client.get("/metrics").text
    assert 'stemme_requests_total{path="/v1/webhooks/zendesk",status="200"} 1.0' in shown
    assert "stemme_texts_total" in shown


def test_every_tag_is_one_that_zendesk_takes():
    assert all(re.fullmatch(r"[a-z0-9_]{1,80}", tag) for tag in TAGS)
    assert {f"stemme_{name}" for name in ORIENTATIONS} <= set(TAGS)
    assert {f"stemme_complaint_{name}" for name in TOPICS} <= set(TAGS)
    assert len(set(TAGS)) == len(TAGS)


def test_the_worst_complaint_is_on_top():
    complaints = [
        Complaint(0, 1, "a", "price", 1, 0.99),
        Complaint(1, 2, "b", "delivery", 3, 0.6),
        Complaint(2, 3, "c", "service", 3, 0.7),
    ]
    needs = [Need(0, 1, "a", "product", 0.5), Need(1, 2, "b", "trust", 0.9)]
    found = Analysis("abc", "nb", 1.0, "neither", None, {}, [], needs, complaints)
    fields = fields_of(found)
    assert (fields["top_complaint"], fields["top_complaint_topic"], fields["severity"]) == ("c", "service", 3)
    assert (fields["top_need"], fields["top_need_topic"], fields["balance"]) == ("b", "trust", None)
    assert "stemme_severity_3" in tags_of(found)
    assert "stemme_severity_1" not in tags_of(found)


def test_names_are_forgotten_in_time_and_in_number():
    now = [0.0]
    seen = Seen(10, limit=3, clock=lambda: now[0])
    assert seen.add({b"a"})
    assert not seen.add({b"a", b"b"})
    now[0] = 10
    assert seen.add({b"a"})
    assert all(seen.add({name}) for name in (b"b", b"c", b"d"))
    assert len(seen) == 3
    assert seen.add({b"a"})
    seen.forget({b"a"})
    assert seen.add({b"a"})


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>Hei&nbsp;&amp; h&aring;</p><p>to</p>", "Hei & hå\nto"),
        ("uten <b>tagger</b>, a < b &lt;3 😡", "uten tagger, a < b <3 😡"),
        ("<script>x()</script><style>p{}</style><!-- nei -->ja<img src=x>", "ja"),
        ("<ul><li>en</li><li>to</li></ul>", "en\nto"),
        ("linje\nto", "linje\nto"),
        ("&lt;b&gt; bare tekst", "<b> bare tekst"),
        ("", ""),
    ],
)
def test_html_becomes_text(source, text):
    assert plain(source, 1000) == text


@pytest.mark.parametrize("piece", ["<!--", "<a ", "</", "<![", "<?", "&", "&#", "<p>", "<script>"])
def test_malformed_html_does_not_take_for_ever(piece):
    began = time.perf_counter()
    plain(piece * (100_000 // len(piece)), 100_000)
    assert time.perf_counter() - began < 30
