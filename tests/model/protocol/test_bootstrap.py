"""Intervals: whether they hold the truth as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.model.protocol.bootstrap import bootstrap, groups_of, paired_difference
from earloop.model.protocol.metrics import CLASSIFICATION, Metric, mae
from tests.model.epochs_made import tone_epochs

ERROR = Metric(name="MAE", unit="", higher_is_better=False, compute=mae)
MEAN_ERROR = 1.0  # of an exponential distribution of unit scale


def coverage(draw, groups, experiments=200):
    """Share of experiments whose interval holds the true mean error; `draw` gives an experiment's errors."""
    held = 0
    for seed in range(experiments):
        errors = draw(np.random.default_rng(seed))
        score = bootstrap(ERROR, np.zeros_like(errors), errors, groups, seed, draws=300)
        held += score.low <= MEAN_ERROR <= score.high
    return held / experiments


def test_the_interval_of_independent_epochs_holds_the_truth():
    share = coverage(lambda rng: rng.exponential(size=80), np.arange(80))
    assert 0.90 <= share <= 0.99  # 95 % within three standard errors of 200 experiments, and the bootstrap's own bias


def test_the_interval_of_alike_epochs_holds_the_truth_only_when_groups_are_drawn():
    groups = np.repeat(np.arange(16), 10)

    def alike(rng):  # a person's own level, of mean 1, on every one of their epochs
        return rng.exponential(size=len(groups)) * rng.gamma(4, 1 / 4, size=16)[groups]

    assert coverage(alike, groups) >= 0.90
    assert coverage(alike, np.arange(len(groups))) < 0.85


def test_the_same_seed_gives_the_same_interval():
    rng = np.random.default_rng(3)
    target, scores = rng.integers(0, 2, 50), rng.random((50, 2))
    first, again, other = (bootstrap(CLASSIFICATION[0], target, scores, np.arange(50), s, draws=50) for s in (1, 1, 2))
    assert first == again
    assert (first.low, first.high) != (other.low, other.high)
    assert first.value == other.value == CLASSIFICATION[0].compute(target, scores)


def test_a_paired_difference_is_surer_than_two_scores():
    rng = np.random.default_rng(4)
    hardness = rng.exponential(3, size=100)
    a, b = hardness + 0.5 + rng.normal(0, 0.1, 100), hardness
    target, groups = np.zeros(100), np.arange(100)
    difference = paired_difference(ERROR, target, a, b, groups, seed=0)
    alone = bootstrap(ERROR, target, a, groups, seed=0)
    assert difference.value == pytest.approx(np.mean(np.abs(a)) - np.mean(b))
    assert difference.low > 0.4
    assert difference.high - difference.low < 0.1 * (alone.high - alone.low)


def test_draws_without_both_classes_are_left_out():
    scores = np.eye(2)[[0, 1, 0, 1]]
    kappa = next(metric for metric in CLASSIFICATION if metric.name == "Cohen's kappa")
    score = bootstrap(kappa, np.array([0, 1, 0, 0]), scores, np.arange(4), seed=0, draws=200)
    assert np.isfinite([score.low, score.high]).all()


def test_people_are_alike_before_recordings_and_recordings_before_epochs():
    assert len(np.unique(groups_of(tone_epochs(12, runs=4)))) == 4
    np.testing.assert_array_equal(groups_of(tone_epochs(5, runs=1)), np.arange(5))
