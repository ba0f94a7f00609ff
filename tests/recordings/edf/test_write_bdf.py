"""BDF files: the codes bit for bit by another reader, and the potentials that they stand for."""

from __future__ import annotations

import warnings

import mne
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from earloop.recordings.edf.write_bdf import write_bdf
from earloop.spec.design import Converter
from tests.bdf import bdf_codes

RATE_HZ = 250


def written(tmp_path, codes, gain=12, vref_v=4.5):
    converter = Converter(bits=24, gain=gain, vref_v=vref_v, rate_hz=RATE_HZ)
    path = tmp_path / "a.bdf"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write_bdf(codes, converter, tuple(f"c{i}" for i in range(codes.shape[1])), path)
    back = bdf_codes(path)
    uv = 1e6 * mne.io.read_raw_bdf(path, verbose="error").get_data().T
    return back, uv / converter.lsb_uv


@settings(max_examples=15)
@given(
    seed=st.integers(0, 99),
    gain=st.sampled_from([1, 2, 4, 6, 8, 12, 24]),
    vref_v=st.sampled_from([2.4, 4.0, 4.5]),
    largest=st.integers(1, 22),
)
@example(seed=0, gain=12, vref_v=4.0, largest=22)  # full scale is 333333.3... uV
def test_codes_come_back_bit_for_bit_and_potentials_within_half_a_code(tmp_path_factory, seed, gain, vref_v, largest):
    codes = np.random.default_rng(seed).integers(-(2**largest), 2**largest, (RATE_HZ, 3)).astype(np.int32)
    back, lsb = written(tmp_path_factory.mktemp("bdf"), codes, gain, vref_v)
    np.testing.assert_array_equal(back, codes)
    assert np.abs(lsb - codes).max() <= 0.5


def test_at_the_reference_gain_potentials_are_exact_up_to_fifteen_sixteenths_of_the_range(tmp_path):
    codes = np.linspace(-(2**23), 15 * 2**19, RATE_HZ).astype(np.int32)[:, np.newaxis]
    assert np.abs(written(tmp_path, codes)[1] - codes).max() < 1e-6


def test_a_channel_at_the_rail_is_within_one_code(tmp_path):
    codes = np.linspace(-(2**23), 2**23 - 1, RATE_HZ).round().astype(np.int32)[:, np.newaxis]
    back, lsb = written(tmp_path, codes)
    assert back[-1] == 2**23 - 1
    np.testing.assert_array_equal(back, codes)
    assert np.abs(lsb - codes).max() == pytest.approx(1.0, abs=0.01)
