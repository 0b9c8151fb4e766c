import pickle

import pytest
import spacy
from spacy.tokens import Doc, DocBin

from samples import HOSTILE, MIXED, TEXTS
from stemme.analysis import Analysis, Complaint, Need
from stemme.component import COMPLAINTS, NEEDS, SENTENCES, set_annotations


@pytest.fixture(scope="module")
def nlp():
    pipeline = spacy.blank("xx")
    pipeline.add_pipe("stemme")
    return pipeline


@pytest.mark.parametrize("text", [*TEXTS.values(), *MIXED.values()], ids=[*TEXTS, *MIXED])
def test_a_doc_carries_the_analysis_exactly(analyzer, text):
    doc, analysis = analyzer.doc(text), analyzer(text)
    assert doc.text == text
    assert doc._.analysis == analysis
    assert doc._.orientation == analysis.orientation
    assert doc.cats == analysis.scores
    assert [(s._.frame, s._.dimension) for s in doc.sents] == [(s.frame, s.dimension) for s in analysis.sentences]
    for key, mentions in ((NEEDS, analysis.needs), (COMPLAINTS, analysis.complaints)):
        assert [(s.text, s.label_, s._.topic) for s in doc.spans[key]] == [(m.text, m.topic, m.topic) for m in mentions]
    assert [s._.severity for s in doc.spans[COMPLAINTS]] == [c.severity for c in analysis.complaints]


def test_mentions_within_one_token_keep_what_is_said_of_each():
    text = "冰箱坏了请退款"
    doc = spacy.blank("xx")(text)
    assert len(doc) == 1
    need, complaint = Need(4, 7, text[4:7], "price", 0.5), Complaint(0, 4, text[:4], "product", 2, 0.9)
    set_annotations(doc, Analysis(text, "zh", 1.0, "focused", -1.0, {}, needs=[need], complaints=[complaint]))
    said = [(s._.topic, s._.severity, s._.score) for key in (NEEDS, COMPLAINTS) for s in doc.spans[key]]
    assert said == [("price", None, 0.5), ("product", 2, 0.9)]
    set_annotations(doc, Analysis(text, "zh", 1.0, "focused", -1.0, {}))
    assert doc[0:1]._.topic is None


def test_docs_are_of_the_language_of_their_text(analyzer):
    languages = [
        doc.lang_ for doc in analyzer.docs([TEXTS[lang] for lang in ("te", "bn", "nb", "nn", "et", "zh", "en")])
    ]
    assert languages == ["te", "bn", "nb", "nb", "et", "zh", "en"]


def test_the_component_is_found_by_its_entry_point(nlp):
    assert nlp.pipe_names == ["stemme"]
    doc = nlp(TEXTS["nb"])
    assert len(list(doc.sents)) == 2
    assert doc._.orientation == doc._.analysis.orientation
    assert NEEDS in doc.spans
    assert COMPLAINTS in doc.spans


def test_a_stream_of_docs_keeps_its_order(nlp):
    texts = [*TEXTS.values(), ""] * 3
    docs = list(nlp.pipe(texts, batch_size=4))
    assert [doc.text for doc in docs] == texts
    assert [d._.analysis.text for d in docs] == texts
    alone = [nlp(text) for text in texts]
    frames, expected = ([[(s.start_char, s.label_) for s in d.spans[SENTENCES]] for d in ds] for ds in (docs, alone))
    assert frames == expected


def test_the_components_own_sentences_yield_to_those_set_before():
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    pipeline.add_pipe("stemme")
    doc = pipeline("It came late. again. And again.")
    assert [s.text for s in doc.sents] == ["It came late.", "again.", "And again."]
    assert all(s._.frame for s in doc.sents)


def test_docs_survive_serialisation(analyzer):
    doc = analyzer.doc(TEXTS["te"])
    again = Doc(doc.vocab).from_bytes(doc.to_bytes())
    assert again._.analysis == doc._.analysis
    assert again._.orientation == doc._.orientation
    bag = DocBin(store_user_data=True, docs=[doc])
    (stored,) = DocBin().from_bytes(bag.to_bytes()).get_docs(doc.vocab)
    assert stored._.analysis == doc._.analysis


def test_a_loaded_model_is_left_behind_when_the_component_is_sent_away(nlp):
    nlp(TEXTS["en"])
    assert pickle.loads(pickle.dumps(nlp.get_pipe("stemme")))._loaded is None


def test_two_processes_say_what_one_says(nlp):
    texts = [*TEXTS.values(), *MIXED.values()]
    alone = [doc._.orientation for doc in nlp.pipe(texts)]
    assert [doc._.orientation for doc in nlp.pipe(texts, n_process=2, batch_size=4)] == alone


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_strings_become_docs(analyzer, text):
    doc = analyzer.doc(text)
    assert len(doc.text) == len(text)
    assert doc._.analysis.text == text
