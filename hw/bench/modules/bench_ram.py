"""Bench of the two memories, each against a list."""

from __future__ import annotations

import random
from typing import Any

import cocotb

from earloop.hw.bench.modules.clocked import clock, start

DEPTH, WORD_MAX = 200, 255


@cocotb.test()
async def ram_returns_what_was_written_last(dut: Any) -> None:
    """Every address is written; then reads and writes of different addresses occur in the same clock."""
    ram, draw = dut.ram_200, random.Random(1)
    await start(ram, write_enable=0, write_address=0, write_data=0, read_address=0)
    memory = [draw.randrange(WORD_MAX + 1) for _ in range(DEPTH)]
    for address, word in enumerate(memory):
        await clock(ram, write_enable=1, write_address=address, write_data=word)
    reads = [0, DEPTH - 1, *(draw.randrange(DEPTH) for _ in range(1500))]
    wanted = None
    for address in reads:
        write = draw.choice([other for other in (0, DEPTH - 1, draw.randrange(DEPTH), 77, 78) if other != address])
        enable, word = draw.randrange(2), draw.choice([0, WORD_MAX, draw.randrange(WORD_MAX + 1)])
        await clock(ram, write_enable=enable, write_address=write, write_data=word, read_address=address)
        if wanted is not None:
            assert ram.read_data.value.to_unsigned() == wanted
        wanted = memory[address]
        if enable:
            memory[write] = word


@cocotb.test()
async def single_port_ram_holds_what_it_read_while_it_is_not_enabled(dut: Any) -> None:
    """Reads, writes and idle clocks follow at random."""
    ram, draw = dut.single_port_ram_200, random.Random(2)
    await start(ram, enable=0, write=0, address=0, write_data=0)
    memory = [draw.randrange(WORD_MAX + 1) for _ in range(DEPTH)]
    for address, word in enumerate(memory):
        await clock(ram, enable=1, write=1, address=address, write_data=word)
    shown = None
    for _ in range(2000):
        enable, write = draw.randrange(4) > 0, draw.randrange(2)
        address = draw.choice([0, DEPTH - 1, draw.randrange(DEPTH)])
        word = draw.choice([0, WORD_MAX, draw.randrange(WORD_MAX + 1)])
        await clock(ram, enable=enable, write=write, address=address, write_data=word)
        if shown is not None:
            assert ram.read_data.value.to_unsigned() == shown
        if enable and write:
            memory[address] = word
            shown = None  # undefined
        elif enable:
            shown = memory[address]
