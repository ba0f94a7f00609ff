"""The short filter against the closed form and against the converter's own arithmetic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import freqz, welch

from sim import sinc3_response
from sim.sinc3 import noise_taps, sinc3_filter, sinc3_taps


@pytest.mark.parametrize(("rate_hz", "loss_db"), [(250, 7.3), (500, 1.7), (1000, 0.43)])
def test_the_closed_form_loses_at_100_hz_what_the_datasheet_implies(rate_hz, loss_db):
    assert -20 * np.log10(sinc3_response(np.array([100.0]), rate_hz))[0] == pytest.approx(loss_db, abs=0.05)


def test_the_closed_form_is_three_moving_averages_at_the_modulator_clock():
    box = np.ones(1024) / 1024  # 1.024 MHz modulator clock, 1000 SPS
    f = np.array([1.0, 50.0, 100.0, 262.0, 499.0])
    _, h = freqz(box, worN=f, fs=1_024_000)
    np.testing.assert_allclose(sinc3_response(f, 1000), np.abs(h) ** 3, rtol=1e-4)


@pytest.mark.parametrize(("highest", "tolerance_db"), [(0.1, 0.005), (0.45, 0.01), (0.5, 0.1)])
def test_the_short_filter_has_the_closed_forms_magnitude(highest, tolerance_db):
    f = np.linspace(0, highest, 777)
    _, h = freqz(sinc3_taps(), worN=f, fs=1.0)
    error_db = 20 * np.log10(np.abs(h) / sinc3_response(f, 1.0))
    assert np.abs(error_db).max() < tolerance_db


def test_a_sine_keeps_its_phase_and_loses_what_it_should():
    t = np.arange(2000) / 1000
    for f in (10.0, 40.0, 100.0):
        out = sinc3_filter(np.sin(2 * np.pi * f * t)[:, np.newaxis])[100:-100, 0]
        wanted = sinc3_response(np.array([f]), 1000)[0] * np.sin(2 * np.pi * f * t)[100:-100]
        np.testing.assert_allclose(out, wanted, atol=1e-3)


@given(offset_uv=st.floats(-375e3, 375e3), samples=st.integers(1, 300))
def test_an_offset_passes_unchanged_to_the_very_ends(offset_uv, samples):
    np.testing.assert_allclose(sinc3_filter(np.full((samples, 2), offset_uv)), offset_uv, rtol=1e-12, atol=1e-12)


def test_coloured_noise_is_what_three_moving_averages_leave_of_white_noise():
    rng = np.random.default_rng(0)
    modulator = rng.standard_normal(64 * 60_000)
    for _ in range(3):
        sums = np.cumsum(modulator)
        modulator = sums[64:] - sums[:-64]
    decimated = modulator[::64] / modulator[::64].std()
    short = np.convolve(rng.standard_normal(60_000), noise_taps(), "valid")
    (_, p_long), (_, p_short) = (welch(x, 1.0, nperseg=128) for x in (decimated, short))
    assert short.std() == pytest.approx(1, abs=0.02)
    np.testing.assert_allclose(p_short[2:-1], p_long[2:-1], rtol=0.2)
