"""Bench of the sequencer, against nested loops over steps, lanes and rows; the bench acts as the control ROM."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import cocotb

from earloop.hw.bench.modules.clocked import clock, start
from earloop.hw.bench.modules.instances import instances_of

CHANNELS = {name: size["CHANNELS"] for name, size in instances_of("sequencer").items()}
MUTED_RUNS = 2


class SequencerTB:
    """A sequencer, and a program whose steps have the given numbers of rows; the ROM answers a clock later."""

    def __init__(self, dut: Any, channels: int, steps: Sequence[int]) -> None:
        self.dut, self._channels, self._steps = dut, channels, steps
        ends = [sum(steps[: i + 1]) for i in range(len(steps))]
        self._turns, self._halt = {end - 2 for end in ends}, ends[-1] - 2
        self._row = 0
        self.runs = 0

    async def reset(self) -> None:
        """Reset the sequencer."""
        await self.clock(rst=1)
        await self.clock(rst=0)
        self.runs = 0

    async def clock(self, **inputs: int) -> None:
        """Advance one clock, with the ROM's fields of the previous row."""
        await clock(self.dut, turn=self._row in self._turns, halt=self._row == self._halt, **inputs)
        if self.dut.row.value.is_resolvable:
            self._row = self.dut.row.value.to_unsigned()

    def loops(self) -> Iterator[tuple[int, int, bool, bool]]:
        """Yield for each clock of a run: row, lane, whether a channel's step ends, whether the first step ends."""
        first_row = 0
        for step, rows in enumerate(self._steps):
            for lane in range(max(2, self._channels)):
                for row in range(rows):
                    ends = row == rows - 1
                    first_done = ends and step == 0 and lane == max(2, self._channels) - 1
                    yield first_row + row, lane, ends and lane < self._channels, first_done
            first_row += rows

    def silent(self) -> None:
        """Assert that the outputs outside of a run are inactive."""
        assert self.dut.last.value == 0
        assert self.dut.first_step_done.value == 0
        assert self.dut.muted.value == (self.runs < MUTED_RUNS)
        assert self.dut.tick.value.to_unsigned() == self.runs % 4

    async def run(self, clocks: int | None = None) -> None:
        """Compare one run, which begins in the next clock, or only its first `clocks` clocks."""
        for i, (row, lane, last, first_done) in enumerate(self.loops()):
            if i == clocks:
                return
            await self.clock(start=0)
            dut = self.dut
            assert (dut.row.value.to_unsigned(), dut.lane.value.to_unsigned()) == (row, lane)
            assert dut.last.value == last
            assert dut.first_step_done.value == (first_done and self.runs >= MUTED_RUNS)
            assert dut.muted.value == (self.runs < MUTED_RUNS)
            assert dut.tick.value.to_unsigned() == self.runs % 4

    async def drain(self, clocks: int) -> None:
        """Keep `drained` low for `clocks` more clocks, then end the run."""
        for _ in range(clocks):
            await self.clock(drained=0, start=1)
            self.silent()
        await self.clock(drained=1, start=0)
        self.silent()
        self.runs += 1

    async def tick(self, draw: random.Random) -> None:
        """Start a tick after a pause, and compare its runs of the program: three for the first tick, else one."""
        for _ in range(draw.choice([0, 0, 1, 5])):
            await self.clock(start=0, drained=draw.randrange(2))
            self.silent()
        await self.clock(start=1)
        self.silent()
        while True:
            muted = self.runs < MUTED_RUNS
            await self.run()
            await self.drain(draw.choice([0, 1, 7]))
            if not muted:
                return


@cocotb.test()
@cocotb.parametrize(name=list(CHANNELS))
async def runs_the_program_for_every_lane(dut: Any, name: str) -> None:
    """Programs of several lengths run some ticks each, and drain late or at once."""
    draw = random.Random(1)
    await start(dut[name], start=0, drained=1, turn=0, halt=0)
    for steps in ([6], [6, 9, 6, 10], [3, 3], [20, 6, 6, 9, 9], [58, 6]):
        tb = SequencerTB(dut[name], CHANNELS[name], steps)
        await tb.reset()
        for _ in range(6):
            await tb.tick(draw)
        await tb.clock(start=0)
        tb.silent()


@cocotb.test()
@cocotb.parametrize(name=list(CHANNELS))
async def a_reset_during_a_run_restarts_muted(dut: Any, name: str) -> None:
    """Resets occur in every state: in a muted run, in another run, and while it drains."""
    draw = random.Random(2)
    await start(dut[name], start=0, drained=1, turn=0, halt=0)
    tb = SequencerTB(dut[name], CHANNELS[name], [6, 7, 6])
    await tb.reset()
    for _ in range(25):
        for _ in range(draw.randrange(3)):
            await tb.tick(draw)
        await tb.clock(start=1)
        await tb.run(draw.randrange(1, 60))
        await tb.reset()
        await tb.clock()
        tb.silent()
    await tb.tick(draw)
