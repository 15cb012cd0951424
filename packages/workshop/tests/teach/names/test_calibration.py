"""Calibration, against values computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from workshop.teach.names import calibration

SURE = np.array([[0.95, 0.05], [0.05, 0.95], [0.35, 0.65], [0.65, 0.35]])
LABELS = np.array([0, 0, 1, 1])


def test_nats_by_hand() -> None:
    assert calibration.nats(SURE[:1], LABELS[:1]) == pytest.approx(-np.log(0.95))


def test_reliability_bins_are_those_computed_by_hand() -> None:
    found = calibration.reliability(SURE, LABELS)
    assert found.confidence == pytest.approx([0.65, 0.95])
    assert found.accuracy == pytest.approx([0.5, 0.5])
    assert found.people.tolist() == [2, 2]


def test_the_calibration_error_is_that_computed_by_hand() -> None:
    assert calibration.calibration_error(SURE, LABELS) == pytest.approx((0.15 * 2 + 0.45 * 2) / 4)


def test_certain_and_right_answers_have_no_calibration_error() -> None:
    certain = np.eye(3)[[0, 1, 2, 2]]
    assert calibration.calibration_error(certain, np.array([0, 1, 2, 2])) == 0
    assert calibration.nats(certain, np.array([0, 1, 2, 2])) == 0


def test_temperature_changes_how_sure_but_not_what() -> None:
    scores = np.random.default_rng(1).normal(size=(50, 7))
    cool, hot = calibration.softmax(scores, 0.5), calibration.softmax(scores, 3.0)
    assert (cool.argmax(axis=1) == hot.argmax(axis=1)).all()
    assert (cool.max(axis=1) > hot.max(axis=1)).all()
    assert hot.sum(axis=1) == pytest.approx(np.ones(50))
    assert np.isfinite(calibration.softmax(np.array([[1000.0, 0.0]]))).all()
