"""One person who watched flicker at 20 or 30 Hz, with electrodes behind the ears: what is found, and where."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.model.baselines.band_power import BandPower
from earloop.model.protocol.bootstrap import bootstrap, groups_of
from earloop.model.protocol.metrics import CLASSIFICATION
from earloop.model.tasks.real import REAL_TASKS
from earloop.model.tasks.splits import within_session


@pytest.mark.realdata
def test_band_power_tells_the_flicker_of_a_person_apart(real_data):
    epochs = REAL_TASKS["ssvep"].load(real_data)
    splits = within_session(epochs, 3)
    scores = np.concatenate([BandPower().fit(epochs, s.train, 0).predict(epochs, s.test) for s in splits])
    which = np.concatenate([split.test for split in splits])
    found = bootstrap(CLASSIFICATION[0], epochs.target[which], scores, groups_of(epochs)[which], seed=0)
    assert found.low > 0.6
    assert found.value > 0.75
