"""Each source by itself against its closed form or a judge from outside."""

from dataclasses import replace

import neurokit2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.signal import welch

from synth_data import ADULT, Activity, Scenario
from synth_data.ecg import ecg
from synth_data.eeg import KNEE_HZ, eeg
from synth_data.emg import emg_density, jaw_emg
from synth_data.eog import blinks, gaze, saccade_duration_s
from synth_data.motion import walking
from synth_data.spectrum import bump, shaped_noise

SFREQ = 1000.0


def only(kind: str, duration_s: float) -> tuple[Scenario, int]:
    return Scenario(kind, (Activity(kind, 0.0, duration_s),)), round(duration_s * SFREQ)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@settings(max_examples=20)
@given(level=st.floats(1e-3, 1e3), samples=st.integers(20_000, 40_000), sfreq=st.sampled_from([250.0, 1000.0]))
def test_white_noise_has_the_variance_of_its_density(level, samples, sfreq):
    noise = shaped_noise(lambda f: np.full_like(f, level), samples, sfreq, rng(samples))
    assert noise.shape == (samples,)
    assert np.var(noise) == pytest.approx(level * sfreq / 2, rel=0.06)  # 4 sd of a variance over 20000 samples


def test_shaped_noise_has_the_density_that_was_asked_for():
    noise = shaped_noise(lambda f: 3 / (1 + f**2) + bump(f, 50, 4), 600_000, SFREQ, rng())
    f, p = welch(noise, SFREQ, nperseg=2000)
    wanted = 3 / (1 + f**2) + bump(f, 50, 4)
    middle = (f > 1) & (f < 60)
    np.testing.assert_allclose(p[middle], wanted[middle], rtol=0.35)
    assert np.median(p[middle] / wanted[middle]) == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("exponent", [1.2, 1.9, 2.5])
def test_the_background_falls_with_the_subjects_exponent(exponent):
    subject = replace(ADULT, aperiodic_exponent=exponent)
    brain = eeg(np.zeros(300_000), SFREQ, subject, rng())[:, 0]
    f, p = welch(brain, SFREQ, nperseg=4000)
    clear = (f > 45) & (f < 200)  # above the knee and clear of alpha and beta
    slope, _ = np.polyfit(np.log(f[clear] ** exponent + KNEE_HZ**exponent), np.log(p[clear]), 1)
    assert slope == pytest.approx(-1, abs=0.05)


def test_alpha_peaks_at_the_subjects_frequency_and_rises_as_the_eyes_close():
    subject = replace(ADULT, alpha_hz=9.0)
    opened, closed = (eeg(np.full(200_000, lids), SFREQ, subject, rng())[:, 0] for lids in (0.0, 1.0))
    f, p_open = welch(opened, SFREQ, nperseg=4000)
    _, p_closed = welch(closed, SFREQ, nperseg=4000)
    assert f[np.argmax(p_closed - p_open)] == pytest.approx(9.0, abs=0.5)


def test_alpha_comes_in_bursts():
    time_in_bursts = eeg(np.ones(200_000), SFREQ, replace(ADULT, alpha_open_uv=50.0), rng())[:, 0]
    amplitude = np.abs(neurokit2.signal_filter(time_in_bursts, SFREQ, 8, 12))
    envelope = amplitude.reshape(-1, 200).max(axis=1)
    assert np.std(envelope) / np.mean(envelope) == pytest.approx(0.52, abs=0.12)  # Rayleigh: sqrt(4/pi - 1)


def test_saccades_follow_the_main_sequence():
    assert saccade_duration_s(10) == pytest.approx(0.043)  # D = 2.2 A + 21 ms
    angle, notes = gaze(*only("saccades", 60.0), SFREQ, rng())
    assert len(notes) > 35
    for note in notes:
        before, after = angle[int(note.onset_s * SFREQ)], angle[int((note.onset_s + note.duration_s) * SFREQ) + 1]
        assert note.label == ("saccade_right" if after > before else "saccade_left")
        assert note.duration_s == pytest.approx(saccade_duration_s(after - before), abs=1e-3)
    assert angle[-1] == pytest.approx(0, abs=1e-9)
    assert np.abs(angle).max() <= 25 + 1e-9
    assert np.abs(np.diff(angle)).max() * SFREQ < 750  # up to 700 degrees/s are seen in people


