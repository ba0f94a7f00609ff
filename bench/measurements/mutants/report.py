"""The report of a campaign: rows of the table of results, and a page of the survivors."""

from __future__ import annotations

from collections.abc import Mapping

from bench.measurements.mutants.campaign import Result
from bench.measurements.mutants.draw import known_equivalents
from bench.measurements.mutants.verdict import MutantFate, MutantVerdict
from bench.table import ResultRow

AT_LEAST_PERCENT = 95.0
TITLES = {"rtl": "Faults planted in the Verilog", "firmware": "Faults planted in the C"}


def rows(results: Mapping[str, Result]) -> list[ResultRow]:
    """Return one row for each side."""
    return [_row(side, result) for side, result in results.items()]


def _row(side: str, result: Result) -> ResultRow:
    against = f"{len(result.counted)} mutants that build, each another fault; {len(result.survivors)} survived"
    return ResultRow(
        what=f"{TITLES[side]}, found", value=result.killed_percent, unit="%", against=against, at_least=AT_LEAST_PERCENT
    )


def page(results: Mapping[str, Result], seed: int) -> str:
    """Return the page of each side's survivors: the changed line, and the reason why no test finds it, if known."""
    reasons = {known.key: known.reason for known in known_equivalents(table="survivor")}
    lines = ["# Faults that no test found", "", f"Written by `make mutants`; seed {seed}.", ""]
    for side, result in results.items():
        fates = ", ".join(f"{result.of(fate)} {fate.value}" for fate in MutantFate)
        lines += [
            f"## {TITLES[side]}",
            "",
            f"{fates}. {result.listed} are listed as equivalent and were not tried.",
            "",
        ]
        for verdict in result.survivors:
            lines += _difference(verdict, reasons.get(verdict.mutant.key))
    return "\n".join(lines)


def _difference(verdict: MutantVerdict, reason: str | None) -> list[str]:
    mutant = verdict.mutant
    head = f"{mutant.file}, line {mutant.line}, {mutant.operator}"
    explanation = [reason, ""] if reason else []
    return [head, "", "```diff", f"-{mutant.before}", f"+{mutant.after}", "```", "", *explanation]
