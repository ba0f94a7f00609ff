"""Bench of the saturation, against min and max."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import cocotb
from cocotb.triggers import Timer

from earloop.hw.bench.modules.clocked import edges


async def _compare(saturate: Any, values: Iterable[int]) -> None:
    in_bits, out_bits = len(saturate["in"]), len(saturate.out)
    most = (1 << (out_bits - 1)) - 1
    for value in values:
        saturate["in"].value = value & ((1 << in_bits) - 1)
        await Timer(1, unit="ns")
        wanted = min(max(value, -most - 1), most)
        assert saturate.out.value.to_signed() == wanted
        assert saturate.clipped.value == (value != wanted)


@cocotb.test()
@cocotb.parametrize(name=["saturate_9_to_5", "saturate_6_to_5"])
async def every_number_of_a_narrow_one(dut: Any, name: str) -> None:
    """Every number of the input's width is saturated."""
    saturate = dut[name]
    most = 1 << (len(saturate["in"]) - 1)
    await _compare(saturate, range(-most, most))


@cocotb.test()
async def the_limits_of_a_wide_one_and_the_numbers_next_to_them(dut: Any) -> None:
    """The numbers are the limits of both widths, and random numbers of every size."""
    draw = random.Random(1)
    values = [*edges(39), *edges(33), *edges(32)]
    values += [draw.randrange(-(1 << size), 1 << size) for size in range(39) for _ in range(20)]
    await _compare(dut.saturate_39_to_32, values)
