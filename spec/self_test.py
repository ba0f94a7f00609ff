"""The firmware's self test: codes that the firmware computes, and the CRC-32 of the golden model's results for them.

The codes are a linear congruential sequence (Numerical Recipes' constants), channel after channel and sample after
sample. A code is a state's upper 24 bits, two's complement: full-scale noise, which saturates tokens. The CRC covers
each tick's decimated, notched and band samples, in this order, and then the patch that the tick completes, all little
endian.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from earloop.spec.design import Design
from earloop.spec.fixed import FixedDesign

SELF_TEST_SEED = 1
SELF_TEST_PATCHES = 2  # the second tests a patch after another
_MULTIPLIER, _INCREMENT = 1664525, 1013904223


def self_test_samples(design: Design) -> int:
    """Return the number of converter samples in the test."""
    return SELF_TEST_PATCHES * design.patch_samples


def self_test_codes(design: Design) -> NDArray[np.int32]:
    """Return the codes of the test, int32, shape [samples, channels]."""
    samples, channels = self_test_samples(design), len(design.channels)
    states, state = np.empty(samples * channels, np.uint32), SELF_TEST_SEED
    for i in range(len(states)):
        state = (state * _MULTIPLIER + _INCREMENT) & 0xFFFFFFFF
        states[i] = state
    return (states.view(np.int32) >> 8).reshape(samples, channels)


def self_test_crc(fixed: FixedDesign) -> int:
    """Return the CRC-32 of the golden model's taps in the test."""
    from earloop.spec.golden import GoldenTokenizer

    taps = GoldenTokenizer(fixed).push(self_test_codes(fixed.design))
    crc = 0
    for tick in range(len(taps.bands)):
        for tap in (taps.decimated, taps.notched, taps.bands):
            crc = zlib.crc32(tap[tick].astype("<i4").tobytes(), crc)
        patch, place = divmod(tick + 1, fixed.design.tokens.patch)
        if place == 0:
            crc = zlib.crc32(taps.tokens[patch - 1].astype("<i2").tobytes(), crc)
    return crc
