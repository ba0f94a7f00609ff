"""Goals: balanced classes and standardised values."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from earloop.model.fitting.goal import goal_of
from tests.model.epochs_made import gaze_epochs, tone_epochs


def test_a_rare_class_weighs_as_much_as_a_frequent_one():
    epochs = tone_epochs(40)
    few = np.concatenate([np.flatnonzero(epochs.target == 0), np.flatnonzero(epochs.target == 1)[:4]])
    goal = goal_of(epochs, few)
    logits = torch.tensor([[0.3, -0.8]]).repeat(len(few), 1)
    chances = logits.softmax(1)[0].log()
    wanted = -(chances[0] + chances[1]) / 2  # as if half of them were of either class
    assert goal.loss(logits, epochs.target[few]).item() == pytest.approx(wanted.item())


def test_a_class_without_training_epochs_asks_for_nothing():
    epochs = tone_epochs(30, classes=("a", "b", "c"))
    goal = goal_of(epochs, np.flatnonzero(epochs.target != 2))
    assert goal.weight.tolist() == [1, 1, 0]


def test_a_perfect_prediction_of_values_comes_back_in_units():
    epochs = gaze_epochs(20)
    goal = goal_of(epochs, np.arange(20))
    target = torch.as_tensor(epochs.target)
    perfect = (target - goal.mean) / goal.deviation
    assert perfect.std(correction=0).item() == pytest.approx(1, abs=0.01)
    assert goal.loss(perfect, epochs.target).item() == pytest.approx(0, abs=1e-9)
    torch.testing.assert_close(goal.predictions(perfect), target)
