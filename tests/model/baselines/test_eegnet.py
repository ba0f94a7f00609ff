"""EEGNet on tasks whose answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from earloop.model.baselines.eegnet import EEGNet, prepared_signal
from earloop.model.config import ModelError
from earloop.model.fitting.training import TrainConfig
from earloop.model.protocol.metrics import balanced_accuracy
from earloop.model.tasks.corpus_task import classification
from earloop.model.tasks.real import REAL_TASKS
from earloop.model.tasks.splits import within_session
from earloop.model.tokens.corpus_tokens import corpus_tokens
from earloop.sim.corpus import generate, plan_corpus
from earloop.synth_data import load_scenario
from tests.model.epochs_made import FORMAT, gaze_epochs, tone_epochs

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
    with pytest.raises(ModelError, match=r"epochs of 0\.25 s: EEGNet needs 0\.5 s or more"):
        EEGNet().fit(tone_epochs(12, patches=1), np.arange(12), 0)


def test_neither_an_offset_nor_a_swing_of_an_electrode_changes_the_rest_of_its_input():
    """An offset of 20 mV, and a contact that is lost for a tenth of a second at the end."""
    stream = tone_epochs(60).streams[0]
    swinging = stream.notched_uv + np.float32(20_000)
    swinging[-20:] -= 30_000
    usual, found = (
        prepared_signal(replace(stream, notched_uv=uv), high_pass_hz=1.0) for uv in (stream.notched_uv, swinging)
    )
    before = slice(0, round(0.9 * len(usual)))
    assert np.abs(found[before] - usual[before]).max() < 0.1
    assert np.abs(found).max() <= 20


def test_its_input_has_the_published_rate_and_keeps_a_tone_in_its_place():
    """A tone of 10 Hz for three minutes: after the filter settles, it is the tone itself at 128 Hz."""
    stream = tone_epochs(60).streams[0]
    t = np.arange(len(stream)) / FORMAT.rate_hz
    tone = np.repeat(np.sin(2 * np.pi * 10 * t)[:, None], 2, axis=1).astype(np.float32)
    found = prepared_signal(replace(stream, notched_uv=tone), high_pass_hz=0.1)
    assert len(found) == pytest.approx(len(stream) * 128 / 200, abs=1)
    wanted = np.sin(2 * np.pi * 10 * np.arange(len(found)) / 128)
    middle = slice(256, -256)
    assert np.corrcoef(found[middle, 0], wanted[middle])[0, 1] > 0.999


def test_it_reads_a_clenched_jaw_though_contacts_are_lost(design, tmp_path):
    plan = plan_corpus(design, load_scenario("task-jaw"), hours=0.1, subjects=4, seed=9)
    epochs = classification(corpus_tokens(generate(plan, tmp_path / "jaw.zarr").path))
    assert _score(epochs, within_session(epochs, folds=3)) >= 0.9


@pytest.mark.realdata
def test_it_reads_the_real_flicker(real_data):
    epochs = REAL_TASKS["ssvep"].load(real_data)
    assert _score(epochs, within_session(epochs, folds=3)) >= 0.94


def _score(epochs, splits):
    scores = [EEGNet().fit(epochs, split.train, 1).predict(epochs, split.test) for split in splits]
    return balanced_accuracy(epochs.target[np.concatenate([split.test for split in splits])], np.concatenate(scores))
