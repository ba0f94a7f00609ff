"""Spectra of the bands: each shows its own band, however slow, or says that the run is too short for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from earloop.hil.judging.spectra import LINES, band_spectra
from earloop.hil.reports.plots import spectra_figure

TONE_UV = 40.0


@pytest.fixture
def spectra_of(design):
    """Spectra of a run in which every band of every channel is one tone, of an error of a hundredth of it."""

    def of(seconds, tones_hz):
        ticks = np.arange(round(seconds * design.token_rate_hz)) / design.token_rate_hz
        step = 2.0**design.fixed_point.band_guard_bits / design.converter.lsb_uv
        tones = TONE_UV * np.sin(2 * np.pi * ticks[:, None, None] * np.array(tones_hz))
        uv = np.broadcast_to(tones, (len(ticks), len(design.channels), len(design.bands)))
        wanted = 0.99 * uv / design.converter.lsb_uv
        return band_spectra(design, np.rint(uv * step).astype(np.int32), wanted, np.zeros(uv.shape, bool))

    return of


def middle(band):
    return (band.low_hz + band.high_hz) / 2


def test_every_band_of_a_long_run_has_lines_in_it_and_its_tone_where_it_is(design, spectra_of):
    found = spectra_of(60.0, [middle(band) for band in design.bands])
    for band, spectrum in zip(design.bands, found, strict=True):
        inside = (spectrum.frequency_hz >= band.low_hz - 1e-9) & (spectrum.frequency_hz <= band.high_hz)
        assert inside.sum() >= LINES, band.name
        assert spectrum.frequency_hz[1] <= band.low_hz + 1e-9, f"{band.name}: its lower edge is drawn"
        peak_hz = spectrum.frequency_hz[np.argmax(spectrum.signal)]
        assert peak_hz == pytest.approx(middle(band), abs=1 / spectrum.wanted_s), band.name
        assert not spectrum.too_short


def test_the_power_of_a_slow_tone_is_its_amplitude_squared_over_two(design, spectra_of):
    found = spectra_of(200.0, [middle(band) for band in design.bands])
    for spectrum in found:
        power = spectrum.signal.sum() * spectrum.frequency_hz[1]
        assert power == pytest.approx(TONE_UV**2 / 2, rel=0.02), spectrum.band
        error = spectrum.error.sum() * spectrum.frequency_hz[1]
        assert error == pytest.approx((0.01 * TONE_UV) ** 2 / 2, rel=0.03), spectrum.band


def test_a_run_that_is_too_short_for_a_band_says_so_in_the_picture(design, spectra_of):
    found = spectra_of(10.0, [middle(band) for band in design.bands])
    assert [spectrum.band for spectrum in found if spectrum.too_short] == ["ecg_lf", "ecg_hf"]
    picture = spectra_figure(found)
    assert picture.count("10 s are too short") == 2
    assert "for this band: 44 s needed" in picture
    assert "too short" not in spectra_figure(spectra_of(60.0, [middle(band) for band in design.bands]))


@pytest.mark.filterwarnings("error")
def test_bands_without_a_signal_are_drawn_without_a_warning(design, spectra_of):
    spectra = spectra_of(60.0, [middle(band) for band in design.bands])
    assert spectra_figure([replace(one, signal=0 * one.signal, error=0 * one.error) for one in spectra])
