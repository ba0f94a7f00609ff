"""The cortex awake and asleep, against what recordings show."""

from dataclasses import replace

import neurokit2
import numpy as np
import pytest
from scipy.signal import welch

from earloop.synth_data import ADULT
from earloop.synth_data.sources.eeg import CORNER_HZ, STATES, background_density, eeg, spans
from tests.synth_data.lives import ACROSS, SFREQ, doing, one_after_another, rng


def brain(timeline, subject=ADULT):
    """EEG at T7 against A2."""
    return eeg(ACROSS, timeline, subject, round(timeline.duration_s * SFREQ), rng())[0]


@pytest.mark.parametrize("exponent", [1.2, 1.9, 2.5])
def test_the_background_falls_with_the_subjects_exponent(exponent):
    quiet = replace(ADULT, aperiodic_exponent=exponent, beta_uv=0.0, gamma_uv=0.0)
    f, p = welch(brain(doing(300.0), quiet), SFREQ, nperseg=4000)
    clear = (f > 20) & (f < 200)  # far above the knee, and clear of alpha
    slope, _ = np.polyfit(np.log(f[clear]), np.log(p[clear]), 1)
    assert slope == pytest.approx(-exponent, abs=0.06)


def test_alpha_peaks_at_the_subjects_frequency_and_rises_as_the_eyes_close():
    subject = replace(ADULT, alpha_hz=9.0)
    f, p_open = welch(brain(doing(200.0), subject), SFREQ, nperseg=4000)
    _, p_closed = welch(brain(doing(200.0, eyes_closed={}), subject), SFREQ, nperseg=4000)
    assert f[np.argmax(p_closed - p_open)] == pytest.approx(9.0, abs=0.5)
    alpha = (f > 8) & (f < 13)
    ratio = np.sqrt(p_closed[alpha].sum() / p_open[alpha].sum())
    assert 1.5 < ratio < 2.3  # 3.7 / 2.2 above the ear (OpenBCI), 2.17 within it (Kaveh et al. 2020)


def test_alpha_waxes_and_wanes():
    loud = replace(ADULT, alpha_uv=50.0)
    amplitude = np.abs(neurokit2.signal_filter(brain(doing(200.0), loud), SFREQ, 8, 12))
    envelope = amplitude.reshape(-1, 200).max(axis=1)
    # A Rayleigh envelope has sqrt(4/pi - 1) = .52; slow waxing adds to it.
    assert 0.5 < np.std(envelope) / np.mean(envelope) < 0.8


def test_a_modulator_changes_its_rhythm_by_as_much():
    loud = replace(ADULT, alpha_uv=200.0)  # the rest of the EEG is then nothing beside it
    calm, strong = (brain(doing(200.0, gain={"alpha": factor}), loud) for factor in (1.0, 2.0))
    assert np.std(strong) / np.std(calm) == pytest.approx(2.0, rel=0.01)


@pytest.mark.parametrize(
    ("stage", "least", "most"),
    [("N2", 2.4, 4.0), ("N3", 2.8, 4.4), ("R", 3.6, 5.4)],  # about 1.9 awake, 3.5 N3, 4.7 REM: Lendner et al. 2020
)
def test_sleep_steepens_the_spectrum_of_30_to_45_hz(stage, least, most):
    assert least < slope_30_45(doing(200.0, eyes_closed={}, sleep={"stage": stage})) < most


def test_awake_the_spectrum_of_30_to_45_hz_is_flatter_than_in_any_sleep():
    assert 1.0 < slope_30_45(doing(200.0)) < 2.6  # before muscles, which flatten it


def slope_30_45(timeline):
    f, p = welch(brain(timeline), SFREQ, nperseg=4000)
    part = (f >= 30) & (f <= 45)
    return -np.polyfit(np.log(f[part]), np.log(p[part]), 1)[0]


def test_the_background_is_as_loud_as_its_density_says():
    still = replace(ADULT, alpha_uv=0.0, beta_uv=0.0, gamma_uv=0.0)
    f, p = welch(brain(doing(300.0, sleep={"stage": "N3"}), still), SFREQ, nperseg=8000)
    part = (f > 0.5) & (f < 4)  # theta's rhythm is the only other, and lies above
    np.testing.assert_allclose(p[part], background_density(still, "N3")(f[part]), rtol=0.5)
    assert np.median(p[part] / background_density(still, "N3")(f[part])) == pytest.approx(1, abs=0.05)


def test_states_bend_the_spectrum_only_above_the_corner():
    f = np.array([3.0, 6.0, 60.0])
    deep, awake = background_density(ADULT, "R")(f), background_density(ADULT, "W")(f)
    assert deep[2] / awake[2] < 0.1 < deep[1] / awake[1]
    assert 10 < CORNER_HZ < 30
    assert set(STATES) == {"W", "N1", "N2", "N3", "R"}


def test_stages_that_follow_one_another_are_one_span():
    n2 = {"sleep": {"stage": "N2"}}
    timeline = one_after_another((30.0, {}), (30.0, n2), (30.0, n2), (30.0, {"sleep": {"stage": "R"}}), (30.0, {}))
    found = [(state, round(start), round(end)) for state, start, end in spans(timeline)]
    assert found == [("W", 0, 30), ("N2", 30, 90), ("R", 90, 120), ("W", 120, 150)]
