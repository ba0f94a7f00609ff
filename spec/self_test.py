"""The firmware's self test: codes that it makes for itself, and the CRC-32 of what the golden model makes of them.

The codes are a linear congruential sequence (Numerical Recipes' constants), channel after channel and sample after
sample; a code is a state's upper 24 bits, two's complement: noise of full scale, which clips in the tokens. The CRC
goes over each tick's decimated, notched and band samples, in this order, and then over the patch that it completes,
all little endian.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from earloop.spec.design import Design
from earloop.spec.fixed import FixedDesign

SELF_TEST_SEED = 1
SELF_TEST_PATCHES = 2  # so that a patch follows another
_MULTIPLIER, _INCREMENT = 1664525, 1013904223


def self_test_samples(design: Design) -> int:
    """How many sample instants the test takes."""
    return SELF_TEST_PATCHES * design.patch_samples


def self_test_codes(design: Design) -> NDArray[np.int32]:
    """The codes, int32, shape [samples, channels]."""
    samples, channels = self_test_samples(design), len(design.channels)
    states, state = np.empty(samples * channels, np.uint32), SELF_TEST_SEED
    for i in range(len(states)):
        state = (state * _MULTIPLIER + _INCREMENT) & 0xFFFFFFFF
        states[i] = state
    return (states.view(np.int32) >> 8).reshape(samples, channels)


def self_test_crc(fixed: FixedDesign) -> int:
    """The CRC-32 of every tap of the golden model."""
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
