"""What a spoilt front end hands on, against what its fault says in plain numbers."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.hil.faults.fault import Fault
from earloop.hil.faults.front_end import apply_fault

SAMPLES = 4000


@pytest.fixture
def codes():
    """A slow wave on each channel, another frequency each, 20 mV off zero."""
    time_s = np.arange(SAMPLES) / 1000
    return np.stack([600_000 + 50_000 * np.sin(2 * np.pi * hz * time_s) for hz in (3, 5, 7, 11)], axis=1).astype(
        np.int32
    )


@pytest.fixture
def spoilt(codes, design):
    def by(kind, **options):
        return apply_fault(codes, Fault(kind=kind, **options).on(design), design)

    return by


@pytest.mark.parametrize(
    ("kind", "value"), [("stuck", lambda before: before), ("saturation", lambda before: 2**23 - 1)]
)
def test_one_channel_holds_one_code_from_onset_to_end(spoilt, codes, kind, value):
    out = spoilt(kind, channels=("T9",), begins_s=1.0, lasts_s=0.5)
    assert set(out[1000:1500, 1]) == {value(codes[999, 1])}
    out[1000:1500, 1] = codes[1000:1500, 1]
    np.testing.assert_array_equal(out, codes)


def test_stale_samples_are_the_last_one_again(spoilt, codes):
    out = spoilt("stale", begins_s=2.0, lasts_s=0.25)
    assert (out[2000:2250] == codes[1999]).all()
    np.testing.assert_array_equal(np.delete(out, slice(2000, 2250), 0), np.delete(codes, slice(2000, 2250), 0))


def test_lost_samples_are_gone_and_nothing_else(spoilt, codes):
    out = spoilt("lost", begins_s=1.0, amount=7)
    np.testing.assert_array_equal(out, np.concatenate([codes[:1000], codes[1007:]]))


def test_a_gain_multiplies_the_whole_code_and_clips(spoilt, codes):
    out = spoilt("gain", channels=("T10",), amount=0.5)
    assert np.abs(out[:, 3] - codes[:, 3] / 2).max() <= 0.5
    assert spoilt("gain", amount=10.0, begins_s=0.0)[:, 0].max() <= 2**23 - 1


def test_swapped_channels_change_places_while_it_lasts(spoilt, codes):
    out = spoilt("swapped", channels=("T7", "T8"), begins_s=1.0, lasts_s=1.0)
    np.testing.assert_array_equal(out[1000:2000], codes[1000:2000][:, [2, 1, 0, 3]])
    np.testing.assert_array_equal(out[2000:], codes[2000:])


@pytest.mark.parametrize("amount", [0.98, 1.02])
def test_a_clock_that_is_off_samples_the_same_wave_at_other_times(spoilt, amount):
    out = spoilt("clock", amount=amount)
    assert len(out) == pytest.approx(SAMPLES * amount, abs=1)
    time_s = np.arange(len(out)) / (1000 * amount)
    for column, hz in enumerate((3, 5, 7, 11)):
        wave = 600_000 + 50_000 * np.sin(2 * np.pi * hz * time_s)
        inside = slice(200, -200)  # beyond its ends a recording is taken to go on straight
        assert np.abs(out[inside, column] - wave[inside]).max() < 50  # 0.1 %


def test_an_open_input_floats_to_300_mv_and_hums(spoilt, codes, design):
    out = spoilt("lead-off", channels=("T8",), begins_s=1.0, amount=2000.0)
    np.testing.assert_array_equal(np.delete(out, 2, axis=1), np.delete(codes, 2, axis=1))
    settled_uv = out[-1000:, 2] * design.converter.lsb_uv
    assert settled_uv.mean() == pytest.approx(300e3, rel=1e-4)  # 300 pA through 1000 MOhm
    assert settled_uv.std() == pytest.approx(2000.0, rel=0.01)
    assert np.abs(np.fft.rfft(settled_uv - settled_uv.mean())).argmax() == 50
