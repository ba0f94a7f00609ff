"""Bench of the event counter."""

from __future__ import annotations

import random
from typing import Any

import cocotb

from earloop.hw.bench.modules.clocked import clock, start

COUNT_MAX = 15


@cocotb.test()
async def counts_events_and_stays_at_its_largest_value(dut: Any) -> None:
    """There are more events than the counter can count, one in each clock."""
    counter = dut.event_counter_4
    await start(counter, event_valid=0)
    for events in range(3 * COUNT_MAX):
        await clock(counter, event_valid=1)
        assert counter.count.value.to_unsigned() == min(events, COUNT_MAX)


@cocotb.test()
async def counts_with_pauses_and_returns_to_zero_at_a_reset(dut: Any) -> None:
    """Events and resets are random; an event during a reset is not counted."""
    counter, draw = dut.event_counter_4, random.Random(1)
    await start(counter, event_valid=0)
    count = 0
    for _ in range(2000):
        event, reset = draw.randrange(2), draw.randrange(20) == 0
        await clock(counter, event_valid=event, rst=reset)
        assert counter.count.value.to_unsigned() == count
        count = 0 if reset else min(count + event, COUNT_MAX)
