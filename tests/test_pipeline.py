import copy
import os
import pickle
import subprocess
import sys
import threading
from itertools import islice, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import stemme
from samples import CORPORA, HOSTILE, MIXED, TEXTS
from stemme.corpus.records import read
from stemme.errors import StemmeError
from stemme.labels import FRAMES
from stemme.model import windows
from stemme.pipeline import Analyzer
from stemme.training.metrics import HALF, match_spans


def check(text, analysis):
    """What holds of every analysis of any string."""
    assert analysis.text == text
    spans = [(s.start, s.end) for s in analysis.sentences]
    assert spans == sorted(spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert {i for start, end in spans for i in range(start, end)} >= {i for i, c in enumerate(text) if c.isalnum()}
    assert sum(analysis.scores.values()) == pytest.approx(1, abs=1e-3)
    assert set(analysis.scores) == set(FRAMES)
    assert (analysis.balance is None) == (analysis.orientation == "neither")
    for mention in [*analysis.needs, *analysis.complaints]:
        assert text[mention.start : mention.end] == mention.text
        assert mention.text
        assert mention.text == mention.text.strip()
        assert any(start <= mention.start and mention.end <= end for start, end in spans)


@pytest.mark.parametrize("text", [*TEXTS.values(), *MIXED.values()], ids=[*TEXTS, *MIXED])
def test_every_language_and_script_is_analysed(analyzer, text):
    check(text, analyzer(text))


@pytest.mark.parametrize("lang", TEXTS)
def test_the_language_is_identified(analyzer, lang):
    assert analyzer(TEXTS[lang]).lang == lang


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_strings_are_survived(analyzer, text):
    check(text, analyzer(text))


@pytest.mark.parametrize("text", ["", " \n ", "\u200b"])
def test_a_text_without_content_is_neither(analyzer, text):
    analysis = analyzer(text)
    assert (analysis.orientation, analysis.lang, analysis.balance) == ("neither", "und", None)
    assert (analysis.needs, analysis.complaints) == ([], [])


def test_a_text_without_content_does_no_harm_to_its_neighbours(analyzer):
    texts = ["Pakken kom ni dager for sent!", " ", "", "包裹晚了九天才到！", " \n ", "\u200b"]
    found = list(analyzer.pipe(texts))
    assert [analysis.orientation for analysis in found] == ["focused", *["neither"] * 2, "focused", *["neither"] * 2]
    for text, analysis in zip(texts, found, strict=True):
        check(text, analysis)


@pytest.mark.parametrize("thing", [None, float("nan"), b"text"])
def test_what_is_no_text_is_said_so(analyzer, thing):
    with pytest.raises(TypeError, match=f"a text must be a string, not {type(thing).__name__}"):
        analyzer(thing)


def test_one_text_is_no_stream(analyzer):
    with pytest.raises(TypeError, match="many texts"):
        list(analyzer.pipe("Pakken kom."))


@pytest.mark.parametrize("size", [0, -1])
def test_a_batch_holds_something(analyzer, size):
    with pytest.raises(StemmeError, match=f"batch_size is {size} .*give 1 or more"):
        next(analyzer.pipe(["Bra!"], batch_size=size))


def test_a_language_is_a_tag_in_any_case(analyzer):
    assert analyzer("Bra!", lang="NB").lang == "nb"
    assert [a.lang for a in analyzer.pipe(["Bra!"], lang="nb-NO")] == ["nb"]
    with pytest.raises(StemmeError, match=r"lang 'norsk bokmål': not a language tag; write te"):
        analyzer("Bra!", lang="norsk bokmål")
    with pytest.raises(StemmeError, match="not a language tag"):
        next(analyzer.pipe(["Bra!"], lang="english"))


def test_a_megabyte_is_read_to_its_end(analyzer):
    text = (TEXTS["nb"] + "\n") * 80
    text += "=" * (1_000_000 - len(text) - 20) + "\nPakken er borte 😡."
    analysis = analyzer(text)
    assert analysis.sentences[-1].end == len(text)
    assert len(analysis.sentences) >= 160


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec=None), max_size=80))
def test_any_string_is_survived(analyzer, text):
    check(text, analyzer(text))


def test_a_text_is_analysed_the_same_in_company(analyzer):
    texts = list(TEXTS.values())
    for alone, text, together in zip(map(analyzer, texts), texts, analyzer.pipe(texts), strict=True):
        assert [s.frame for s in alone.sentences] == [s.frame for s in together.sentences], text


@pytest.mark.parametrize("batch_size", [1, 3, 64])
def test_results_come_in_the_order_given(analyzer, batch_size):
    texts = [f"{text} {'!' * n}" for n, text in enumerate([*TEXTS.values(), *MIXED.values(), "", "kort"] * 3)]
    assert [a.text for a in analyzer.pipe(texts, batch_size=batch_size)] == texts
    pairs = [(text, object()) for text in texts]
    assert [(a.text, c) for a, c in analyzer.pipe(pairs, as_tuples=True, batch_size=batch_size)] == pairs