def test_a_blink_lasts_as_long_as_peoples_do_and_eyes_that_are_closed_do_not():
    scenario, samples = only("blinks", 60.0)
    lid_uv, notes = blinks(scenario, samples, SFREQ, ADULT, rng())
    durations = [note.duration_s for note in notes]
    assert 0.2 <= min(durations) <= max(durations) <= 0.5  # 100 ms to close, up to 300 shut, 100 to open
    assert np.median([lid_uv[int(n.onset_s * SFREQ) :][:300].max() for n in notes]) == pytest.approx(133, abs=20)
    assert not blinks(*only("eyes_closed", 60.0), SFREQ, ADULT, rng())[1]


def test_open_eyes_blink_at_the_subjects_rate():
    _, notes = blinks(*only("eyes_open", 600.0), SFREQ, ADULT, rng())
    assert len(notes) / 10 == pytest.approx(21, abs=2)


def test_neurokit_finds_the_blinks_that_are_annotated():
    lid_uv, notes = blinks(*only("eyes_open", 120.0), SFREQ, ADULT, rng())
    found = neurokit2.eog_findpeaks(lid_uv, sampling_rate=SFREQ, method="mne")
    hits = sum(any(n.onset_s <= i / SFREQ <= n.onset_s + n.duration_s for n in notes) for i in found)
    assert 2 * hits / (len(found) + len(notes)) > 0.95


def test_the_emg_density_is_of_unit_power_and_muscle_like():
    total, _ = quad(lambda f: emg_density(np.array(f)), 0, np.inf)
    assert total == pytest.approx(1, rel=1e-6)
    below, _ = quad(lambda f: emg_density(np.array(f)), 0, 110)
    assert 0.35 < below < 0.65  # median frequency of real surface EMG: 105 and 143 Hz (BioSPPy's two recordings)


def test_a_clench_stands_out_of_rest_by_20_to_45_db():
    muscles, notes = jaw_emg(*only("clenches", 30.0), SFREQ, ADULT, rng())
    during = np.zeros(len(muscles), bool)
    for note in notes:
        during[int((note.onset_s + 0.1) * SFREQ) : int((note.onset_s + note.duration_s - 0.2) * SFREQ)] = True
    rest, _ = jaw_emg(*only("eyes_open", 30.0), SFREQ, ADULT, rng())
    ratio_db = 20 * np.log10(muscles[during].std(axis=0) / rest.std(axis=0))
    assert len(notes) >= 10
    assert np.all(
        (ratio_db > 20) & (ratio_db < 45)
    )  # at most 182 / 1.9 = 39.6 dB (Ferrario 1993), and its unsteadiness


def test_neurokit_finds_the_r_peaks_that_are_annotated():
    heart, notes = ecg(60_000, SFREQ, ADULT, rng())
    found = neurokit2.ecg_peaks(heart, sampling_rate=1000)[1]["ECG_R_Peaks"] / SFREQ
    truth = np.array([note.onset_s for note in notes])
    hits = sum(np.abs(truth - peak).min() < 0.005 for peak in found)
    assert 2 * hits / (len(found) + len(truth)) > 0.99


def test_the_heart_beats_at_the_subjects_rate():
    _, notes = ecg(120_000, SFREQ, replace(ADULT, heart_rate_bpm=80.0), rng())
    intervals = np.diff([note.onset_s for note in notes])
    assert 60 / intervals.mean() == pytest.approx(80, abs=2)
    assert 0.005 < intervals.std() < 0.1


def test_a_faster_converter_sees_the_same_heart():
    slow, slow_notes = ecg(5_000, 250.0, ADULT, rng())
    fast, fast_notes = ecg(20_000, 1000.0, ADULT, rng())
    assert slow_notes == fast_notes
    np.testing.assert_allclose(slow, fast[::4], atol=1e-9)


def test_steps_come_at_walking_pace_and_shake_the_head_as_walking_does():
    motion_g, notes = walking(*only("walking", 60.0), SFREQ, ADULT, rng())
    assert 1.6 < len(notes) / 60 < 2.4
    assert 0.1 < np.percentile(np.abs(motion_g), 99) < 0.5
    f, p = welch(motion_g, SFREQ, nperseg=8000)
    assert f[np.argmax(p)] == pytest.approx(ADULT.steps_hz, abs=0.13)
    assert p[f < 20].sum() / p.sum() > 0.95


def test_who_does_not_walk_does_not_shake():
    motion_g, notes = walking(*only("eyes_open", 20.0), SFREQ, ADULT, rng())
    assert not motion_g.any()
    assert not notes
