import threading
from collections import Counter
from itertools import islice, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import stemme
from samples import HOSTILE, MIXED, TEXTS
from stemme.errors import StemmeError
from stemme.labels import FRAMES
from stemme.pipeline import Analyzer


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
    with pytest.raises(TypeError, match="a text must be a string"):
        list(analyzer.pipe(["Pakken kom.", thing]))


def test_one_text_is_no_stream(analyzer):
    with pytest.raises(TypeError, match="many texts"):
        list(analyzer.pipe("Pakken kom."))


@pytest.mark.parametrize("size", [0, -1])
def test_a_batch_holds_something(analyzer, size):
    with pytest.raises(StemmeError, match=f"batch_size is {size}; give 1 or more"):
        next(analyzer.pipe(["Bra!"], batch_size=size))


def test_a_language_is_a_tag_in_any_case(analyzer):
    assert analyzer("Bra!", lang="NB").lang == "nb"
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


def test_a_long_text_is_read_in_windows_without_seams(analyzer):
    long = analyzer("\n".join([TEXTS["nb"]] * 60))
    assert len(long.sentences) == 120
    assert len(analyzer.runtime.tokenizer([long.text])[0]) > 1024
    for parity in (0, 1):
        frames = Counter(s.frame for s in long.sentences[parity::2])
        assert frames.most_common(1)[0][1] > 30, frames  # the same sentence sixty times is like nothing it has learned
    complaints = Counter(long.text[c.start : c.end] for c in long.complaints)
    assert not complaints or complaints.most_common(1)[0][1] >= 0.5 * complaints.total()


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
