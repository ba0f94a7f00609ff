"""Metrics against closed forms."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn import metrics as judge

from earloop.model.protocol.metrics import (
    accuracy,
    angular_error,
    balanced_accuracy,
    cohen_kappa,
    macro_f1,
    mae,
    metrics_for,
    pearson_r,
    rmse,
    roc_auc,
)
from tests.model.epochs_made import gaze_epochs, tone_epochs

TARGET = np.array([0, 0, 0, 0, 0, 0, 1, 1])
FOUND = np.eye(2)[[0, 0, 0, 0, 0, 1, 1, 0]]  # 5 of 6 and 1 of 2 right


def test_balanced_accuracy_is_the_mean_recall():
    assert balanced_accuracy(TARGET, FOUND) == pytest.approx((5 / 6 + 1 / 2) / 2)


def test_a_class_that_no_target_has_does_not_count():
    scores = np.eye(3)[[0, 2, 1]]
    assert balanced_accuracy(np.array([0, 0, 1]), scores) == pytest.approx((1 / 2 + 1) / 2)


def test_macro_f1_is_the_mean_over_classes():
    assert macro_f1(TARGET, FOUND) == pytest.approx((2 * 5 / (2 * 5 + 1 + 1) + 2 * 1 / (2 * 1 + 1 + 1)) / 2)


def test_accuracy_and_kappa():
    chance = (6 * 6 + 2 * 2) / 64
    assert accuracy(TARGET, FOUND) == pytest.approx(6 / 8)
    assert cohen_kappa(TARGET, FOUND) == pytest.approx((6 / 8 - chance) / (1 - chance))


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("seed", range(5))
def test_scikit_learn_agrees(classes, seed):
    rng = np.random.default_rng(seed)
    target = rng.integers(0, classes - seed % 2, 30)  # of odd seeds the last class is never wanted
    scores = rng.integers(0, 6, (30, classes)) + rng.random((1, classes)) / 9  # with ties in a class
    found, there = scores.argmax(1), np.unique(target)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of classes that are found and never wanted
        assert balanced_accuracy(target, scores) == pytest.approx(judge.balanced_accuracy_score(target, found))
        assert macro_f1(target, scores) == pytest.approx(judge.f1_score(target, found, labels=there, average="macro"))
    assert accuracy(target, scores) == judge.accuracy_score(target, found)
    if len(there) > 1:
        assert cohen_kappa(target, scores) == pytest.approx(judge.cohen_kappa_score(target, found))
    if classes == len(there) == 2:
        assert roc_auc(target, scores) == pytest.approx(judge.roc_auc_score(target, scores[:, 1]))


def test_roc_auc_is_the_share_of_pairs_in_order():
    rng = np.random.default_rng(0)
    target, score = rng.integers(0, 2, 40), rng.normal(size=40)
    pairs = score[target == 1][:, None] > score[target == 0]
    assert roc_auc(target, np.stack([-score, score], axis=1)) == pytest.approx(pairs.mean())


@pytest.mark.parametrize("metric", [roc_auc, cohen_kappa])
def test_what_one_class_cannot_tell_is_not_a_number(metric):
    assert np.isnan(metric(np.zeros(3, int), np.eye(2)[[0, 0, 0]]))


def test_errors_of_values():
    target = np.zeros((2, 2, 1))
    values = np.array([[[3.0], [0.0]], [[0.0], [-4.0]]])
    assert rmse(target, values) == pytest.approx(2.5)
    assert mae(target, values) == pytest.approx(7 / 4)


def test_correlation_is_that_of_each_output():
    rng = np.random.default_rng(1)
    target, noise = rng.normal(size=(2, 30, 4, 2))
    values = target * [5, -1] + noise + [100, -7]
    wanted = [np.corrcoef(target[..., i].ravel(), values[..., i].ravel())[0, 1] for i in range(2)]
    assert pearson_r(target, values) == pytest.approx(np.mean(wanted))
    assert np.isnan(pearson_r(target, np.full_like(target, 0.3)))


def test_angles_are_between_lines_of_sight():
    at = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 60.0]])
    to = np.array([[10.0, 0.0], [0.0, -20.0], [90.0, 60.0]])
    # At 60 degrees up, a quarter turn to the side spans arccos(sin(60)^2): the two lines are close to the pole.
    wanted = (10 + 20 + np.degrees(np.arccos(0.75))) / 3
    assert angular_error(at, to) == pytest.approx(wanted)


def test_a_task_is_judged_by_metrics_of_its_kind():
    two, three, gaze = tone_epochs(8), tone_epochs(9, classes=("a", "b", "c")), gaze_epochs(8)
    names = [[metric.name for metric in metrics_for(epochs)] for epochs in (two, three, gaze)]
    assert [each[0] for each in names] == ["balanced accuracy", "balanced accuracy", "angular error"]
    assert ["ROC AUC" in each for each in names] == [True, False, False]
