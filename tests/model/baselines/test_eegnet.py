"""EEGNet on tasks whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.model.baselines.eegnet import EEGNet
from earloop.model.config import ModelError
from earloop.model.fitting.training import TrainConfig
from earloop.model.protocol.metrics import balanced_accuracy
from tests.model.epochs_made import gaze_epochs, tone_epochs

TRAIN, TEST = np.arange(80), np.arange(80, 120)


def test_eegnet_learns_a_tone():
    epochs = tone_epochs(120)
    brief = TrainConfig(passes=15, patience=15, learning_rate=3e-3)
    scores = EEGNet(brief).fit(epochs, TRAIN, 0).predict(epochs, TEST)
    assert scores.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert balanced_accuracy(epochs.target[TEST], scores) > 0.8


def test_eegnet_gives_a_value_for_each_patch():
    epochs = gaze_epochs(12)
    values = EEGNet(TrainConfig(passes=1)).fit(epochs, np.arange(10), 0).predict(epochs, np.arange(10, 12))
    assert values.shape == (2, 4, 2)


def test_epochs_too_short_for_its_filters_are_refused():
    with pytest.raises(ModelError, match="epochs of 50 samples: EEGNet needs 64 or more"):
        EEGNet().fit(tone_epochs(12, patches=1), np.arange(12), 0)
