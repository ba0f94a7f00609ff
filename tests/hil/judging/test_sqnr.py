"""SQNR of known errors, and which samples count."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.hil.judging.sqnr import band_qualities


def random_bands(seed=0, ticks=4000):
    return 1000.0 * np.random.default_rng(seed).standard_normal((ticks, 4, 12))


def held(signal):
    """As integers with the band format's fraction, of 12 bits."""
    return np.round(signal * 2**12).astype(np.int32)


@pytest.mark.parametrize("wanted_db", [60, 85])
def test_a_known_error_gives_its_sqnr(design, wanted_db):
    signal = random_bands()
    noise = random_bands(1) * 10 ** (-wanted_db / 20)
    qualities = band_qualities(design, held(signal + noise), held(signal), signal, np.zeros((4000, 4, 12), bool))
    for quality in qualities:
        assert quality.sqnr_db == pytest.approx(wanted_db, abs=0.3)
        assert quality.in_range == pytest.approx(1)
        assert quality.passed.all() == (wanted_db >= design.fixed_point.min_sqnr_db)


def test_a_device_may_fall_short_as_the_golden_model_does_and_no_further(design):
    signal, noise, in_range = random_bands(), random_bands(1) * 1e-3, np.zeros((4000, 4, 12), bool)
    golden = held(signal + noise)
    right = band_qualities(design, golden, golden, signal, in_range)[3]
    assert right.passed.all()
    assert right.short_channels == [0, 1, 2, 3]
    assert right.worst_db == pytest.approx(60, abs=0.3)
    worse = band_qualities(design, held(signal + 1.1 * noise), golden, signal, in_range)[3]
    assert worse.failed_channels == [0, 1, 2, 3]


def test_what_a_plan_asks_for_excuses_nobody(design):
    signal = random_bands()
    golden = held(signal + random_bands(1) * 1e-3)
    limits = [70.0] + [None] * 11
    first, second, *_ = band_qualities(design, golden, golden, signal, np.zeros((4000, 4, 12), bool), limits)
    assert first.failed_channels == [0, 1, 2, 3]
    assert second.passed.all()


def test_a_quiet_band_passes_if_the_amplifier_hides_its_error(design):
    signal = random_bands() * 1e-4  # a tenth of a code, 4.5 nV
    found, in_range = held(signal), np.zeros((4000, 4, 12), bool)
    quality = band_qualities(design, found, held(signal * 0), signal, in_range)[4]
    assert quality.sqnr_db.max() < 80
    assert quality.passed.all()
    assert np.isnan(quality.worst_db)  # it is not what the band is judged by
    loud = band_qualities(design, found + 2**12, held(signal), signal, in_range)[4]
    assert not loud.passed.any()


def test_ticks_that_saturate_do_not_count(design):
    signal, beyond = random_bands(), np.zeros((4000, 4, 12), bool)
    beyond[500:550, 1, 3] = True
    found = held(signal)
    found[500:550, 1, 3] += 2**24
    quality = band_qualities(design, found, held(signal), signal, beyond)[3]
    assert quality.passed.all()
    assert quality.in_range[1] == pytest.approx(1 - 50 / 4000)
    assert band_qualities(design, found, held(signal), signal, ~beyond)[3].failed_channels == [1]


def test_a_band_that_was_never_in_range_has_no_sqnr(design):
    signal = random_bands()
    quality = band_qualities(design, held(signal), held(signal), signal, np.ones((4000, 4, 12), bool))[0]
    assert np.isnan(quality.sqnr_db).all()
    assert np.isnan(quality.worst_db)
