"""Clocks for the benches of single modules: inputs change behind the rising edge, outputs are read in mid-clock."""

from __future__ import annotations

from typing import Any

from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, RisingEdge

CLOCK_NS = 10


async def start(dut: Any, **inputs: int) -> None:
    """Start the clock of a module with its inputs at these values, and reset it where it can be reset."""
    Clock(dut.clk, CLOCK_NS, unit="ns", impl="gpi").start()
    if hasattr(dut, "rst"):
        await clock(dut, rst=1, **inputs)
        await clock(dut, rst=1)
        await clock(dut, rst=0)
    else:
        await clock(dut, **inputs)


async def clock(dut: Any, **inputs: int) -> None:
    """Go on to the next clock, give it these inputs, and return when the outputs have settled."""
    await RisingEdge(dut.clk)
    for name, value in inputs.items():
        port = getattr(dut, name)
        port.value = value & ((1 << len(port)) - 1)
    await FallingEdge(dut.clk)


def signed(value: int, bits: int) -> int:
    """The lowest bits of a number as two's complement."""
    return (value & ((1 << bits) - 1)) - ((value >> (bits - 1) & 1) << bits)


def edges(bits: int) -> list[int]:
    """The signed numbers of a width at which things go wrong."""
    most = 1 << (bits - 1)
    return [-most, -most + 1, -(most >> 1), -2, -1, 0, 1, 2, most >> 1, most - 2, most - 1]
