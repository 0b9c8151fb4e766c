"""The component in pipelines as spaCy's users build, store and share them."""

import inspect
import json
import shutil
import subprocess
import sys
import textwrap
from functools import cache

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span
from spacy.util import load_model_from_config, registry

from samples import HOSTILE, MODEL, TEXTS
from stemme.component import COMPLAINTS, NEEDS, SENTENCES, SPAN_EXTENSIONS, StemmeComponent, make_component

EN = "We have banked here for twelve years. Please send me the invoice by mail! The parcel came nine days late."


@pytest.fixture(scope="module")
def nlp():
    pipeline = spacy.blank("xx")
    pipeline.add_pipe("stemme")
    return pipeline


@pytest.fixture
def blank():
    return spacy.blank("en")


def with_stemme(pipeline, nlp, **place):
    """Add a component that shares the loaded model."""
    pipeline.add_pipe("stemme", **place)._loaded = nlp.get_pipe("stemme")._loaded
    return pipeline


def written(doc):
    """All that the component writes on a Doc, as plain values."""
    spans = {
        key: [(s.start, s.end, s.label_, *(getattr(s._, name) for name in SPAN_EXTENSIONS)) for s in doc.spans[key]]
        for key in (NEEDS, COMPLAINTS, SENTENCES)
    }
    sentences = [(s.text, s._.frame, s._.dimension) for s in doc.sents]
    return doc.text, doc.cats, doc._.orientation, doc._.analysis, spans, sentences


def test_registered_names_are_a_contract(nlp):
    assert "stemme" in registry.factories
    assert "stemme" in registry._entry_point_factories.get_entry_points()
    assert Language.get_factory_meta("stemme").default_config == {
        "model": None,
        "batch_size": 32,
        "min_score": 0.0,
        "threads": None,
    }
    assert isinstance(nlp.get_pipe("stemme"), StemmeComponent)
    assert all(Doc.has_extension(name) for name in ("analysis", "orientation"))
    assert all(Span.has_extension(name) for name in ("frame", "dimension", "topic", "severity", "score"))
    assert (NEEDS, COMPLAINTS, SENTENCES) == ("needs", "complaints", "frames")


def test_every_setting_is_documented():
    documented = inspect.getdoc(make_component)
    assert all(f"{name}:" in documented for name in Language.get_factory_meta("stemme").default_config)


def test_what_is_assigned_and_required_is_declared(blank, nlp):
    blank.add_pipe("sentencizer")
    found = with_stemme(blank, nlp).analyze_pipes(keys=["assigns", "requires", "retokenizes"])
    assert found["problems"]["stemme"] == []
    assert found["summary"]["stemme"]["requires"] == []
    assigned = set(found["summary"]["stemme"]["assigns"])
    assert {"doc.cats", "doc.spans", "doc.sents", "token.is_sent_start", "doc._.orientation"} <= assigned
    assert {"span._.frame", "span._.dimension", "span._.topic", "span._.severity", "span._.score"} <= assigned
    assert found["attrs"]["doc.sents"]["assigns"] == ["sentencizer", "stemme"]


def test_frames_are_spans_as_well(nlp):
    doc = nlp(EN)
    assert [(s.text, s.label_) for s in doc.spans[SENTENCES]] == [(s.text, s._.frame) for s in doc.sents]


@pytest.mark.parametrize("others", [["sentencizer"], ["entity_ruler"], ["sentencizer", "entity_ruler"]])
@pytest.mark.parametrize("place", [{"first": True}, {"last": True}], ids=["before them", "after them"])
def test_the_place_among_other_components_does_not_matter(blank, nlp, others, place):
    alone = written(with_stemme(spacy.blank("en"), nlp)(EN))
    for name in others:
        blank.add_pipe(name)
    if "entity_ruler" in others:
        blank.get_pipe("entity_ruler").add_patterns([{"label": "THING", "pattern": "parcel"}])
    doc = with_stemme(blank, nlp, **place)(EN)
    assert written(doc) == alone
    assert [e.text for e in doc.ents] == (["parcel"] if "entity_ruler" in others else [])


@Language.component("line_starts")
def line_starts(doc):
    """Sets the first token of each line alone, as a user's component may."""
    for token in doc[1:]:
        token.is_sent_start = True if "\n" in doc[token.i - 1].text else None
    return doc


