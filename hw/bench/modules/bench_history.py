"""Bench of the history, against a list of frames: accepted frames, dropped frames, and the codes that share a tap."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import cocotb

from earloop.hw.bench.modules.clocked import clock, signed, start
from earloop.hw.bench.modules.instances import instances_of

LATENCY = 3


@dataclass(frozen=True, kw_only=True)
class HistorySize:
    """The parameters of a history."""

    channels: int
    factor: int
    taps: int
    code_bits: int

    @property
    def places(self) -> int:
        """Places of the memory: a tick's window and the frames that arrive meanwhile, rounded up to a power of two."""
        return 1 << max(1, (self.taps + self.factor - 2).bit_length())


SIZES = {
    name: HistorySize(channels=size["CHANNELS"], factor=size["FACTOR"], taps=size["TAPS"], code_bits=size["CODE_BITS"])
    for name, size in instances_of("history").items()
}


@dataclass(kw_only=True)
class HistoryModel:
    """The frames that the history has accepted.

    frames : complete frames
    beats : beats of the current frame
    ticks : number of ticks that are done
    dropped : number of frames with a misplaced tlast
    """

    size: HistorySize
    frames: list[list[int]] = field(default_factory=list)
    beats: list[int] = field(default_factory=list)
    ticks: int = 0
    dropped: int = 0

    @property
    def due(self) -> bool:
        """Whether the frames so far make a tick due."""
        return len(self.frames) // self.size.factor > self.ticks

    @property
    def may_come(self) -> bool:
        """Whether a beat is accepted now: a frame that makes a second tick due has to wait."""
        return not (self.due and len(self.frames) % self.size.factor == self.size.factor - 1)

    def beat(self, code: int, last: bool) -> None:
        """Accept a beat; at the last one keep the frame, or drop it if its length is wrong."""
        self.beats.append(code)
        if last:
            if len(self.beats) == self.size.channels:
                self.frames.append(self.beats)
            else:
                self.dropped += 1
            self.beats = []

    def codes(self, channel: int, tap: int) -> int:
        """Return the sum of the two codes of a tap in the current window; frames before the first equal the first."""
        newest = (self.ticks + 1) * self.size.factor - 1
        places = (newest - tap, newest - (self.size.taps - 1) + tap)
        return sum(self.frames[max(0, place)][channel] for place in places)


