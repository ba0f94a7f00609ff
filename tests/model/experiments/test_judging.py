"""Judging: what is pooled, in which order, and what a share of the labels is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from earloop.model.experiments.judging import judge, thinned
from earloop.model.tasks.splits import Split, leave_one_run_out
from tests.model.epochs_made import gaze_epochs, tone_epochs


@dataclass(frozen=True)
class Told:
    """Predicts the truth, but for a share of the epochs that depends on the seed."""

    wrong: float
    parameters: int = 7
    seed: int = 0

    def fit(self, epochs, train, seed):
        return Told(self.wrong, self.parameters + len(train), seed)

    def predict(self, epochs, which):
        target = epochs.target[which]
        if not epochs.classes:
            return np.float32(target + self.wrong)
        lies = np.random.default_rng(self.seed).random(len(which)) < self.wrong
        return np.eye(len(epochs.classes), dtype=np.float32)[np.where(lies, 1 - target, target)]


def test_predictions_of_every_split_and_seed_meet_their_own_targets():
    epochs = tone_epochs(30)
    splits = leave_one_run_out(epochs)
    seen = []
    found = judge(epochs, splits, Told(0.0), (1, 2), seen.append)
    assert found.score.value == 1.0
    assert seen == [1, 2, 3, 4, 5, 6]
    which = np.concatenate([split.test for split in splits])
    np.testing.assert_array_equal(found.target, np.tile(epochs.target[which], 2))
    people = epochs.subject[which]
    for group in np.unique(found.groups):  # whoever is alike is drawn together, whatever the seed
        assert len(set(np.tile(people, 2)[found.groups == group])) == 1
    assert found.parameters == 7 + max(len(split.train) for split in splits)


def test_a_gain_is_above_nothing_where_the_first_is_better_in_accuracy_or_in_error():
    for epochs in (tone_epochs(60), gaze_epochs(60)):
        splits = leave_one_run_out(epochs)
        good, bad = (judge(epochs, splits, Told(wrong), (1,)) for wrong in (0.1, 0.4))
        assert good.gain(bad).low > 0
        assert bad.gain(good).high < 0


def test_a_model_without_a_seed_stands_beside_those_that_have_one():
    epochs = tone_epochs(30)
    splits = leave_one_run_out(epochs)
    once, twice = judge(epochs, splits, Told(0.0), (1,)), judge(epochs, splits, Told(0.3), (1, 2))
    assert once.repeated(2).gain(twice).value == pytest.approx(1 - twice.score.value)


def test_a_share_of_the_labels_keeps_the_classes_and_never_touches_the_test():
    epochs = tone_epochs(60)
    whole = leave_one_run_out(epochs)
    for before, after in zip(whole, thinned(whole, epochs, 0.3, 1), strict=True):
        assert set(after.train) < set(before.train)
        np.testing.assert_array_equal(after.test, before.test)
        counts = np.bincount(epochs.target[before.train])
        assert np.bincount(epochs.target[after.train]).tolist() == np.round(0.3 * counts).tolist()
    assert [list(s.train) for s in thinned(whole, epochs, 1.0, 1)] == [list(s.train) for s in whole]


def test_of_few_labels_two_of_each_class_are_left():
    epochs = tone_epochs(60)
    split = Split("all", np.arange(40), np.arange(40, 60))
    (found,) = thinned((split,), epochs, 0.01, 1)
    assert np.bincount(epochs.target[found.train]).tolist() == [2, 2]
