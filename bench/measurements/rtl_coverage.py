"""Coverage of the Verilog by the covering runs: lines and branches, and bits that rise and fall."""

from __future__ import annotations

from bench.table import Row
from earloop.hw.bench.covering import COVERING, covering_counts
from earloop.hw.verify.coverage import load_waivers, report, total

NEEDS = ("g++", "verilator")


def measure() -> list[Row]:
    """Measure both shares of the points that can be reached, and the numbers of waived points."""
    found = report(covering_counts(), load_waivers())
    lines, toggles = total(found.lines), total(found.toggles)
    where = f"{len(COVERING)} designs, four streams each; the generated header apart"
    reasons = "each with its reason in hw/verify/coverage_waivers.toml"
    return [
        Row("RTL, lines and branches reached", lines.percent, "%", f"{lines.total}, {where}", at_least=100.0),
        Row("RTL, bits that rise and fall", toggles.percent, "%", f"{toggles.total} ways, {where}", at_least=100.0),
        Row("RTL, lines and branches waived", lines.waived, f"of {lines.total}", reasons),
        Row("RTL, ways of bits waived", toggles.waived, f"of {toggles.total}", reasons),
    ]