class HistoryTB:
    """A history whose inputs are driven at random.

    Parameters
    ----------
    busy : probability in each clock that the source offers its next beat
    lazy : largest number of clocks before the engine reads a tick
    misplaced : share of the frames with a misplaced tlast
    """

    def __init__(
        self, dut: Any, size: HistorySize, seed: int, *, busy: float = 0.7, lazy: int = 20, misplaced: float = 0.2
    ) -> None:
        self.dut, self.model, self._size = dut, HistoryModel(size=size), size
        self._draw, self._busy, self._lazy, self._misplaced = random.Random(seed), busy, lazy, misplaced
        most = 1 << (size.code_bits - 1)
        self._extremes = [-most, most - 1]
        self._forget()

    async def begin(self) -> None:
        """Start the clock, and reset the module."""
        await start(self.dut, s_axis_tvalid=0, s_axis_tdata=0, s_axis_tlast=0, channel=0, tap=0, done=0)

    async def reset(self) -> None:
        """Reset the module in its current state, and the model with it."""
        await self._clock(rst=1)
        self.model = HistoryModel(size=self._size)
        self._forget()
        await clock(self.dut, rst=0, s_axis_tvalid=0, done=0)

    def _forget(self) -> None:
        self._beats: list[tuple[int, bool]] = []  # remaining beats of the current frame
        self._offered = self._dropped_now = False
        self._refused = 0  # clocks for which a beat of the first frame has waited

    def _frame(self) -> list[tuple[int, bool]]:
        beats = self._size.channels
        if self._draw.random() < self._misplaced:
            beats = self._draw.choice([n for n in range(1, beats + 4) if n != beats])
        codes = [self._draw.choice([*self._extremes, *[self._code()] * 3]) for _ in range(beats)]
        return [(code, i == beats - 1) for i, code in enumerate(codes)]

    def _code(self) -> int:
        return signed(self._draw.getrandbits(32), self._draw.randrange(2, self._size.code_bits + 1))

    async def _clock(self, **inputs: int) -> None:
        """Advance one clock with the stream's beat and other `inputs`, and check the outputs."""
        self._beats = self._beats or self._frame()
        self._offered = self._offered or self._draw.random() < self._busy
        code, last = self._beats[0]
        dropped = self.model.dropped
        stream = {"s_axis_tdata": code, "s_axis_tlast": int(last)} if self._offered else {}
        await clock(self.dut, **inputs, **stream, s_axis_tvalid=int(self._offered))
        assert self.dut.due.value == self.model.due
        ready = bool(self.dut.s_axis_tready.value)
        if self.model.frames:
            assert ready == self.model.may_come
        assert self.dut.frame_dropped.value == self._dropped_now
        self._dropped_now = False
        if not self._offered:
            return
        self._refused = 0 if ready else self._refused + 1
        assert self.model.frames or self._refused < self._size.places
        if ready:
            self.model.beat(code, last)
            self._beats.pop(0)
            self._offered = False
        self._dropped_now = self.model.dropped > dropped

    async def idle(self, clocks: int) -> None:
        """Advance some clocks, in which frames may arrive."""
        for _ in range(clocks):
            await self._clock(done=0)

    async def tick(self) -> None:
        """Send frames until a tick is due, read its codes, some of them twice, and finish the tick."""
        while not self.model.due:
            await self._clock(done=0)
        await self.idle(self._draw.randrange(self._lazy + 1))
        middle = self._size.taps // 2
        reads = [(channel, tap) for channel in range(self._size.channels) for tap in range(middle + 1)]
        reads += [self._draw.choice(reads) for _ in reads]
        self._draw.shuffle(reads)
        for i in range(len(reads) + LATENCY):
            channel, tap = reads[min(i, len(reads) - 1)]
            await self._clock(channel=channel, tap=tap)
            if i >= LATENCY:
                assert self.dut.codes.value.to_signed() == self.model.codes(*reads[i - LATENCY])
        await self._clock(done=1)
        self.model.ticks += 1


@cocotb.test()
@cocotb.parametrize(name=list(SIZES), pace=[(1.0, 0), (0.7, 20), (0.05, 3), (1.0, 200)])
async def codes_of_a_tick_are_those_of_its_frames(dut: Any, name: str, pace: tuple[float, int]) -> None:
    """Source and engine are fast or slow; some frames have a misplaced tlast."""
    busy, lazy = pace
    tb = HistoryTB(dut[name], SIZES[name], 1, busy=busy, lazy=lazy)
    await tb.begin()
    for _ in range(2 + 200 // (tb.model.size.taps + 10 * tb.model.size.channels)):
        await tb.tick()
    assert tb.model.dropped > 0


@cocotb.test()
@cocotb.parametrize(name=list(SIZES))
async def frames_wrap_around_the_memory(dut: Any, name: str) -> None:
    """There are more frames than places, and none is dropped."""
    tb = HistoryTB(dut[name], SIZES[name], 2, busy=1.0, lazy=0, misplaced=0.0)
    await tb.begin()
    while len(tb.model.frames) <= 2 * tb.model.size.places:
        await tb.tick()


@cocotb.test()
@cocotb.parametrize(name=list(SIZES))
async def a_reset_at_any_moment_clears_the_history(dut: Any, name: str) -> None:
    """Resets occur in the first frame, within a frame, and while a tick is due."""
    tb = HistoryTB(dut[name], SIZES[name], 3)
    await tb.begin()
    for clocks in (1, 7, 30, 64, 129, 200, 333):
        await tb.idle(clocks)
        await tb.reset()
        await tb.tick()
        await tb.tick()
        await tb.reset()
