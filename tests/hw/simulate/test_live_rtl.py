"""The simulated RTL fed block by block: equal to the golden model at once, and clear about what is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.hw import LiveRtl, build_runner
from earloop.hw.bench.mismatch import AXES, first_mismatch
from earloop.spec.errors import EarloopError
from earloop.spec.golden import GoldenTokenizer

BLOCKS = (1, 3, 20, 250, 7, 500, 999)


def test_each_block_brings_what_the_golden_model_makes_of_it(fixed):
    codes = np.random.default_rng(3).integers(-99_999, 99_999, (sum(BLOCKS), 4)).astype(np.int32)
    golden, first = GoldenTokenizer(fixed), 0
    with LiveRtl(build_runner(fixed), fixed.design) as rtl:
        for count in BLOCKS:
            block = codes[first : first + count]
            found, wanted = rtl.push(block), golden.push(block)
            first += count
            for tap in AXES:
                assert first_mismatch(tap, getattr(found, tap), getattr(wanted, tap)) is None
            assert len(found.tokens) == len(wanted.tokens)


def test_one_that_dies_says_so_in_one_line(fixed):
    block = np.zeros((20, 4), np.int32)
    with LiveRtl(build_runner(fixed), fixed.design) as rtl:
        rtl.push(block)
        rtl._process.kill()
        rtl._process.wait()
        with pytest.raises(EarloopError, match="the simulated RTL died with status -9"):
            rtl.push(block)


def test_codes_beyond_24_bits_are_refused_by_their_place(fixed):
    with LiveRtl(build_runner(fixed), fixed.design) as rtl:
        rtl.push(np.zeros((20, 4), np.int32))
        with pytest.raises(EarloopError, match="code 8388608 at sample 21, channel 2: wanted -8388608 to 8388607"):
            rtl.push(np.array([[0] * 4, [0, 0, 2**23, 0]], np.int32))
