"""The float filters against scipy's own designs and the decimator's specification."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from earloop.spec.decimator import decimator_taps, quantise_taps, sinc3_gain
from earloop.spec.design import parse_design
from earloop.spec.filters import band_sections, notch_q, notch_section
from earloop.spec.fixed import compile_design

RATE = 200.0
GRID = np.linspace(0.01, 99.9, 5000)


def response(sos):
    return signal.sosfreqz(np.atleast_2d(sos), GRID, fs=RATE)[1]


def test_each_band_is_scipys_butterworth(design):
    for band in design.bands:
        if band.high_hz == design.nyquist_hz:
            wanted = signal.butter(4, band.low_hz, "highpass", fs=RATE, output="sos")
        else:
            wanted = signal.butter(2, (band.low_hz, band.high_hz), "bandpass", fs=RATE, output="sos")
        found = np.stack([s.sos for s in band_sections(band, RATE)])
        np.testing.assert_allclose(response(found), response(wanted), atol=1e-8)


def test_no_first_section_peaks_above_unity(design):
    for band in design.bands:
        first = band_sections(band, RATE)[0]
        assert np.abs(response(first.sos)).max() <= 1 + 1e-3


def test_the_notch_is_scipys_iirnotch(design):
    b, a = signal.iirnotch(design.notch.mains_hz, design.notch.q, fs=RATE)
    wanted = signal.freqz(b, a, GRID, fs=RATE)[1]
    np.testing.assert_allclose(1 - response(notch_section(design).sos), wanted, atol=1e-12)


@pytest.mark.parametrize("bits", [None, 18])
def test_the_decimator_meets_its_specification(design, bits):
    taps = decimator_taps(design)
    if bits:
        integers, shift = quantise_taps(taps, bits)
        assert sum(integers) == 2**shift, "the gain at DC is exact"
        assert integers == integers[::-1], "the phase is linear"
        taps = np.array(integers) / 2.0**shift
    grid = np.linspace(0, 500, 20001)
    gain = np.abs(signal.freqz(taps, worN=grid, fs=1000)[1])
    with np.errstate(divide="ignore"):
        total_db = 20 * np.log10(gain * sinc3_gain(grid, 1000))
        own_db = 20 * np.log10(gain)
    assert np.abs(total_db[grid <= 90]).max() < 0.1
    assert own_db[grid >= 110].max() < -75


@pytest.mark.parametrize(("mains_hz", "depth_db"), [(50, 140), (60, 110)])
def test_the_quantised_notch_keeps_its_width_and_its_zero_on_the_mains(design_data, mains_hz, depth_db):
    design_data["notch"]["mains_hz"] = mains_hz
    design = parse_design(design_data)
    assert compile_design(design).notch_q == pytest.approx(design.notch.q, rel=1e-4)
    error_bits = design.fixed_point.error_bits
    widening = design.fixed_point.widening
    sos = compile_design(design).notch.sos(error_bits)
    sos[:3] /= widening
    left_over = np.abs(1 - signal.sosfreqz(sos[None], [mains_hz], fs=RATE)[1][0])
    assert left_over < 10 ** (-depth_db / 20)


def test_the_quality_factor_that_is_told_is_that_of_iirnotch():
    _, (_, _, a2) = signal.iirnotch(50, 17.5, fs=RATE)
    assert notch_q(1 - a2, 50, RATE) == pytest.approx(17.5, rel=1e-12)
