"""Benches of the whole tokenizer; tests/hw/test_rtl.py runs them in the simulator.

The environment variable EARLOOP_BENCH_DESIGN names the design, a JSON file; EARLOOP_BENCH_TICKS is the length of a
stream.
"""

from __future__ import annotations

import itertools
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cocotb
import numpy as np
from cocotb.triggers import ClockCycles

from earloop.hw.bench.stimuli import DIRECTED, EDGE, STIMULI, noise
from earloop.hw.bench.tb import TokenizerTB
from earloop.spec.design import parse_design
from earloop.spec.fixed import compile_design
from earloop.spec.golden import GoldenTokenizer

TIMEOUT_MS = 200


def _fixed() -> Any:
    return compile_design(
        parse_design(json.loads(Path(os.environ["EARLOOP_BENCH_DESIGN"]).read_text(encoding="utf-8")))
    )


FIXED = _fixed()
TICKS = int(os.environ["EARLOOP_BENCH_TICKS"])
SAMPLES = TICKS * FIXED.design.decimator.factor


def _rng() -> np.random.Generator:
    return np.random.default_rng(cocotb.RANDOM_SEED)


def pauses(share: float, seed: int) -> Iterator[bool]:
    """Yield without end; True in runs that fill `share` of the clocks, a few of them long."""
    draw = random.Random(seed)
    while True:
        length = draw.randrange(200) if draw.random() < 0.01 else draw.randrange(8)
        yield from [True] * length
        yield from [False] * round(length * (1 - share) / share + draw.random())


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
@cocotb.parametrize(name=[*DIRECTED, *EDGE, "noise"])
async def equals_golden(dut: Any, name: str) -> None:
    """Every sample of every tap equals the golden model's, without stalls."""
    tb = await TokenizerTB.start(dut, FIXED)
    codes = STIMULI[name](FIXED.design, SAMPLES, _rng())
    tb.send(codes)
    await tb.expect(codes)


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
async def stalls_change_nothing(dut: Any) -> None:
    """Both streams stall at random."""
    tb = await TokenizerTB.start(dut, FIXED)
    tb.set_idle_generator(pauses(0.5, cocotb.RANDOM_SEED))
    tb.set_backpressure_generator(pauses(0.8, cocotb.RANDOM_SEED + 1))
    codes = noise(FIXED.design, SAMPLES, _rng())
    tb.send(codes)
    await tb.expect(codes)


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
async def a_reset_within_a_patch_restarts(dut: Any) -> None:
    """The stream before a reset does not influence the stream after it."""
    tb = await TokenizerTB.start(dut, FIXED)
    tb.send(noise(FIXED.design, SAMPLES, _rng()))
    await tb.ticks(max(1, min(FIXED.design.tokens.patch // 2, TICKS - 1)))
    await tb.reset()
    codes = STIMULI["step"](FIXED.design, SAMPLES, _rng())
    tb.send(codes)
    await tb.expect(codes)


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
async def misplaced_tlast_drops_that_frame_only(dut: Any) -> None:
    """Frames with too many or too few codes are counted, and do not change the output."""
    tb = await TokenizerTB.start(dut, FIXED)
    channels = len(FIXED.design.channels)
    codes = noise(FIXED.design, SAMPLES, _rng())
    dropped = 0
    for i, frame in enumerate(codes):
        if i % 7 == 0:
            tb.send_frame(np.full(channels + 1 + i % 3, 7_654_321))
            dropped += 1
        if i % 5 == 0 and channels > 1:
            tb.send_frame(np.full(1 + i % (channels - 1), -7_654_321))
            dropped += 1
        tb.send_frame(frame)
    await tb.expect(codes)
    assert dut.dropped_frames.value.to_unsigned() == dropped


@cocotb.test(timeout_time=TIMEOUT_MS, timeout_unit="ms")
async def the_mask_applies_when_a_patch_is_complete(dut: Any) -> None:
    """A patch's packets are those of the mask when the patch was complete; the probe shows the samples of all bands."""
    tb = await TokenizerTB.start(dut, FIXED)
    patch, bands, channels = FIXED.design.tokens.patch, len(FIXED.design.bands), len(FIXED.design.channels)
    codes = noise(FIXED.design, SAMPLES, _rng())
    wanted = GoldenTokenizer(FIXED).push(codes)
    tb.send(codes)
    for done in range(len(wanted.tokens)):
        mask = (0, 1, 0xAAAA, 0xFFFF, 1 << bands - 1)[done % 5]
        await tb.ticks((done + 1) * patch - 1)
        dut.band_mask.value = mask
        sent = [band for band in range(bands) if mask >> band & 1]
        for place, (channel, band) in enumerate(itertools.product(range(channels), sent)):
            *found, tokens = await tb.packet()
            assert found == [channel, band]
            assert (tokens == wanted.tokens[done, channel, band]).all()
            if place == 0:
                dut.band_mask.value = 0x5555  # too late for this patch
    await tb.ticks(len(wanted.bands))
    await ClockCycles(dut.clk, 2 * channels * bands)
    assert tb.sink.empty()


@cocotb.test()
async def design_hash_is_the_designs(dut: Any) -> None:
    """The port has the hash of the design."""
    await TokenizerTB.start(dut, FIXED)
    assert dut.design_hash.value.to_unsigned() == int(FIXED.design.design_hash, 16)
