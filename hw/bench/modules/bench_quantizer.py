"""Bench of the quantizer, against (sample + half) >> shift with saturation, and against its latency."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import cocotb

from earloop.hw.bench.modules.clocked import clock, edges, start
from earloop.spec.generate import packed_token_shifts

TOKEN_MAX = 2**15 - 1
SPACING = 8  # clocks from one sample to the next


def _token(sample: int, shift: int) -> int:
    """Return the token of a sample before saturation."""
    return (sample + ((1 << shift) >> 1)) >> shift


def _samples(bits: int, shift: int, draw: random.Random) -> Iterator[int]:
    """Yield edge values, a random number, and values next to the limits of rounding and of a token's range."""
    most = 1 << (bits - 1)
    yield from edges(bits)
    yield draw.randrange(-most, most)
    for token in (-TOKEN_MAX - 2, -TOKEN_MAX - 1, -1, 0, TOKEN_MAX, TOKEN_MAX + 1):
        for near in (-1, 0, 1):
            sample = (token << shift) - ((1 << shift) >> 1) + near
            if -most <= sample < most:
                yield sample


async def _quantize(quantizer: Any, sample: int, band: int, shift: int) -> None:
    """Send one sample, and assert that its token is output once, at the right clock."""
    steps = shift // 8 + shift % 8 // 2 + shift % 2
    await clock(quantizer, band_valid=1, band=band, band_data=sample)
    for waited in range(1, SPACING):
        await clock(quantizer, band_valid=0)
        assert quantizer.busy.value == (waited <= 1 + steps)
        assert quantizer.token_valid.value == (waited == 1 + steps)
        if waited == 1 + steps:
            exact = _token(sample, shift)
            token = min(max(exact, -TOKEN_MAX - 1), TOKEN_MAX)
            assert quantizer.token.value.to_signed() == token
            assert quantizer.token_saturated.value == (token != exact)
        else:
            assert quantizer.token_saturated.value == 0


@cocotb.test()
@cocotb.parametrize(name=["quantizer_32", "quantizer_18"])
async def every_shift_in_every_place_of_the_table(dut: Any, name: str) -> None:
    """Every shift is used for different bands; samples follow one another as fast as allowed."""
    quantizer, draw = dut[name], random.Random(1)
    await start(quantizer, band_valid=0, band=0, band_data=0, token_shifts=0)
    for turn in range(2):
        for shift in range(32):
            shifts = [draw.randrange(32) for _ in range(16)]
            band = (shift + 5 * turn) % 16
            shifts[band] = shift
            quantizer.token_shifts.value = packed_token_shifts(shifts)
            for sample in _samples(len(quantizer.band_data), shift, draw):
                await _quantize(quantizer, sample, band, shift)


@cocotb.test()
async def a_reset_during_a_shift_leaves_no_token(dut: Any) -> None:
    """Resets occur at each clock of the longest shift."""
    quantizer = dut.quantizer_32
    await start(quantizer, band_valid=0, band=0, band_data=0, token_shifts=31)
    for waited in range(7):
        await clock(quantizer, band_valid=1, band_data=123_456_789)
        for _ in range(waited):
            await clock(quantizer, band_valid=0)
            assert quantizer.token_valid.value == 0
        await clock(quantizer, band_valid=0, rst=1)
        for _ in range(SPACING):
            await clock(quantizer, rst=0)
            assert quantizer.token_valid.value == 0
            assert quantizer.busy.value == 0
        await _quantize(quantizer, -(2**31), 0, 31)
