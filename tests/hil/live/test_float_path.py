"""The float path by blocks is the float path of the whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earloop.hil.live.float_path import FloatPath
from earloop.spec.reference import float_taps


@given(cuts=st.lists(st.integers(0, 1203), max_size=8), seed=st.integers(0, 99))
def test_any_split_gives_what_the_whole_gives(design, cuts, seed):
    codes = np.random.default_rng(seed).integers(-(2**22), 2**22, (1203, 4))
    path, whole = FloatPath(design), float_taps(design, codes)
    parts = [path.push(block) for block in np.split(codes, sorted(cuts))]
    for name in ("decimated", "notched", "bands"):
        found = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_allclose(found, getattr(whole, name), rtol=0, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("samples", [1, 4, 5, 6, 250])
def test_a_tick_comes_with_its_last_sample(design, samples):
    assert len(FloatPath(design).push(np.ones((samples, 4), int)).bands) == samples // 5
