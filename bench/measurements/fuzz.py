"""Number of inputs that the fuzzers tried without a finding; a finding ends the measurement with an error."""

from __future__ import annotations

from bench.table import ResultRow
from earloop.firmware.fuzz import FUZZERS, run_fuzzer

NEEDS = ("clang",)
INPUTS = 10_000_000


def measure() -> list[ResultRow]:
    """Run the fuzzers as `make fuzz` does."""
    done = {name: run_fuzzer(name, INPUTS // len(FUZZERS)) for name in FUZZERS}
    speeds = ", ".join(f"{name} {run.executions / max(1, run.seconds):,.0f}" for name, run in done.items())
    total = sum(run.executions for run in done.values()) / 1e6
    against = f"address and undefined-behaviour sanitizers; a second: {speeds}"
    return [
        ResultRow(
            what="Fuzzing frames and the whole application, without a finding",
            value=total,
            unit="million",
            against=against,
            at_least=10,
        )
    ]
