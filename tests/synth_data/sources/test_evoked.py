"""Responses to what is seen and heard: their frequency, their latency, their place."""

import numpy as np
import pytest
from scipy.signal import periodogram

from earloop.spec.wiring import wire
from earloop.synth_data import ADULT
from earloop.synth_data.head.headset import Headset
from earloop.synth_data.sources.evoked import evoked
from tests.synth_data.lives import doing, rng

SFREQ = 500.0
HEAD = Headset(wire(("Oz", "Pz", "Fz"), ("P8", "T8"), ("A1", "A2")), SFREQ)
OZ, PZ, FZ, P8, T8 = range(5)


def answers(timeline):
    return evoked(HEAD, timeline, ADULT, round(timeline.duration_s * SFREQ), rng())


@pytest.mark.parametrize("frequency_hz", [8.0, 20.0, 30.0])
def test_flicker_is_answered_at_its_frequency_mostly_at_the_back(frequency_hz):
    uv, events = answers(doing(60.0, flicker={"frequency_hz": frequency_hz}))
    f, p = periodogram(uv, SFREQ)
    assert f[np.argmax(p[OZ])] == pytest.approx(frequency_hz, abs=0.05)
    assert uv[OZ].std() > 2 * uv[T8].std()
    assert 0.5 < uv[OZ].std() < 4  # uV rms
    assert [(e.label, e.amplitude) for e in events] == [("ssvep", frequency_hz)]


def test_a_modulated_tone_is_answered_at_40_hz_largest_at_the_front_of_the_vertex():
    uv, _ = answers(doing(60.0, tone={}))
    f, p = periodogram(uv[FZ], SFREQ)
    assert f[np.argmax(p)] == pytest.approx(40, abs=0.05)
    assert 0.2 < uv[FZ].std() < 0.6
    assert uv[FZ].std() > uv[OZ].std()


def average(uv, events, label):
    first = [round(e.onset_s * SFREQ) for e in events if e.label == label]
    return np.mean([uv[:, i : i + round(0.8 * SFREQ)] for i in first], axis=0)


def test_rare_targets_raise_a_p300_at_the_back_of_the_vertex():
    uv, events = answers(doing(400.0, oddball={}))
    labels = [e.label for e in events]
    assert 0.08 < labels.count("p300_target") / len(labels) < 0.25
    target, standard = average(uv, events, "p300_target"), average(uv, events, "p300_standard")
    assert np.argmax(target[PZ]) / SFREQ == pytest.approx(0.38, abs=0.03)
    assert 5 < target[PZ].max() < 15
    assert target[PZ].max() > 3 * standard[PZ].max()
    assert target[PZ].max() > target[FZ].max()


def test_faces_raise_a_larger_n170_than_houses():
    uv, events = answers(doing(400.0, pictures={}))
    face, house = average(uv, events, "n170_face")[P8], average(uv, events, "n170_house")[P8]
    assert np.argmin(face) / SFREQ == pytest.approx(0.17, abs=0.015)
    assert face.min() < house.min() - 1.5


def test_without_stimuli_nothing_is_evoked():
    uv, events = answers(doing(20.0))
    assert not uv.any()
    assert not events
