"""Muscles: their spectrum, their strength, their motor units."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.signal import welch
from scipy.stats import kurtosis

from earloop.synth_data import ADULT
from earloop.synth_data.head.fields import MUSCLES
from earloop.synth_data.sources.emg import emg, emg_density
from tests.synth_data.lives import SFREQ, doing, rng


def working(timeline, sfreq=SFREQ):
    return emg(timeline, ADULT, round(timeline.duration_s * sfreq), sfreq, rng())


def test_the_emg_density_is_of_unit_power_and_muscle_like():
    total, _ = quad(lambda f: emg_density(np.array(f)), 0, np.inf)
    assert total == pytest.approx(1, rel=1e-6)
    below, _ = quad(lambda f: emg_density(np.array(f)), 0, 110)
    assert 0.35 < below < 0.65  # median frequency of real surface EMG: 105 and 143 Hz (BioSPPy's two recordings)


@pytest.mark.parametrize("sfreq", [256.0, 1000.0, 4000.0])
def test_a_muscle_at_rest_has_that_density_at_any_rate(sfreq):
    signals, _, _ = working(doing(200.0), sfreq)
    f, p = welch(signals["temporalis_left"], sfreq, nperseg=int(sfreq))
    part = (f > 10) & (f < 110)
    ratio = p[part] / (ADULT.rest_uv**2 * emg_density(f[part]))
    assert np.median(ratio) == pytest.approx(1, abs=0.05)
    np.testing.assert_allclose(ratio, 1, rtol=0.5)


def test_single_motor_units_stand_out_at_rest_and_drown_in_a_clench():
    signals, _, events = working(doing(120.0, clenches={"length_s": [1.0, 1.0], "strength": [0.5, 0.6]}))
    held = np.concatenate(
        [signals["masseter_left"][round((e.onset_s + 0.3) * SFREQ) :][:400] for e in events if e.label == "jaw_clench"]
    )
    assert kurtosis(signals["frontalis"]) > 0.8
    # A held contraction is Gaussian but for its unsteadiness: 3 (1 + 6 b^2) with b = .2 at most.
    assert kurtosis(held) < 0.9


def test_a_clench_stands_out_of_rest_by_20_to_45_db():
    signals, jaw, events = working(doing(30.0, clenches={}))
    during = np.zeros(30_000, bool)
    for event in events:
        during[round((event.onset_s + 0.1) * SFREQ) : round((event.onset_s + event.duration_s - 0.2) * SFREQ)] = True
    rest, _, _ = working(doing(30.0))
    for muscle in ("temporalis_left", "masseter_right"):
        ratio_db = 20 * np.log10(signals[muscle][during].std() / rest[muscle].std())
        assert 20 < ratio_db < 45  # at most 182 / 1.9 = 39.6 dB (Ferrario 1993), and its unsteadiness
    assert len(events) >= 10
    assert not jaw.any()


def test_chewing_opens_the_jaw_and_works_one_side_harder():
    signals, jaw, events = working(doing(20.0, chewing={"bite_s": [18.0, 18.0]}))
    chews = [e for e in events if e.label == "chew"]
    assert 1.0 < len(chews) / 17 < 1.9  # a second
    assert 0.3 < jaw.max() <= 1
    left, right = signals["masseter_left"].std(), signals["masseter_right"].std()
    assert max(left, right) > 1.3 * min(left, right)
    assert [e.label for e in events][-1] == "swallow"


@pytest.mark.parametrize(
    ("behaviour", "muscle", "label"),
    [("speech", "throat", "speech"), ("swallows", "throat", "swallow"), ("frowns", "frontalis", "frown"),
     ("neck_tension", "neck_left", None), ("head_turns", "neck_left", "head_turn")],
)  # fmt: skip
def test_each_behaviour_works_its_muscle(behaviour, muscle, label):
    signals, _, events = working(doing(120.0, **{behaviour: {}}))
    rest, _, _ = working(doing(120.0))
    assert signals[muscle].std() > 1.15 * rest[muscle].std()
    assert {e.label for e in events} == ({label} if label else set())


def test_rem_sleep_loosens_every_muscle():
    awake, _, _ = working(doing(30.0))
    asleep, _, _ = working(doing(30.0, sleep={"stage": "R"}))
    for muscle in MUSCLES:
        assert asleep[muscle][2000:].std() < 0.2 * awake[muscle][2000:].std()
