"""Steps, turns and fidgets as an accelerometer feels them."""

import numpy as np
import pytest
from scipy.signal import welch

from earloop.synth_data import ADULT
from earloop.synth_data.sources.emg import emg
from earloop.synth_data.sources.motion import motion
from tests.synth_data.lives import SFREQ, doing, rng


def moving(timeline, turns=()):
    return motion(timeline, list(turns), ADULT, round(timeline.duration_s * SFREQ), SFREQ, rng())


@pytest.mark.parametrize(
    ("behaviour", "least_hz", "most_hz", "least_g", "most_g"),
    [("walking", 1.6, 2.4, 0.1, 0.5), ("running", 2.4, 3.2, 0.5, 3.5)],  # Luu et al. 2024
)
def test_gait_shakes_the_head_at_its_pace_and_strength(behaviour, least_hz, most_hz, least_g, most_g):
    g, events = moving(doing(60.0, **{behaviour: {}}))
    assert least_hz < len(events) / 60 < most_hz
    assert least_g < np.percentile(np.abs(g[2]), 99) < most_g
    f, p = welch(g[2], SFREQ, nperseg=8000)
    assert f[np.argmax(p)] == pytest.approx(len(events) / 60, abs=0.13)
    assert p[f < 20].sum() / p.sum() > 0.95


def test_a_walker_sways_to_the_side_once_a_stride():
    g, events = moving(doing(60.0, walking={}))
    f, p = welch(g[0], SFREQ, nperseg=16000)
    assert f[np.argmax(p)] == pytest.approx(len(events) / 120, abs=0.07)


def test_who_sits_still_hardly_moves():
    g, events = moving(doing(20.0))
    assert g.std() < 0.005
    assert not events


def test_a_turn_of_the_head_is_felt_when_it_is_made():
    timeline = doing(30.0, head_turns={})
    _, _, events = emg(timeline, ADULT, 30_000, SFREQ, rng())
    g, _ = moving(timeline, events)
    for event in events:
        during = np.abs(g[0, round(event.onset_s * SFREQ) : round((event.onset_s + event.duration_s) * SFREQ)]).max()
        assert during > 10 * 0.001
        assert during == pytest.approx(0.15 * abs(event.amplitude), rel=0.5)


def test_fidgets_are_short_and_labelled():
    g, events = moving(doing(300.0, fidgets={}))
    assert {e.label for e in events} == {"fidget"}
    quiet = np.ones(g.shape[1], bool)
    for event in events:
        quiet[round(event.onset_s * SFREQ) : round((event.onset_s + event.duration_s) * SFREQ) + 1] = False
    assert np.abs(g[:, quiet]).max() < 0.02 < np.abs(g[:, ~quiet]).max()