def test_sentences_of_the_users_own_are_kept(blank, nlp):
    blank.add_pipe("line_starts")
    doc = with_stemme(blank, nlp)("The parcel came late. Nobody called.\nWe have banked here for twelve years.")
    assert [s.text.strip() for s in doc.sents] == [
        "The parcel came late. Nobody called.",
        "We have banked here for twelve years.",
    ]
    assert all(s._.frame for s in doc.sents)
    assert len(doc._.analysis.sentences) == 3
    assert len(doc.spans[SENTENCES]) == 2


def test_other_spans_and_categories_stay(blank, nlp):
    blank.add_pipe("span_ruler", config={"spans_key": "mine"}).add_patterns([{"label": "THING", "pattern": "parcel"}])
    doc = blank(EN)
    doc.cats["spam"] = 0.5
    doc = with_stemme(blank, nlp).get_pipe("stemme")(doc)
    assert [s.text for s in doc.spans["mine"]] == ["parcel"]
    assert set(doc.cats) == {"spam", "centric", "focused", "neither"}


def test_pipes_can_be_selected(blank, nlp):
    blank.add_pipe("sentencizer")
    with_stemme(blank, nlp)
    with blank.select_pipes(disable="stemme"):
        assert blank(EN)._.orientation is None
        assert blank(EN)._.analysis is None
    with blank.select_pipes(enable="stemme"):
        assert blank(EN)._.orientation
    blank.disable_pipe("stemme")
    assert next(iter(blank.pipe([EN]))).cats == {}


def test_contexts_come_back_beside_their_docs(nlp):
    pairs = [(text, {"id": n}) for n, text in enumerate(TEXTS.values())]
    assert [(doc.text, context) for doc, context in nlp.pipe(pairs, as_tuples=True)] == pairs


def test_the_docs_that_spacy_buffers_are_no_batch_of_the_network(nlp, monkeypatch):
    sizes = []
    analyzer = nlp.get_pipe("stemme").analyzer
    monkeypatch.setattr(analyzer, "pipe", lambda pairs, **options: sizes.append(options["batch_size"]) or iter(()))
    list(nlp.pipe(["a"], batch_size=1000))
    list(nlp.pipe(["a"]))
    list(nlp.pipe(["a"], batch_size=4))
    assert sizes == [32, 32, 4]


@pytest.mark.parametrize("text", [text for text in HOSTILE.values() if len(text) < 1000])
def test_sentences_of_any_string_can_be_asked_for(analyzer, nlp, text):
    assert len(list(analyzer.doc(text).sents)) == max(len(analyzer(text).sentences), len(text) > 0)
    if "\ud83d" not in text:  # spaCy itself refuses lone surrogates
        assert len(list(nlp(text).sents)) == len(list(analyzer.doc(text).sents))


