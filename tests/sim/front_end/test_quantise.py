"""Codes against exact rational arithmetic and the datasheet."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earloop.recordings import RecordingError
from earloop.sim import MUSE, code_limits, codes_to_uv, count_clipped, uv_to_codes
from earloop.spec.design import Converter

GAINS = st.sampled_from([1, 2, 4, 6, 8, 12, 24])


def converter(gain: int) -> Converter:
    return Converter(bits=24, gain=gain, vref_v=4.5, rate_hz=1000)


@pytest.mark.parametrize(("gain", "lsb_nv"), [(1, 536.4), (6, 89.4), (12, 44.7), (24, 22.35)])
def test_one_code_is_the_datasheet_step(gain, lsb_nv):
    # SBAS499C, section 9.5.1: LSB = 2 VREF / gain / 2^24
    assert codes_to_uv(np.array([1]), converter(gain))[0] * 1e3 == pytest.approx(lsb_nv, rel=1e-3)


@given(uv=st.floats(-6e6, 6e6), gain=GAINS)
def test_a_code_is_the_nearest_one_within_range(uv, gain):
    exact = Fraction(uv) * gain * 2**24 / (2 * 4_500_000)
    code = int(uv_to_codes(np.array([uv]), converter(gain))[0])
    if -(2**23) <= exact <= 2**23 - 1:
        assert abs(code - exact) <= Fraction(1, 2) + Fraction(1, 10**6)
    else:
        assert code == (2**23 - 1 if exact > 0 else -(2**23))


@given(codes=st.lists(st.integers(-(2**23), 2**23 - 1), min_size=1), gain=GAINS)
def test_codes_survive_the_way_to_uv_and_back(codes, gain):
    codes = np.array(codes, np.int32)
    back = uv_to_codes(codes_to_uv(codes, converter(gain)), converter(gain))
    assert back.dtype == np.int32
    np.testing.assert_array_equal(back, codes)


@given(uv=st.floats(-2e3, 2e3))
def test_a_12_bit_front_end_converts_by_the_same_rules(uv):
    exact = Fraction(uv) * 4096 / 2000  # 2 mV peak to peak
    code = int(uv_to_codes(np.array([uv]), MUSE)[0])
    assert code_limits(MUSE) == (-2048, 2047)
    if -2048 <= exact <= 2047:
        assert abs(code - exact) <= Fraction(1, 2) + Fraction(1, 10**6)
    else:
        assert code == (2047 if exact > 0 else -2048)


def test_clipped_samples_are_counted_by_channel():
    uv = np.array([[0.0, 1e9], [375_001.0, -1e9], [374_999.0, 0.0], [0.0, np.inf]])  # G12: +-375 mV
    codes = uv_to_codes(uv, converter(12))
    assert code_limits(converter(12)) == (-8388608, 8388607)
    np.testing.assert_array_equal(count_clipped(codes, converter(12)), [1, 3])


def test_what_is_not_a_number_is_refused():
    with pytest.raises(RecordingError, match="1 of 2 values"):
        uv_to_codes(np.array([0.0, np.nan]), converter(12))
