"""The bench of the tokenizer: clock, both streams, the record of the probe, and the golden model for comparison.

Python runs only at events: a beat of a stream, a rise of `probe_valid`. The clock runs inside the simulator.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterable
from typing import Any

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, Event, RisingEdge
from cocotbext.axi import AxiStreamBus, AxiStreamFrame, AxiStreamSink, AxiStreamSource
from numpy.typing import NDArray

from earloop.hw.bench.mismatch import first_mismatch
from earloop.spec.fixed import FixedDesign
from earloop.spec.generate import packed_token_shifts
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.taps import Taps

CODE_MASK = 0xFFFFFF
DECIMATED, NOTCHED, BAND = 1, 2, 4  # bits of probe_kind
ALL_BANDS = 0xFFFF
CLOCK_NS = 10


class TokenizerTB:
    """A tokenizer in its bench; `await TB.start(dut, fixed)` resets it and returns the bench.

    Parameters
    ----------
    dut : handle of the top module
    fixed : the design that the module was built for
    """

    @classmethod
    async def start(cls, dut: Any, fixed: FixedDesign) -> TokenizerTB:
        """Start the clock, and reset the core before anything reads its outputs."""
        Clock(dut.clk, CLOCK_NS, unit="ns", impl="gpi").start()
        dut.rst.value = 1
        dut.s_axis_tvalid.value = 0
        dut.m_axis_tready.value = 0
        dut.band_mask.value = ALL_BANDS
        dut.token_shifts.value = packed_token_shifts(fixed.token_shifts)
        await ClockCycles(dut.clk, 2)
        tb = cls(dut, fixed)
        await tb.reset()
        return tb

    def __init__(self, dut: Any, fixed: FixedDesign) -> None:
        self.dut, self.fixed, self.design = dut, fixed, fixed.design
        logging.getLogger("cocotb.tokenizer").setLevel(logging.WARNING)
        self.source = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis"), dut.clk, dut.rst, byte_size=24)
        self.sink = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis"), dut.clk, dut.rst, byte_size=16)
        self._forget()
        cocotb.start_soon(self._record())

    def set_idle_generator(self, generator: Iterable[bool] | None = None) -> None:
        """Pause the source in the clocks for which the generator yields True."""
        if generator:
            self.source.set_pause_generator(generator)

    def set_backpressure_generator(self, generator: Iterable[bool] | None = None) -> None:
        """Pause the sink in the clocks for which the generator yields True."""
        if generator:
            self.sink.set_pause_generator(generator)

    async def reset(self) -> None:
        """Reset the core, and discard its output so far."""
        self.dut.rst.value = 1
        await ClockCycles(self.dut.clk, 4)
        self.source.clear()
        self.sink.clear()
        self._forget()
        self.dut.rst.value = 0
        await ClockCycles(self.dut.clk, 1)

    def send(self, codes: NDArray[np.int32]) -> None:
        """Queue codes, shape [samples, channels], one frame for each sample."""
        for frame in codes:
            self.send_frame(frame)

    def send_frame(self, codes: NDArray[np.int32]) -> None:
        """Queue one frame of any length, with tlast on its last beat."""
        self.source.send_nowait(AxiStreamFrame([int(code) & CODE_MASK for code in codes]))

    async def ticks(self, count: int) -> None:
        """Wait until the band samples of `count` ticks since reset have been seen."""
        wanted = count * len(self.design.channels) * len(self.design.bands)
        while self._band_samples < wanted:
            self._band_seen.clear()
            await self._band_seen.wait()

    async def packet(self) -> tuple[int, int, NDArray[np.int16]]:
        """Receive the next packet; return its channel, band and tokens."""
        frame = await self.sink.recv()
        return frame.tuser >> 4, frame.tuser & 15, np.array(frame.tdata, np.uint16).view(np.int16)

    async def expect(self, codes: NDArray[np.int32]) -> None:
        """Wait until `codes`, all codes since the reset, are processed, and assert equality at every tap."""
        golden = GoldenTokenizer(self.fixed)
        wanted = golden.push(codes)
        await self.ticks(len(wanted.bands))
        found = await self._taps(len(wanted.tokens))
        for tap in ("decimated", "notched", "bands", "tokens"):
            mismatch = first_mismatch(tap, getattr(found, tap), getattr(wanted, tap))
            assert mismatch is None, mismatch
        await ClockCycles(self.dut.clk, 8)
        assert self.sink.empty()
        assert self.dut.m_axis_tvalid.value == 0
        assert self.dut.saturated_inputs.value.to_unsigned() == golden.saturated_inputs
        assert self.dut.saturated_bands.value.to_unsigned() == golden.saturated_bands.sum()
        assert self.dut.saturated_tokens.value.to_unsigned() == golden.saturated_tokens.sum()

    async def _taps(self, patches: int) -> Taps:
        """Return the recorded samples of the probe, and `patches` whole patches from the sink."""
        channels, bands = len(self.design.channels), len(self.design.bands)
        tokens = np.empty((patches, channels, bands, self.design.tokens.patch), np.int16)
        for patch, channel, band in itertools.product(range(patches), range(channels), range(bands)):
            *place, tokens[patch, channel, band] = await self.packet()
            assert place == [channel, band], f"packet of (channel, band) {place} where {channel}, {band} was due"
        return Taps(
            np.array([self._decimated[channel] for channel in range(channels)], np.int32).T,
            np.array([self._notched[channel] for channel in range(channels)], np.int32).T,
            np.array([[self._bands[c, b] for b in range(bands)] for c in range(channels)], np.int32).transpose(2, 0, 1),
            tokens,
        )

    def _forget(self) -> None:
        channels, bands = range(len(self.design.channels)), range(len(self.design.bands))
        self._decimated: dict[int, list[int]] = {channel: [] for channel in channels}
        self._notched: dict[int, list[int]] = {channel: [] for channel in channels}
        self._bands: dict[tuple[int, int], list[int]] = {(c, b): [] for c in channels for b in bands}
        self._band_samples = 0
        self._band_seen = Event()

    async def _record(self) -> None:
        """Record every sample of the probe, which is stable at the clock's edge."""
        dut = self.dut
        while True:
            await RisingEdge(dut.probe_valid)
            await RisingEdge(dut.clk)
            while dut.probe_valid.value == 1:
                kind, data = int(dut.probe_kind.value), dut.probe_data.value.to_signed()
                channel = int(dut.probe_channel.value)
                if kind & DECIMATED:
                    self._decimated[channel].append(data)
                if kind & NOTCHED:
                    self._notched[channel].append(data)
                if kind & BAND:
                    self._bands[channel, int(dut.probe_band.value)].append(data)
                    self._band_samples += 1
                    self._band_seen.set()
                await RisingEdge(dut.clk)
