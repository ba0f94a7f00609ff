"""Clocks for the benches of modules: inputs change after the rising edge, outputs are read at the falling edge."""

from __future__ import annotations

from typing import Any

from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, RisingEdge

CLOCK_NS = 10


async def start(dut: Any, **inputs: int) -> None:
    """Start the clock of a module with these inputs, and reset the module if it has a reset."""
    Clock(dut.clk, CLOCK_NS, unit="ns", impl="gpi").start()
    if hasattr(dut, "rst"):
        await clock(dut, rst=1, **inputs)
        await clock(dut, rst=1)
        await clock(dut, rst=0)
    else:
        await clock(dut, **inputs)


async def clock(dut: Any, **inputs: int) -> None:
    """Advance to the next clock, set these inputs, and return when the outputs are stable."""
    await RisingEdge(dut.clk)
    for name, value in inputs.items():
        port = getattr(dut, name)
        port.value = value & ((1 << len(port)) - 1)
    await FallingEdge(dut.clk)


def signed(value: int, bits: int) -> int:
    """Return the lowest `bits` bits of a number as two's complement."""
    return (value & ((1 << bits) - 1)) - ((value >> (bits - 1) & 1) << bits)


def edges(bits: int) -> list[int]:
    """Return the signed numbers of a width at which errors are likely."""
    most = 1 << (bits - 1)
    return [-most, -most + 1, -(most >> 1), -2, -1, 0, 1, 2, most >> 1, most - 2, most - 1]