SCRIPT = """
    import multiprocessing, sys
    import spacy

    if __name__ == "__main__":
        multiprocessing.set_start_method(sys.argv[1])
        nlp = spacy.blank("xx")
        nlp.add_pipe("sentencizer")
        nlp.add_pipe("stemme", config={"threads": 1, "min_score": 0.25})
        if sys.argv[2] == "warm":
            nlp("The parcel came late.")
        pairs = [(f"The parcel came {n} days late. Please call me.", n) for n in range(12)]
        found = [
            (n, doc._.orientation, [s._.frame for s in doc.sents], [s._.topic for s in doc.spans["complaints"]])
            for doc, n in nlp.pipe(pairs, as_tuples=True, n_process=int(sys.argv[3]), batch_size=3)
        ]
        print(found)
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """Return what the script prints: as a program of its own, so that a process that hangs fails the test."""
    script = tmp_path_factory.mktemp("processes") / "script.py"
    script.write_text(textwrap.dedent(SCRIPT), "utf-8")

    @cache
    def run(*arguments):
        command = [sys.executable, str(script), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout

    return run


@pytest.mark.parametrize(("method", "state"), [("fork", "warm"), ("spawn", "cold")])
def test_two_processes_say_the_same_however_they_start(said, method, state):
    assert "'delivery'" in said("fork", "cold", "1")
    assert said(method, state, "2") == said("fork", "cold", "1")


CONFIG = {"min_score": 0.5, "threads": 1, "batch_size": 8}


@pytest.fixture(scope="module")
def configured():
    pipeline = spacy.blank("bn")
    pipeline.add_pipe("sentencizer")
    pipeline.add_pipe("stemme", config=CONFIG)
    return pipeline


def through_disk(pipeline, folder):
    pipeline.to_disk(folder / "pipeline")
    return spacy.load(folder / "pipeline")


def through_bytes(pipeline, folder):
    return load_model_from_config(pipeline.config).from_bytes(pipeline.to_bytes())


def through_config(pipeline, folder):
    pipeline.config.to_disk(folder / "config.cfg")
    return load_model_from_config(spacy.util.load_config(folder / "config.cfg"), auto_fill=True, validate=True)


@pytest.mark.parametrize("way", [through_disk, through_bytes, through_config])
def test_a_pipeline_comes_back_as_it_was(configured, tmp_path, way):
    again = way(configured, tmp_path)
    assert again.pipe_names == ["sentencizer", "stemme"]
    assert again.config["components"]["stemme"] == {"factory": "stemme", "model": None, **CONFIG}
    component = again.get_pipe("stemme")
    assert (component.min_score, component.threads, component.batch_size) == (0.5, 1, 8)
    assert written(again(TEXTS["bn"])) == written(configured(TEXTS["bn"]))


def test_a_pipeline_takes_its_own_model_along(tmp_path):
    model = shutil.copytree(MODEL, tmp_path / "model", ignore=shutil.ignore_patterns("*.safetensors"))
    pipeline = spacy.blank("xx")
    pipeline.add_pipe("stemme", config={"model": str(model)})
    expected = written(pipeline(EN))
    pipeline.to_disk(tmp_path / "one")
    shutil.rmtree(model)
    again = spacy.load((tmp_path / "one").rename(tmp_path / "two"))
    assert written(again(EN)) == expected
    again.to_disk(tmp_path / "two")
    assert written(spacy.load(tmp_path / "two")(EN)) == expected


def test_a_pipeline_saved_over_another_leaves_no_model_of_it(tmp_path):
    model = shutil.copytree(MODEL, tmp_path / "model", ignore=shutil.ignore_patterns("*.safetensors"))
    StemmeComponent("stemme", str(model)).to_disk(tmp_path / "stemme")
    StemmeComponent("stemme").to_disk(tmp_path / "stemme")
    assert StemmeComponent("stemme").from_disk(tmp_path / "stemme").model is None


def test_a_model_that_is_missing_is_named(tmp_path):
    pipeline = spacy.blank("xx")
    pipeline.add_pipe("stemme", config={"model": str(tmp_path)})
    with pytest.raises(Exception, match="no model here"):
        pipeline(EN)


@pytest.mark.parametrize("lang", TEXTS)
def test_a_stored_doc_keeps_values_and_spans(nlp, analyzer, lang, tmp_path):
    for doc in (nlp(TEXTS[lang]), analyzer.doc(TEXTS[lang])):
        DocBin(store_user_data=True, docs=[doc]).to_disk(tmp_path / "docs.spacy")
        (stored,) = DocBin(store_user_data=True).from_disk(tmp_path / "docs.spacy").get_docs(doc.vocab)
        assert written(stored) == written(doc)
        assert written(Doc(doc.vocab).from_bytes(doc.to_bytes())) == written(doc)


READER = """
    import json, sys
    import spacy
    from spacy.tokens import DocBin
    from stemme.component import register_extensions

    register_extensions()
    register_extensions()
    (doc,) = DocBin().from_disk(sys.argv[1]).get_docs(spacy.blank("xx").vocab)
    print(json.dumps([doc._.orientation, [s._.frame for s in doc.sents], [s._.topic for s in doc.spans["complaints"]]]))
"""


def test_another_program_reads_stored_docs_without_a_model(nlp, tmp_path):
    doc = nlp(EN)
    DocBin(store_user_data=True, docs=[doc]).to_disk(tmp_path / "docs.spacy")
    command = [sys.executable, "-c", textwrap.dedent(READER), str(tmp_path / "docs.spacy")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    expected = [doc._.orientation, [s._.frame for s in doc.sents], [s._.topic for s in doc.spans[COMPLAINTS]]]
    assert json.loads(done.stdout) == expected
