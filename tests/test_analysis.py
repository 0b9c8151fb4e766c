import json

from stemme.analysis import Analysis, Complaint, Need, Sentence

TEXT = "Eleven years. The box came late. Call first."


def make(**changes):
    fields = {
        "text": TEXT,
        "lang": "en",
        "lang_score": 0.987654,
        "orientation": "mixed",
        "balance": 0.0,
        "scores": {"centric": 0.5, "focused": 0.4, "neither": 0.1},
        "sentences": [
            Sentence(0, 13, "centric", 0.7, "horizon"),
            Sentence(14, 32, "focused", 0.91234567, "initiative"),
            Sentence(33, 44, "neither", 0.5),
        ],
        "needs": [Need(33, 43, "Call first", "service", 0.8)],
        "complaints": [Complaint(22, 31, "came late", "delivery", 2, 0.9)],
    }
    return Analysis(**(fields | changes))


def test_the_schema_is_the_one_documented():
    assert json.loads(json.dumps(make().to_dict())) == {
        "lang": "en",
        "lang_score": 0.9877,
        "orientation": "mixed",
        "balance": 0.0,
        "scores": {"centric": 0.5, "focused": 0.4, "neither": 0.1},
        "sentences": [
            {"start": 0, "end": 13, "frame": "centric", "score": 0.7, "dimension": "horizon"},
            {"start": 14, "end": 32, "frame": "focused", "score": 0.9123, "dimension": "initiative"},
            {"start": 33, "end": 44, "frame": "neither", "score": 0.5},
        ],
        "needs": [{"start": 33, "end": 43, "text": "Call first", "topic": "service", "score": 0.8}],
        "complaints": [{"start": 22, "end": 31, "text": "came late", "topic": "delivery", "severity": 2, "score": 0.9}],
    }


def test_balance_is_null_for_neither():
    written = make(orientation="neither", balance=None, sentences=[]).to_dict()
    assert written["balance"] is None


def test_evidence_is_the_surest_sentence_of_the_orientation():
    assert make().evidence.start == 14
    assert make(orientation="centric").evidence.start == 0
    assert make(orientation="neither").evidence is None
