"""The bench of the tokenizer with its SPI device: a microcontroller, and the golden model for comparison.

The environment variable EARLOOP_BENCH_DESIGN names the design, a JSON file.
"""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path
from typing import Any

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.task import bridge, resume
from cocotb.triggers import ClockCycles
from numpy.typing import NDArray

from earloop.hw.bench.hosts import SpiHost
from earloop.hw.bench.stimuli import noise
from earloop.hw.registers import Counters, TokenizerRegisters
from earloop.spec.design import parse_design
from earloop.spec.fixed import FixedDesign, compile_design
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.program import Program

FIXED = compile_design(parse_design(json.loads(Path(os.environ["EARLOOP_BENCH_DESIGN"]).read_text(encoding="utf-8"))))
DESIGN = FIXED.design
CHANNELS, BANDS, PATCH = len(DESIGN.channels), len(DESIGN.bands), DESIGN.tokens.patch
PATCH_FRAMES = DESIGN.patch_samples
CLOCK_NS = 10
TICK_CLOCKS = CHANNELS * len(Program(FIXED).rows) + 100  # a tick, and the start of its packets
SHORTEST = (4.0, 4.0)  # phases of SCLK, in clocks


Packet = tuple[int, int, list[int]]  # channel, band, words


class SpiTB:
    """The tokenizer after a reset, and its microcontroller."""

    @classmethod
    async def start(cls, dut: Any, phases: tuple[float, float] = SHORTEST) -> SpiTB:
        """Start the clock and reset."""
        Clock(dut.clk, CLOCK_NS, unit="ns", impl="gpi").start()
        bench = cls(dut, phases)
        await bench.reset()
        return bench

    def __init__(self, dut: Any, phases: tuple[float, float]) -> None:
        self.dut = dut
        self.spi = SpiHost(dut, CLOCK_NS, phases, cocotb.RANDOM_SEED)
        self.registers = TokenizerRegisters(resume(self.spi.read), resume(self.spi.write))
        self.packets: list[Packet] = []

    async def reset(self) -> None:
        """Reset the core by its pin, and discard the received packets."""
        self.dut.rst.value = 1
        await ClockCycles(self.dut.clk, 4)
        self.dut.rst.value = 0
        await ClockCycles(self.dut.clk, 4)
        self.packets = []

    async def stream(self, codes: NDArray[np.int32]) -> None:
        """Send frames while `ready` is high, and read packets while `irq` is high."""
        for frame in codes:
            while not self.dut.ready.value:
                await self.drain()
            await self.spi.send(frame[None])
            await self.drain()

    async def drain(self) -> None:
        """Read packets while `irq` is high."""
        while self.dut.irq.value:
            part = await self.spi.packet(PATCH)
            assert part is not None
            assert not part.continued
            self.packets.append((part.channel, part.band, part.words.tolist()))
        await ClockCycles(self.dut.clk, 8)

    async def settle(self, count: int) -> None:
        """Wait for `count` packets, and assert that no more follow."""
        while len(self.packets) < count:
            await self.drain()
        await ClockCycles(self.dut.clk, TICK_CLOCKS)
        assert self.dut.irq.value == 0

    async def packet_waits(self) -> None:
        """Wait until a packet is ready."""
        while not self.dut.irq.value:
            await ClockCycles(self.dut.clk, 8)

    async def expect(self, *wanted: Packet) -> None:
        """Assert that the packets since the last reset are these, in this order."""
        await self.settle(len(wanted))
        assert self.packets == list(wanted)

    async def counters(self) -> Counters:
        """Read all counters."""
        counters: Counters = await bridge(self.registers.counters)()
        return counters


def random_codes(patches: float, seed: int = 0) -> NDArray[np.int32]:
    """Return noise, int32 [samples, channels], of the length of `patches` patches."""
    rng = np.random.default_rng(cocotb.RANDOM_SEED + seed)
    return noise(DESIGN, round(patches * PATCH_FRAMES), rng)


def golden_packets(codes: NDArray[np.int32], mask: int = -1, fixed: FixedDesign = FIXED) -> list[Packet]:
    """Return the golden model's tokens for codes, as packets in the order of the stream."""
    tokens = GoldenTokenizer(fixed).push(codes).tokens
    return [
        (channel, band, tokens[patch, channel, band].tolist())
        for patch, channel, band in itertools.product(range(len(tokens)), range(CHANNELS), range(BANDS))
        if mask >> band & 1
    ]
