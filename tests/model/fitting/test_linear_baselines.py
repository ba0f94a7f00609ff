"""The constant, band power and linear models on tasks whose answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from earloop.model.baselines.band_power import BandPower, epoch_power
from earloop.model.baselines.baselines import LINE_POWER, baselines_for
from earloop.model.baselines.constant import Constant
from earloop.model.baselines.line_power import frequencies_of, line_power
from earloop.model.config import ModelError
from earloop.model.protocol.inner_folds import inner_folds
from earloop.model.protocol.metrics import balanced_accuracy, pearson_r, rmse
from tests.model.epochs_made import gaze_epochs, tone_epochs

TRAIN, TEST = np.arange(40), np.arange(40, 60)


def test_the_constant_is_the_majority_or_the_mean():
    tones, gaze = tone_epochs(9), gaze_epochs(6)
    ones = np.flatnonzero(tones.target == 1)
    mostly_on = tones.only(np.concatenate([ones, np.flatnonzero(tones.target == 0)[:1]]))
    scores = Constant().fit(mostly_on, np.arange(3), 0).predict(mostly_on, np.arange(5))
    np.testing.assert_allclose(scores, [[0.2, 0.8]] * 5, rtol=1e-6)
    values = Constant().fit(gaze, np.arange(6), 0).predict(gaze, np.arange(2))
    np.testing.assert_allclose(values[1], gaze.target.mean(axis=0), rtol=1e-5)


@pytest.mark.parametrize("hz", [2, 20, 30, 44])
def test_power_of_a_tone_stands_in_the_bin_of_its_frequency(hz):
    t = np.arange(500) / 200
    uv = np.stack([np.zeros_like(t), 10 * np.sin(2 * np.pi * hz * t + 1)])[None]
    power = epoch_power(np.float32(uv), 200.0).reshape(2, -1)
    assert power[1, :45].argmax() == hz - 1
    # Half the square of the amplitude; a Hann window's main lobe spreads a third of it over the neighbouring bins.
    assert 10 ** power[1, hz - 1 - 1 : hz + 1].astype(float) @ np.ones(3) == pytest.approx(50, rel=0.1)
    assert (power[0] == power[0, 0]).all()


def test_band_power_learns_a_tone_of_any_phase():
    epochs = tone_epochs(60, amplitude=1.0)
    scores = BandPower().fit(epochs, TRAIN, 0).predict(epochs, TEST)
    assert scores.sum(axis=1) == pytest.approx(1)
    assert balanced_accuracy(epochs.target[TEST], scores) > 0.85


def test_band_power_finds_nothing_in_noise():
    epochs = tone_epochs(60, amplitude=0.0)
    scores = BandPower().fit(epochs, TRAIN, 0).predict(epochs, TEST)
    assert balanced_accuracy(epochs.target[TEST], scores) < 0.75


def test_levels_tell_the_direction_of_gaze():
    epochs = gaze_epochs(60)
    values = BandPower().fit(epochs, TRAIN, 0).predict(epochs, TEST)
    constant = Constant().fit(epochs, TRAIN, 0).predict(epochs, TEST)
    target = epochs.target[TEST]
    assert values.shape == target.shape
    assert pearson_r(target, values) > 0.98
    assert rmse(target, values) < 0.2 * rmse(target, constant)


def test_a_class_without_training_epochs_gets_no_probability():
    epochs = tone_epochs(60, classes=("a", "b", "c"))
    train = np.flatnonzero(epochs.target != 1)
    scores = BandPower().fit(epochs, train, 0).predict(epochs, TEST)
    assert scores.shape == (20, 3)
    assert not scores[:, 1].any()


def test_inner_folds_hold_out_whole_recordings():
    epochs = tone_epochs(40, runs=4)
    folds = inner_folds(epochs, np.arange(10, 40), 3, seed=0)
    assert len(folds) == 3
    for learn, check in folds:
        assert not set(epochs.run[10 + learn]) & set(epochs.run[10 + check])
        assert len(learn) + len(check) == 30


def test_recordings_of_one_class_each_are_divided_within():
    epochs = tone_epochs(40, runs=4)
    alike = np.concatenate([np.flatnonzero((epochs.stream == run) & (epochs.target == run % 2)) for run in range(4)])
    for learn, check in inner_folds(epochs, alike, 4, seed=0):
        assert set(epochs.target[alike[learn]]) == set(epochs.target[alike[check]]) == {0, 1}


def test_a_single_epoch_of_a_class_is_refused_by_name():
    epochs = tone_epochs(20)
    lonely = np.concatenate([np.flatnonzero(epochs.target == 0), np.flatnonzero(epochs.target == 1)[:1]])
    with pytest.raises(ModelError, match="one epoch of on to learn from"):
        BandPower().fit(epochs, lonely, 0)


def test_power_at_a_line_is_half_the_square_of_a_tones_amplitude_and_nothing_beside_it():
    rate_hz, t = 200.0, np.arange(500) / 200
    epochs = tone_epochs(4, patches=10, amplitude=0.0)
    tone = np.float32(10 * np.sin(2 * np.pi * 20 * t + 1))
    notched = np.zeros_like(epochs.streams[0].notched_uv)
    notched[epochs.start[0] : epochs.start[0] + 500, 1] = tone
    quiet = tuple(replace(s, notched_uv=np.zeros_like(s.notched_uv)) for s in epochs.streams)
    at = int(epochs.stream[0])
    streams = (*quiet[:at], replace(quiet[at], notched_uv=notched), *quiet[at + 1 :])
    power = line_power(replace(epochs, streams=streams), np.array([0]), (20.0, 30.0)).reshape(2, 2)
    assert rate_hz == epochs.format.rate_hz
    assert 10 ** power[1, 0] == pytest.approx(50, rel=0.05)
    assert power[1, 1] < power[1, 0] - 5
    assert (power[0] == -6).all()


def test_power_at_the_flicker_is_asked_of_classes_that_are_frequencies():
    assert frequencies_of(("20 Hz", "7.5 Hz")) == (20.0, 7.5)
    assert frequencies_of(("20 Hz", "rest")) == ()
    flicker = tone_epochs(20, patches=10, classes=("30 Hz", "20 Hz"))
    assert LINE_POWER in baselines_for(flicker)
    assert LINE_POWER not in baselines_for(tone_epochs(20, patches=10))


def test_power_at_the_flicker_learns_which_of_two_it_is():
    epochs = tone_epochs(60, patches=10, amplitude=1.0, classes=("30 Hz", "20 Hz"))  # the second has a tone at 20 Hz
    model = baselines_for(epochs)[LINE_POWER]
    scores = model.fit(epochs, TRAIN, 0).predict(epochs, TEST)
    assert balanced_accuracy(epochs.target[TEST], scores) > 0.95
