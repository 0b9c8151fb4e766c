import dataclasses

import numpy as np
from test_evaluate import RECORD

from stemme.labels import DIMENSIONS, FRAMES, SEVERITIES, TOPICS
from stemme.model.decoding import Span
from stemme.model.predict import Mention, Prediction
from stemme.training.reliability import HEADS, calibration_table, risk_table, scored, temperatures


def sure(labels, right, chance=0.9):
    row = np.full(len(labels), (1 - chance) / (len(labels) - 1), np.float32)
    row[labels.index(right)] = chance
    return row


def prediction():
    mentions = [
        Mention(Span(m.kind, 0, 1, m.start, m.end, 0.7), sure(TOPICS, m.topic), sure(SEVERITIES, m.severity or 1))
        for m in RECORD.mentions
    ]
    mentions.append(Mention(Span("need", 0, 1, 0, 3, 0.2), sure(TOPICS, "other"), sure(SEVERITIES, 1)))
    return Prediction(
        np.array([sure(FRAMES, s.frame) for s in RECORD.sentences]),
        np.array([sure(DIMENSIONS, s.dimension) for s in RECORD.sentences]),
        mentions,
    )


def test_each_head_is_scored_against_its_gold_labels():
    found = scored([RECORD], [prediction()])
    assert tuple(found) == HEADS
    assert {head: len(own.labels) for head, own in found.items()} == {
        "frame": 2, "orientation": 1, "dimension": 2, "topic": 2, "severity": 1, "mention": 3
    }  # fmt: skip
    assert found["mention"].labels.tolist() == [1, 0, 1]  # both needs, then the complaint
    assert found["mention"].probabilities.ravel().tolist() == [0.7, 0.2, 0.7]
    assert found["orientation"].labels.tolist() == [1]
    assert abs(found["orientation"].probabilities[0, 0] - (0.9 * 0.9 + 0.05 * 0.05)) < 1e-3
    assert found["frame"].of("nb").languages == ["nb", "nb"]
    assert len(found["frame"].of("te").labels) == 0


def test_tables_name_heads_languages_and_temperatures():
    both = [RECORD, dataclasses.replace(RECORD, lang="te")]
    found = scored(both, [prediction(), prediction()])
    table = calibration_table(found, temperatures(found))
    assert table.startswith("| calibration error | scores | temperature | nb | te | all |")
    assert "| frame | 4 | 1.00 | 0.100 | 0.100 | 0.100 |" in table
    assert len(table.splitlines()) == 2 + 2 * len(HEADS)
    assert "| 100% | 0.8" in risk_table(found["orientation"])


def test_a_head_without_scores_is_no_error():
    nothing = Prediction(np.zeros((2, 3), np.float32) + 1 / 3, np.zeros((2, 5), np.float32) + 0.2, [])
    found = scored([RECORD], [nothing])
    assert temperatures(found)["topic"] == 1.0
    assert "| topic | 0 | 1.00 |" in calibration_table(found)
