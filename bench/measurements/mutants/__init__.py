"""Mutation testing: plants one fault at a time in the Verilog or the C, and counts the faults that the tests find."""

from __future__ import annotations

from collections.abc import Callable

from bench.measurements.mutants.campaign import Result, campaign
from bench.measurements.mutants.draw import draw, known_equivalents, sources
from bench.measurements.mutants.firmware import FirmwareJudge
from bench.measurements.mutants.report import rows
from bench.measurements.mutants.rtl import RtlJudge
from bench.table import ResultRow
from earloop.firmware.build import SOURCES
from earloop.hw.simulate.runner import RTL_DIR

SIDES = {"rtl": (RTL_DIR, RtlJudge), "firmware": (SOURCES, FirmwareJudge)}
NEEDS = ("g++", "make", "perl Pod::Usage", "verilator", "cocotb", "iverilog")
COUNT, SEED, JOBS = 200, 0, 2


def try_side(
    side: str, count: int, seed: int, *, jobs: int = JOBS, advance: Callable[[int], None] = lambda _: None
) -> Result:
    """Try mutants of "rtl" or "firmware" until `count` of them count."""
    folder, judge = SIDES[side]
    with judge() as try_one:
        return campaign(try_one, draw(sources(folder), seed), known_equivalents(), count, jobs=jobs, advance=advance)


def measure() -> list[ResultRow]:
    """Measure the share of found faults on each side."""
    return rows({side: try_side(side, COUNT, SEED) for side in SIDES})
