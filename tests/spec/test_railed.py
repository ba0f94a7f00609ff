"""The float path with rails: where no word overflows it is the float path, and where one does, the golden model."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.hil.run.golden import run_golden
from earloop.spec.railed import RailedBands
from earloop.spec.reference import float_taps

RATE = 1000


def electrode_uv(seconds=12, seed=0):
    t = np.arange(seconds * RATE) / RATE
    noise = 5 * np.random.default_rng(seed).standard_normal((len(t), 4))
    return 50 * np.sin(2 * np.pi * 10 * t)[:, np.newaxis] + noise


def in_codes(design, uv):
    return np.clip(np.rint(uv / design.converter.lsb_uv), -(2**23), 2**23 - 1).astype(np.int32)


def railed_of(fixed, golden, blocks=1):
    path = RailedBands(fixed)
    parts = [path.push(part) for part in np.array_split(golden.taps.decimated, blocks)]
    return np.concatenate([part.bands for part in parts]), np.concatenate([part.beyond for part in parts])


def test_within_range_it_is_the_float_path_but_for_its_coefficients(design, fixed):
    codes = in_codes(design, electrode_uv())
    bands, beyond = railed_of(fixed, run_golden(fixed, codes))
    wanted = float_taps(design, codes).bands
    assert not beyond.any()
    assert np.sqrt(((bands - wanted) ** 2).mean(axis=0) / (wanted**2).mean(axis=0)).max() < 1e-4


@pytest.mark.parametrize("pop_mv", [60, 200, 1e6])
def test_beyond_the_range_it_follows_the_golden_model(design, fixed, pop_mv):
    uv = electrode_uv()
    uv[5000:5200, 1] += 1e3 * pop_mv
    golden = run_golden(fixed, in_codes(design, uv))
    bands, beyond = railed_of(fixed, golden)
    held = golden.taps.bands / design.fixed_point.band_steps
    assert beyond[:, 1].any()
    assert not beyond[:, [0, 2, 3]].any()
    assert np.abs(held - bands)[:, 1].max() < 1e-4 * np.abs(held).max()
    at_rails = (golden.taps.bands == 2**31 - 1) | (golden.taps.bands == -(2**31))
    assert not (at_rails & ~beyond).any()


def test_any_split_gives_the_same(design, fixed):
    uv = electrode_uv()
    uv[5000:5200, 1] += 200e3
    golden = run_golden(fixed, in_codes(design, uv))
    whole, split = railed_of(fixed, golden), railed_of(fixed, golden, blocks=7)
    np.testing.assert_array_equal(whole[0], split[0])
    np.testing.assert_array_equal(whole[1], split[1])
