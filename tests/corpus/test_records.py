import json

import pytest

from stemme.corpus.records import RecordError, parse_record, read
from stemme.errors import StemmeError


def line(lang="en", orientation="focused", sentences=None, **fields):
    if sentences is None:
        sentences = [{"text": "{complaint delivery 2|Late}.", "frame": "focused", "dimension": "horizon"}]
    record = {"id": "r1", "lang": lang, "kind": "comment", "domain": "retail", "orientation": orientation}
    return json.dumps(record | {"sentences": sentences} | fields, ensure_ascii=False)


def neither(*texts):
    return [{"text": text, "frame": "neither"} for text in texts]


@pytest.mark.parametrize(
    ("lang", "texts", "joined"),
    [
        ("nb", ["Hei!", "Ha det."], "Hei! Ha det."),
        ("zh", ["你好。", "再见。"], "你好。再见。"),
        ("zh-Hant", ["你好。", "再見。"], "你好。再見。"),
        ("ja", ["遅い。", "残念 😢"], "遅い。残念 😢"),
        ("jam", ["Wa gwaan!", "Mi gaan."], "Wa gwaan! Mi gaan."),
        ("bn", ["এক", "\nদুই"], "এক\nদুই"),
        ("te", ["ఒకటి.", "\n\nరెండు."], "ఒకటి.\n\nరెండు."),
    ],
)
def test_sentences_are_joined_as_the_language_wants(lang, texts, joined):
    record = parse_record(line(lang, "neither", neither(*texts)))
    assert record.text == joined
    assert [record.text[s.start : s.end] for s in record.sentences] == [t.strip() for t in texts]


def test_mentions_are_placed_in_the_whole_text():
    sentences = [
        {"text": "Hei 😀.", "frame": "neither"},
        {"text": "\nPakka kom {complaint delivery 1|seint}.", "frame": "focused", "dimension": "initiative"},
    ]
    record = parse_record(line("nn", sentences=sentences, pair="p", trap=True, split="dev"))
    (mention,) = record.mentions
    assert record.text[mention.start : mention.end] == "seint"
    assert (record.pair, record.trap, record.split) == ("p", True, "dev")


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        ('{"id":"a"}', "domain, kind, lang, orientation, sentences missing"),
        (line(note="x"), "unknown fields note"),
        (line(kind="letter"), "kind is 'letter'; allowed are comment, document"),
        (line(domain="shop"), "domain is 'shop'; allowed are telecom"),
        (line(split="eval"), "split is 'eval'"),
        (line(orientation="centric"), "orientation 'centric', but its frames make it 'focused'"),
        (line(sentences=[]), "no sentences"),
        (line(sentences=[{"text": "a", "frame": "good"}]), "frame of sentence 1 is 'good'"),
        (line(sentences=[{"text": "a", "frame": "focused"}]), "dimension of sentence 1 is None"),
        (line(sentences=[{"text": "a", "frame": "neither", "dimension": "offer"}]), "has a dimension but"),
        (line(orientation="neither", sentences=neither("e\u0301")), "not in Unicode's form NFC"),
        (line(orientation="neither", sentences=neither("a ")), "white space at its edge"),
        (line(orientation="neither", sentences=neither("{need money|a}")), "sentence 1: 'money' is no topic"),
        (line(id=3), "id and lang must be strings"),
        (line(id="పేరు \ud83d"), r"half a character, '\\ud83d'; write the whole one"),
        (line(orientation="neither", sentences=neither("包裹 \udc00")), r"half a character, '\\udc00'"),
        ('{"id": ' + "9" * 5000 + "}", "a number of too many digits; no field is a number"),
    ],
)
def test_a_broken_record_is_named_with_its_remedy(broken, message):
    with pytest.raises(RecordError, match=message):
        parse_record(broken)


def test_reading_names_file_and_line(tmp_path):
    file = tmp_path / "comments.jsonl"
    file.write_text(line() + "\n\n{}\n", "utf-8")
    with pytest.raises(StemmeError, match=r"comments\.jsonl:3: .*missing"):
        list(read(file))


def test_a_file_that_is_not_utf8_is_named(tmp_path):
    file = tmp_path / "comments.jsonl"
    file.write_bytes("æøå".encode("cp1252"))
    with pytest.raises(StemmeError, match="not UTF-8"):
        list(read(file))


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(StemmeError, match="no such file or folder"):
        list(read(tmp_path / "none"))
    with pytest.raises(StemmeError, match=r"no comments.jsonl or documents.jsonl here"):
        list(read(tmp_path))
