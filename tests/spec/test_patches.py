"""Patches against plain loops, and the laws of the design's conversions between samples, ticks and patches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earloop.spec.fixed import compile_design
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.messages import Tap
from earloop.spec.patches import from_patches, to_patches
from earloop.spec.signal_messages import samples_a_row
from earloop.spec.taps import concatenate_taps
from earloop.spec.variants import vary_reference


@given(
    count=st.integers(0, 6),
    patch=st.integers(1, 9),
    inner=st.lists(st.integers(1, 4), max_size=3),
    dtype=st.sampled_from([np.int16, np.int32, np.float64, bool]),
)
def test_patches_laid_end_to_end_are_the_samples_that_were_cut(count, patch, inner, dtype):
    samples = np.random.default_rng(count).integers(-9, 9, (count * patch, *inner)).astype(dtype)
    patches = to_patches(samples, patch)
    assert patches.shape == (count, *inner, patch)
    np.testing.assert_array_equal(from_patches(patches), samples, strict=True)


def test_a_sample_stands_at_its_place_in_its_patch():
    samples = np.arange(12 * 2 * 3).reshape(12, 2, 3)
    patches = to_patches(samples, 4)
    for tick in range(12):
        for channel in range(2):
            for band in range(3):
                assert patches[tick // 4, channel, band, tick % 4] == samples[tick, channel, band]


def test_ticks_that_are_no_whole_patches_are_refused():
    with pytest.raises(ValueError, match="13 ticks: wanted a multiple of 4"):
        to_patches(np.zeros((13, 2)), 4)


@given(patches=st.integers(0, 4))
def test_the_first_patches_and_the_rest_are_the_whole_at_every_tap(fixed, patches):
    codes = np.random.default_rng(3).integers(-(2**20), 2**20, (4 * fixed.design.patch_samples, 4))
    golden = GoldenTokenizer(fixed)
    edge = patches * fixed.design.patch_samples
    both = [golden.push(codes[:edge]), golden.push(codes[edge:])]
    whole = concatenate_taps(both)
    for name in ("decimated", "notched", "bands", "tokens"):
        np.testing.assert_array_equal(getattr(whole.first_patches(patches), name), getattr(both[0], name))
    np.testing.assert_array_equal(whole.tokens, GoldenTokenizer(fixed).push(codes).tokens)


def test_samples_ticks_and_patches_of_the_reference_design(design):
    assert (design.patch_samples, design.patch_s) == (250, 0.25)
    assert [design.newest_sample(tick) for tick in (0, 1, 49)] == [4, 9, 249]
    assert [design.ticks_in(samples) for samples in (0, 4, 5, 9, 250)] == [0, 0, 1, 1, 50]
    np.testing.assert_array_equal(design.newest_sample(np.arange(3)), [4, 9, 14])
    rows = {Tap.CODES: 1, Tap.DECIMATED: 5, Tap.NOTCHED: 5, Tap.BANDS: 5, Tap.TOKENS: 250}
    assert {tap: samples_a_row(design, tap) for tap in rows} == rows


def test_steps_of_the_reference_design(design):
    fixed_point = design.fixed_point
    assert (fixed_point.input_steps, fixed_point.band_steps, fixed_point.widening) == (256, 4096, 16)
    assert design.input_step_uv == design.converter.lsb_uv / 256
    assert design.band_step_uv == design.converter.lsb_uv / 4096


@pytest.mark.parametrize("bits", [0, 12, 16])
def test_a_token_step_is_its_shift_in_band_steps(bits):
    design = vary_reference(fixed_point={"input_guard_bits": 0, "band_guard_bits": bits, "min_sqnr_db": 10.0})
    fixed = compile_design(design)
    for lsb_uv, steps, shift in zip(fixed.token_lsb_uv, fixed.token_steps, fixed.token_shifts, strict=True):
        assert lsb_uv == design.converter.lsb_uv * 2**shift / 2**bits
        assert steps * 2**shift == 2**bits
