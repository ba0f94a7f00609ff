"""The filter against the closed form and against the converter's own arithmetic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import freqz

from earloop.sim.ads1299.sinc3 import sinc3_filter
from earloop.spec.decimator import sinc3_gain


@pytest.mark.parametrize(("rate_hz", "loss_db"), [(250, 7.3), (500, 1.7), (1000, 0.43)])
def test_the_closed_form_loses_at_100_hz_what_the_datasheet_implies(rate_hz, loss_db):
    assert -20 * np.log10(sinc3_gain(np.array([100.0]), rate_hz))[0] == pytest.approx(loss_db, abs=0.05)


def test_the_closed_form_is_three_moving_averages_at_the_modulator_clock():
    box = np.ones(1024) / 1024  # 1.024 MHz modulator clock, 1000 SPS
    f = np.array([1.0, 50.0, 100.0, 262.0, 499.0])
    _, h = freqz(box, worN=f, fs=1_024_000)
    np.testing.assert_allclose(sinc3_gain(f, 1000), np.abs(h) ** 3, rtol=1e-4)


@pytest.mark.parametrize(("dtype", "samples"), [(np.float64, 20_001), (np.float32, 20_001), (np.float64, 5000)])
def test_the_filter_has_the_closed_forms_magnitude_up_to_half_the_rate(dtype, samples):
    impulse = np.zeros(samples, dtype)
    impulse[samples // 2] = 1.0
    f = np.linspace(0, 0.5, 4001)  # to fs/2 itself, and between the bins of any transform
    _, h = freqz(sinc3_filter(impulse).astype(float), worN=2 * np.pi * f)
    boxes = np.abs(freqz(np.ones(512) / 512, worN=2 * np.pi * f / 512)[1]) ** 3  # the converter's own arithmetic
    assert np.abs(20 * np.log10(np.abs(h) / boxes)).max() < 0.05


def test_a_sine_keeps_its_phase_and_loses_what_it_should():
    t = np.arange(2000) / 1000
    for f in (10.0, 40.0, 100.0):
        out = sinc3_filter(np.sin(2 * np.pi * f * t))[100:-100]
        wanted = sinc3_gain(np.array([f]), 1000)[0] * np.sin(2 * np.pi * f * t)[100:-100]
        np.testing.assert_allclose(out, wanted, atol=1e-3)


@given(offset_uv=st.floats(-375e3, 375e3), samples=st.integers(1, 300))
def test_an_offset_passes_unchanged_to_the_very_ends(offset_uv, samples):
    np.testing.assert_allclose(sinc3_filter(np.full(samples, offset_uv)), offset_uv, rtol=1e-12, atol=1e-12)


def test_what_happens_at_one_end_stays_there():
    uv = np.zeros(4000)
    uv[-51:-1] = 1000.0 * np.sin(np.arange(50))
    assert np.abs(sinc3_filter(uv)[:1000]).max() < 0.05


def test_precision_is_that_of_the_input():
    uv = np.random.default_rng(0).standard_normal(1000)
    single, double = sinc3_filter(uv.astype(np.float32)), sinc3_filter(uv)
    assert (single.dtype, double.dtype) == (np.float32, np.float64)
    np.testing.assert_allclose(single, double, atol=1e-5)