def test_a_stream_is_not_read_far_ahead(analyzer):
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield "Pakken kom for sent."

    assert len(list(islice(analyzer.pipe(endless(), batch_size=2), 5))) == 5
    assert len(taken) <= 6  # a batch of two, then two of them


@pytest.mark.parametrize("lang", ["te", "bn", "nb", "et", "zh"])
def test_a_long_text_is_read_as_its_parts_are(analyzer, lang):
    parts = [r.text for r in read(CORPORA / lang / "documents.jsonl") if r.split == "dev"][:16]
    gap = "\n👩🏽\u200d💻\n"
    text = gap.join(parts)
    assert len(analyzer.runtime.tokenizer([text])[0]) > 6 * windows.SIZE
    whole = analyzer(text)
    frames = {(s.start, s.end): s.frame for s in whole.sentences}
    found = [(m.start, m.end) for m in (*whole.needs, *whole.complaints)]
    same, mentions, at = [], [], 0
    for part in analyzer.pipe(parts, lang=lang):
        same += [frames[at + s.start, at + s.end] == s.frame for s in part.sentences]
        mentions += [(at + m.start, at + m.end) for m in (*part.needs, *part.complaints)]
        at += len(part.text) + len(gap)
    assert sum(same) >= 0.85 * len(same)
    assert len(mentions) > 10
    assert len(match_spans(mentions, found, HALF)) >= 0.65 * max(len(mentions), len(found))


def test_a_given_language_is_kept(analyzer):
    assert analyzer("ok", lang="et").lang == "et"
    assert [a.lang for a in analyzer.pipe(["ok", "bra"], lang="nb")] == ["nb", "nb"]


def test_an_analyzer_serves_several_threads(analyzer):
    texts = list(TEXTS.values())
    expected = [a.to_dict() for a in analyzer.pipe(texts)]
    found = []
    threads = [
        threading.Thread(target=lambda: found.append([a.to_dict() for a in analyzer.pipe(texts)])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda analyzer: pickle.loads(pickle.dumps(analyzer))])
def test_an_analyzer_can_be_sent_to_another_process(analyzer, copied):
    texts = [TEXTS["bn"], *MIXED.values()]
    assert list(copied(analyzer).pipe(texts)) == list(analyzer.pipe(texts))


FORKED = """
import multiprocessing, stemme

def analysed(texts):
    return [a.to_dict() for a in analyzer.pipe(texts)]

analyzer = stemme.load(threads=2)
texts = ["Pakken kom ni dager for sent 😡."] * 300
before = analysed(texts)
with multiprocessing.get_context("fork").Pool(1) as pool:
    assert pool.apply(analysed, (texts,)) == before
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here")
def test_an_analyzer_that_was_used_works_on_in_a_forked_process():
    subprocess.run([sys.executable, "-c", FORKED], check=True, timeout=120)


@pytest.mark.parametrize("missing", [None, float("nan"), 7])
def test_what_is_no_text_is_named_by_its_number(analyzer, missing):
    with pytest.raises(TypeError, match=rf"text 3 must be a string, not {type(missing).__name__}"):
        list(analyzer.pipe(["Bra!", "చాలా బాగుంది", missing]))


def test_wrong_numbers_are_refused_before_anything_is_read(analyzer):
    stream = iter(["Bra!"])
    for wrong in ({"batch_size": 0}, {"ahead": 0}, {"lang": "english"}):
        with pytest.raises(StemmeError):
            next(analyzer.pipe(stream, **wrong))
    assert next(stream) == "Bra!"
    with pytest.raises(StemmeError, match="threads is -1; give 1 or more"):
        stemme.load(threads=-1)


def test_the_public_names_can_be_listed():
    assert set(stemme.__all__) <= set(dir(stemme))


def test_the_same_text_gives_the_same_result(analyzer):
    assert analyzer(TEXTS["te"]) == analyzer(TEXTS["te"])


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(stemme.StemmeError, match="no model here"):
        stemme.load(tmp_path)


def test_weak_mentions_are_left_out_and_frames_stay(analyzer):
    every = list(analyzer.pipe(TEXTS.values()))
    scores = sorted(m.score for a in every for m in (*a.needs, *a.complaints))
    middle = scores[len(scores) // 2]
    strict = list(Analyzer(analyzer.runtime, middle).pipe(TEXTS.values()))
    assert sorted(m.score for a in strict for m in (*a.needs, *a.complaints)) == [s for s in scores if s >= middle]
    assert [a.sentences for a in strict] == [a.sentences for a in every]


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan")])
def test_a_score_out_of_range_is_refused(analyzer, score):
    with pytest.raises(StemmeError, match="from 0 to 1"):
        Analyzer(analyzer.runtime, score)
