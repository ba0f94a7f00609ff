"""Coverage of the Verilog by the covering runs: lines and branches, and bits that rise and fall."""

from __future__ import annotations

from bench.table import ResultRow
from earloop.hw.bench.covering import COVERING, covering_counts
from earloop.hw.verify.coverage import load_waivers, report, total

NEEDS = ("g++", "verilator")


def measure() -> list[ResultRow]:
    """Measure both shares of the points that can be reached, and the numbers of waived points."""
    found = report(covering_counts(), load_waivers())
    lines, toggles = total(found.lines), total(found.toggles)
    where = f"{len(COVERING)} designs, four streams each; the generated header apart"
    reasons = "each with its reason in hw/verify/coverage_waivers.toml"
    return [
        ResultRow(
            what="RTL, lines and branches reached",
            value=lines.percent,
            unit="%",
            against=f"{lines.total}, {where}",
            at_least=100.0,
        ),
        ResultRow(
            what="RTL, bits that rise and fall",
            value=toggles.percent,
            unit="%",
            against=f"{toggles.total} ways, {where}",
            at_least=100.0,
        ),
        ResultRow(what="RTL, lines and branches waived", value=lines.waived, unit=f"of {lines.total}", against=reasons),
        ResultRow(what="RTL, ways of bits waived", value=toggles.waived, unit=f"of {toggles.total}", against=reasons),
    ]
