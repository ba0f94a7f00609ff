"""The heart against ECGSYN's own differential equation, integrated to a tight tolerance, and against NeuroKit2."""

from dataclasses import replace

import neurokit2
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline
from scipy.signal import find_peaks, periodogram

from earloop.synth_data import ADULT
from earloop.synth_data.sources.ecg import HEIGHT, _at_rate, ecg, ppg
from earloop.synth_data.sources.heartbeat import heartbeat
from tests.synth_data.lives import SFREQ, doing, rng
from tests.synth_data.scoring import f1_of_times

REGULAR = replace(ADULT, ectopic_per_h=0.0)


def heart_of(duration_s, subject=REGULAR, sfreq=SFREQ, gain=None):
    beats = heartbeat(doing(duration_s, gain=gain), subject, rng())
    return beats, *ecg(beats, round(duration_s * sfreq), sfreq, subject)


def integrated(beats, duration_s):
    """ECGSYN's z' for these beats by Runge-Kutta of order 8, float64 at 10 kHz."""
    angles, widths = _at_rate(np.median(np.diff(beats.r_s)))

    def slope(t, z):
        turns = np.interp(t, beats.r_s, np.arange(len(beats.r_s)))
        d = (2 * np.pi * (turns - np.rint(turns)) - angles + np.pi) % (2 * np.pi) - np.pi
        return -(HEIGHT * d * np.exp(-(d**2) / (2 * widths**2))).sum() - z

    t = np.arange(0, duration_s, 1e-4)
    return t, solve_ivp(slope, (0, duration_s), [0.0], "DOP853", t, rtol=1e-9, atol=1e-12, max_step=5e-3).y[0]


def test_r_times_are_within_a_millisecond_of_the_integrated_equation():
    beats, heart, events = heart_of(20.0)
    t, z = integrated(beats, 20.0)
    peaks, _ = find_peaks(z, height=0.5 * z.max(), distance=3000)
    truth = np.array([e.onset_s for e in events])
    later = t[peaks][t[peaks] > 1]
    assert len(later) > 15
    assert max(np.abs(truth - peak).min() for peak in later) < 1e-3
    wave = np.interp(np.arange(len(heart)) / SFREQ, t, z)
    settled = slice(8000, None)  # the integrator begins at 0 and forgets that with a time constant of 1 s
    assert np.corrcoef(heart[settled], wave[settled])[0, 1] > 0.995  # breathing's 6 % apart


def test_neurokit_finds_the_r_peaks_that_are_annotated():
    _, heart, events = heart_of(120.0)
    found = neurokit2.ecg_peaks(heart, sampling_rate=1000)[1]["ECG_R_Peaks"] / SFREQ
    assert f1_of_times([e.onset_s for e in events], found, within_s=0.005) > 0.99


def test_the_wave_is_neurokits_ecgsyn_to_the_eye():
    _, heart, events = heart_of(60.0, replace(REGULAR, heart_rate_bpm=70.0))
    theirs = neurokit2.ecg_simulate(60, sampling_rate=1000, heart_rate=70, noise=0, random_state=1)
    peaks = neurokit2.ecg_peaks(theirs, sampling_rate=1000)[1]["ECG_R_Peaks"]

    def beat(signal, at):
        return np.mean([signal[i - 300 : i + 450] for i in at if 300 <= i < len(signal) - 450], axis=0)

    ours = beat(heart, [round(e.onset_s * 1000) for e in events])
    assert np.corrcoef(ours, beat(theirs, peaks))[0, 1] > 0.95


def test_the_heart_beats_at_the_subjects_rate_and_faster_when_told():
    for gain, wanted in ((None, 80.0), ({"heart_rate": 1.5}, 120.0)):
        _, _, events = heart_of(200.0, replace(REGULAR, heart_rate_bpm=80.0), gain=gain)
        assert 60 / np.diff([e.onset_s for e in events]).mean() == pytest.approx(wanted, abs=2)


def test_heart_rate_variability_has_its_two_bands():
    r_s = heartbeat(doing(7200.0), REGULAR, rng()).r_s
    # As the Task Force has it: intervals against time, a cubic spline at 4 Hz, the power of two bands.
    grid = np.arange(r_s[1], r_s[-1], 0.25)
    even = CubicSpline(r_s[1:], np.diff(r_s))(grid)
    f, p = periodogram(even - even.mean(), 4.0)
    low, high = (1e6 * p[(f >= a) & (f < b)].sum() * f[1] for a, b in ((0.04, 0.15), (0.15, 0.4)))
    assert low == pytest.approx(ADULT.hrv_lf_ms2, rel=0.25)
    assert high == pytest.approx(ADULT.hrv_hf_ms2, rel=0.25)


def test_ectopic_beats_come_early_and_are_followed_by_a_pause():
    beats, heart, events = heart_of(600.0, replace(ADULT, ectopic_per_h=400.0))
    early = np.flatnonzero(beats.ectopic)[1:-1]
    intervals = np.diff(beats.r_s)
    assert len(early) > 20
    assert np.median(intervals[early - 1]) < 0.8 * np.median(intervals)
    assert np.median(intervals[early]) > 1.2 * np.median(intervals)
    odd = [round(e.onset_s * 1000) for e in events if e.label == "ectopic_beat"]
    even = [round(e.onset_s * 1000) for e in events if e.label == "r_peak"]

    def width(at):
        beat = np.mean([heart[i - 80 : i + 80] for i in at[2:-2]], axis=0)
        return (beat > 0.5 * beat.max()).sum()

    assert width(odd) > 1.5 * width(even)


def test_a_faster_converter_sees_the_same_heart():
    _, slow, slow_events = heart_of(20.0, sfreq=250.0)
    _, fast, fast_events = heart_of(20.0, sfreq=1000.0)
    assert slow_events == fast_events
    np.testing.assert_allclose(slow[500:], fast[::4][500:], atol=0.02)


def test_the_pulse_wave_follows_the_r_peak_by_its_transit_time():
    beats, _, events = heart_of(60.0)
    pulse = ppg(beats, 60_000, SFREQ, REGULAR)
    rise = np.mean([pulse[(i := round(e.onset_s * 1000)) : i + 600] for e in events if 1 < e.onset_s < 58], axis=0)
    foot = np.argmax(np.diff(rise, 2)[:300])  # the foot is where the wave bends up most sharply
    assert foot / 1000 == pytest.approx(REGULAR.pulse_transit_s, abs=0.06)
    assert np.argmax(rise) / 1000 == pytest.approx(REGULAR.pulse_transit_s + 0.13, abs=0.02)
