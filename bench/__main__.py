"""`python -m bench` measures everything and writes RESULTS.md; `python -m bench NAME` prints one measurement."""

from __future__ import annotations

import importlib
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from bench.machine import describe_machine
from bench.table import ResultRow, render
from earloop.cli.doctor import ToolFound, tools
from earloop.spec.errors import EarloopError

RESULTS = Path(__file__).with_name("RESULTS.md")
MEASUREMENTS = (
    "start",
    "golden",
    "synthesis",
    "corpus",
    "fidelity",
    "realism",
    "rtl",
    "rtl_synthesis",
    "rtl_coverage",
    "firmware",
    "replay",
    "link",
    "flakiness",
    "latency",
    "faults",
    "verdicts",
    "fuzz",
    "cmsis",
    "scan",
    "training",
    "finetuning",
    "experiments",
    "mutants",
)


def measure(name: str) -> list[ResultRow]:
    """Run one measurement, or return a row that names its missing tools."""
    module = importlib.import_module(f"bench.measurements.{name}")
    wanted = [tool for group in tools().values() for tool in group if tool.name in module.NEEDS]
    missing = [tool for tool in wanted if not ToolFound(tool, tool.find()).suffices]
    if missing:
        needs = "; ".join(f"{tool.name} is missing or too old ({tool.cure})" for tool in missing)
        return [ResultRow(what=name, value=None, against=needs)]
    rows: list[ResultRow] = module.measure()
    return rows


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(MEASUREMENTS))
@click.option("--write", is_flag=True, help="Update the rows of these measurements in bench/RESULTS.md.")
def main(names: tuple[str, ...], write: bool) -> None:
    """Measure and print; without NAMES measure everything, and write bench/RESULTS.md if all measurements succeed."""
    machine = describe_machine()
    rows: dict[str, list[ResultRow]] = {}
    for chosen in names or MEASUREMENTS:
        started = time.perf_counter()
        click.echo(f"{chosen} ... ", nl=False, err=True)
        try:
            rows[chosen] = measure(chosen)
        except EarloopError as error:
            click.echo(f"\nerror: {chosen}: {error}", err=True)
            sys.exit(2)
        click.echo(f"{time.perf_counter() - started:.0f} s", err=True)
        for what, value, against, target in (row.cells() for row in rows[chosen]):
            click.echo(f"  {what:<72} {value:<22} {target or against}")
    if write or not names:
        today = datetime.now(UTC).strftime("%Y-%m-%d")
        before = RESULTS.read_text(encoding="utf-8") if names and RESULTS.exists() else ""
        RESULTS.write_text(render(rows, machine, today, order=MEASUREMENTS, before=before), encoding="utf-8")
        click.echo(f"wrote {RESULTS}", err=True)


if __name__ == "__main__":
    main()
