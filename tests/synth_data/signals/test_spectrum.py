"""Noise of a wanted density, whatever its length; and signals drawn by knots."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import welch

from earloop.synth_data.signals.curve import add_wave, curve, pulses, ramps
from earloop.synth_data.signals.spectrum import BLOCK, bump, rhythm, shaped_noise, slow_noise
from tests.synth_data.lives import SFREQ, rng


@settings(max_examples=20)
@given(level=st.floats(1e-3, 1e3), samples=st.integers(20_000, 200_000), sfreq=st.sampled_from([250.0, 1000.0]))
def test_white_noise_has_the_variance_of_its_density(level, samples, sfreq):
    noise = shaped_noise(lambda f: np.full_like(f, level), samples, sfreq, rng(samples))
    assert noise.shape == (1, samples)
    assert np.var(noise) == pytest.approx(level * sfreq / 2, rel=0.06)  # 4 sd of a variance over 20000 samples


def test_shaped_noise_has_the_density_that_was_asked_for():
    noise = shaped_noise(lambda f: 3 / (1 + f**2) + bump(f, 50, 4), 600_000, SFREQ, rng())[0]
    f, p = welch(noise, SFREQ, nperseg=2000)
    wanted = 3 / (1 + f**2) + bump(f, 50, 4)
    middle = (f > 1) & (f < 60)
    np.testing.assert_allclose(p[middle], wanted[middle], rtol=0.35)
    assert np.median(p[middle] / wanted[middle]) == pytest.approx(1, abs=0.03)


def test_where_blocks_meet_noise_is_as_loud_as_elsewhere():
    noise = shaped_noise(lambda f: np.full_like(f, 2 / SFREQ), 2 * BLOCK + 5000, SFREQ, rng(), rows=200)
    seams = np.concatenate([noise[:, edge : edge + 1000] for edge in (BLOCK, 2 * BLOCK)], axis=1)
    assert seams.std() == pytest.approx(1, abs=0.01)


def test_noises_of_one_call_are_independent():
    noise = shaped_noise(np.ones_like, 100_000, SFREQ, rng(), rows=3)
    assert np.abs(np.corrcoef(noise) - np.eye(3)).max() < 0.02


def test_a_rhythm_has_unit_power_at_its_frequency():
    found = rhythm(10.0, 0.8, 300_000, SFREQ, rng())[0]
    f, p = welch(found, SFREQ, nperseg=8000)
    assert f[np.argmax(p)] == pytest.approx(10, abs=0.5)
    assert found.std() == pytest.approx(1, abs=0.05)


def test_slow_noise_has_unit_power_below_its_corner():
    found = slow_noise(1.0, 2_000_000, SFREQ, rng())
    f, p = welch(found, SFREQ, nperseg=50_000)
    assert found.std() == pytest.approx(1, abs=0.06)
    assert p[f < 2].sum() / p.sum() > 0.9


def test_a_curve_goes_through_its_knots():
    drawn = curve([(0.0, 1.0), (1.0, 3.0), (2.0, -1.0)], 3000, SFREQ)
    np.testing.assert_allclose(drawn[[0, 500, 1000, 1500, 2000, 2999]], [1, 2, 3, 1, -1, -1], atol=1e-5)


@given(spans=st.lists(st.tuples(st.floats(0, 50), st.floats(0.1, 20)), max_size=8), ramp_s=st.floats(0.01, 3))
def test_ramps_stay_between_nought_and_one_and_are_high_within_long_spans(spans, ramp_s):
    starts = np.cumsum([start + length for start, length in [(0.0, 0.0), *spans]])[:-1]
    laid = [
        (float(start + gap), float(start + gap + length)) for start, (gap, length) in zip(starts, spans, strict=True)
    ]
    line = curve(ramps(laid, ramp_s), 20_000, 100.0)
    assert 0 <= line.min() <= line.max() <= 1
    for start, end in laid:
        if end - start > 4 * ramp_s and end < 200:
            assert line[int((start + end) / 2 * 100)] == pytest.approx(1, abs=1e-3)


def test_a_bump_rises_holds_and_falls():
    drawn = pulses([(1.0, 0.1, 0.2, 0.1, 5.0)], 2000, SFREQ)
    np.testing.assert_allclose(drawn[[999, 1050, 1100, 1200, 1300, 1350, 1401]], [0, 2.5, 5, 5, 5, 2.5, 0], atol=1e-4)


def test_a_wave_that_sticks_out_is_cut():
    signal = np.zeros(10, np.float32)
    add_wave(signal, 0.008, np.ones(5), SFREQ)
    add_wave(signal, 2.0, np.ones(5), SFREQ)
    assert signal.tolist() == [0] * 8 + [1, 1]
