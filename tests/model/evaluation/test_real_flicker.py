"""One person who watched flicker at 20 or 30 Hz, with electrodes behind the ears: what is found, and where."""

from __future__ import annotations

import numpy as np
import pytest

from model.baselines.band_power import BandPower
from model.evaluation.bootstrap import bootstrap, groups_of
from model.evaluation.metrics import CLASSIFICATION
from model.tasks.real import REAL_TASKS
from model.tasks.splits import within_session


@pytest.mark.realdata
def test_band_power_tells_the_flicker_of_a_person_apart(real_data):
    epochs = REAL_TASKS["ssvep"].load(real_data)
    splits = within_session(epochs, 3)
    scores = np.concatenate([BandPower().fit(epochs, s.train, 0).predict(epochs, s.test) for s in splits])
    which = np.concatenate([split.test for split in splits])
    found = bootstrap(CLASSIFICATION[0], epochs.target[which], scores, groups_of(epochs)[which], seed=0)
    assert found.low > 0.6
    assert found.value > 0.75
