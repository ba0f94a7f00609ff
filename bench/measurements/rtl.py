"""The Verilated tokenizer: the speed of the simulation, and the clocks of a tick."""

from __future__ import annotations

from functools import partial

from bench.stimulus import synthetic_codes
from bench.table import ResultRow, number
from bench.timing import median_seconds
from earloop.hw import build_runner, run_rtl
from earloop.spec.design import load_design
from earloop.spec.fixed import compile_design

NEEDS = ("g++", "verilator")
STREAM_S = 20.0
ROUNDS = 9
FPGA_HZ = 12e6  # the crystal of the iCE40 UP5K and HX8K boards
MAX_CLOCKS = 1500  # of a 4-channel tick: real time at well under 1 MHz


def measure() -> list[ResultRow]:
    """Measure the speed without and with taps, and the clocks of a tick against those that an FPGA has for it."""
    design = load_design()
    binary = build_runner(compile_design(design))
    codes = synthetic_codes(design, STREAM_S)
    plain_s, taps_s = median_seconds(
        partial(run_rtl, binary, design, codes), partial(run_rtl, binary, design, codes, taps=True), rounds=ROUNDS
    )
    run = run_rtl(binary, design, codes)
    budget = FPGA_HZ / design.token_rate_hz
    against = f"{number(budget)} clocks between ticks at {FPGA_HZ / 1e6:g} MHz"
    return [
        ResultRow(
            what="Verilated RTL, tokens",
            value=STREAM_S / plain_s,
            unit="x real time",
            against="a real earbud, 1 x",
            at_least=1.0,
        ),
        ResultRow(
            what="Verilated RTL, tokens and all taps",
            value=STREAM_S / taps_s,
            unit="x real time",
            against="a real earbud, 1 x",
            at_least=1.0,
        ),
        ResultRow(
            what="Verilated RTL, simulated clocks a second",
            value=run.clocks / plain_s / 1e6,
            unit="million",
            against="no peer in this run",
        ),
        ResultRow(
            what="RTL, a tick of the tokenizer, mean",
            value=run.clocks_per_tick_mean,
            unit="clocks",
            against=against,
            at_most=MAX_CLOCKS,
        ),
        ResultRow(
            what="RTL, a tick of the tokenizer, longest",
            value=run.clocks_per_tick_max,
            unit="clocks",
            against=against,
            at_most=MAX_CLOCKS,
        ),
    ]
