import numpy as np
import pytest

from stemme.labels import ORIENTATIONS
from stemme.training.calibration import (
    confidences,
    expected_calibration_error,
    fit_temperature,
    orientation_probabilities,
    reliability,
    risk_coverage,
    tempered,
)

RNG = np.random.default_rng(0)


def drawn(logits):
    """Labels drawn from the softmax of logits."""
    chances = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    return (chances.cumsum(-1) > RNG.random((len(logits), 1))).argmax(-1)


def test_bins_hold_as_many_scores_each():
    found = reliability(np.linspace(0, 1, 30), np.ones(30, bool), bins=15)
    assert [b.count for b in found] == [2] * 15
    assert found[0].confidence < found[-1].confidence


@pytest.mark.parametrize(
    ("scores", "right", "expected"),
    [
        ([0.8] * 10, [True] * 8 + [False] * 2, 0.0),
        ([0.9] * 10, [True] * 5 + [False] * 5, 0.4),
        ([0.6, 0.6, 1.0, 1.0], [True, True, True, False], 0.45),
        ([], [], 0.0),
    ],
)
def test_calibration_error_of_known_scores(scores, right, expected):
    bins = 2 if len(scores) == 4 else 1
    assert expected_calibration_error(np.array(scores), np.array(right, bool), bins) == pytest.approx(expected)


def test_the_temperature_that_was_applied_is_found_again():
    logits = RNG.normal(0, 2, (20_000, 4))
    labels = drawn(logits)
    sharpened = tempered(np.exp(logits) / np.exp(logits).sum(-1, keepdims=True), 0.4)
    temperature = fit_temperature(sharpened, labels)
    assert temperature == pytest.approx(2.5, rel=0.05)
    before = expected_calibration_error(*confidences(sharpened, labels))
    after = expected_calibration_error(*confidences(tempered(sharpened, temperature), labels))
    assert before > 0.1 > 0.02 > after


def test_the_temperature_of_a_single_event():
    chance = RNG.random((20_000, 1))
    happened = (RNG.random(20_000) < chance[:, 0]).astype(int)
    odds = (chance / (1 - chance)) ** 3
    assert fit_temperature(odds / (1 + odds), happened) == pytest.approx(3, rel=0.07)


def test_temperature_one_changes_nothing_and_shapes_stay():
    single, many = np.array([[0.3], [0.9]]), np.array([[0.2, 0.8]])
    assert tempered(single, 1.0) == pytest.approx(single)
    assert tempered(many, 1.0) == pytest.approx(many)
    assert tempered(single, 2.0).shape == (2, 1)


def test_without_labels_the_temperature_is_one():
    assert fit_temperature(np.zeros((0, 3)), np.zeros(0, int)) == 1.0


def test_certain_and_wrong_scores_stay_finite():
    assert np.isfinite(fit_temperature(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([1, 1])))


def test_risk_falls_as_the_least_sure_are_left_out():
    table = risk_coverage(np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, True, False, False]), (1.0, 0.75, 0.5))
    assert [(r.coverage, r.threshold, r.risk) for r in table] == [
        (1.0, 0.6, 0.5),
        (0.75, 0.7, pytest.approx(1 / 3)),
        (0.5, 0.8, 0.0),
    ]
    assert risk_coverage(np.zeros(0), np.zeros(0, bool)) == []


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ([], {"neither": 1.0}),
        ([[1, 0, 0]], {"centric": 1.0}),
        ([[0.5, 0.3, 0.2]], {"centric": 0.5, "focused": 0.3, "neither": 0.2}),
        ([[1, 0, 0], [0, 1, 0]], {"mixed": 1.0}),
        ([[0.5, 0.5, 0], [0.5, 0.5, 0]], {"centric": 0.25, "focused": 0.25, "mixed": 0.5}),
        ([[1, 0, 0]] * 9 + [[0, 1, 0]], {"centric": 1.0}),
    ],
)
def test_orientation_follows_from_the_sentences_chances(frames, expected):
    found = dict(zip(ORIENTATIONS, orientation_probabilities(np.array(frames).reshape(-1, 3)), strict=True))
    assert found == pytest.approx(dict.fromkeys(ORIENTATIONS, 0.0) | expected)
