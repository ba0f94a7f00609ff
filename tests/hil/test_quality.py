"""SQNR of known errors, and which samples count."""

from __future__ import annotations

import numpy as np
import pytest

from hil.quality import SETTLING_PERIODS, band_qualities, in_range_ticks


def random_bands(seed=0, ticks=4000):
    return 1000.0 * np.random.default_rng(seed).standard_normal((ticks, 4, 12))


@pytest.mark.parametrize("wanted_db", [60, 85])
def test_a_known_error_gives_its_sqnr(design, wanted_db):
    signal = random_bands()
    noise = random_bands(1) * 10 ** (-wanted_db / 20)
    found = np.round((signal + noise) * 2**12).astype(np.int32)
    qualities = band_qualities(design, found, signal, np.zeros((80, 4, 12), bool))
    for quality in qualities:
        assert quality.sqnr_db == pytest.approx(wanted_db, abs=0.3)
        assert quality.in_range == pytest.approx(1)
        assert quality.passed.all() == (wanted_db >= design.fixed_point.min_sqnr_db)


def test_a_quiet_band_passes_if_the_amplifier_hides_its_error(design):
    signal = random_bands() * 1e-4  # a tenth of a code, 4.5 nV
    found = np.round(signal * 2**12).astype(np.int32)
    quality = band_qualities(design, found, signal, np.zeros((80, 4, 12), bool))[4]
    assert quality.sqnr_db.max() < 80
    assert quality.passed.all()
    loud = band_qualities(design, found + 2**12, signal, np.zeros((80, 4, 12), bool))[4]
    assert not loud.passed.any()


def test_nothing_counts_from_a_saturation_until_the_band_has_settled(design):
    band = design.bands[2]
    saturated = np.zeros((80, 4), bool)
    saturated[10, 1] = True
    valid = in_range_ticks(design, band, saturated, 4000)
    settling_ticks = SETTLING_PERIODS / band.low_hz * design.token_rate_hz
    assert valid[:500, 1].all()
    assert not valid[500 : 500 + int(settling_ticks), 1].any()
    assert valid[550 + int(settling_ticks) + 50 :, 1].all()
    assert valid[:, [0, 2, 3]].all()


def test_a_band_that_was_never_in_range_has_no_sqnr(design):
    signal = random_bands()
    quality = band_qualities(design, (signal * 2**12).astype(np.int32), signal, np.ones((80, 4, 12), bool))[0]
    assert np.isnan(quality.sqnr_db).all()
    assert np.isnan(quality.worst_db)
