"""Repeated runs, on loaded cores, of the tests that use running firmware: does any test ever fail?

    python -m bench.measurements.flakiness --runs 200          continues where it was stopped
    python -m bench flakiness --write             writes the rows of the runs so far

Each run is a separate process with two workers. As many busy processes as there are cores run at the same time, or
fewer if other programs keep the cores busy; each run's file has the load.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import click

from bench.table import ResultRow
from earloop.cli.output.console import progress

NEEDS = ("g++", "arm-none-eabi-gcc", "qemu-system-arm")
SUITE = tuple(f"tests/firmware/test_{name}.py" for name in ("state_machine", "answers", "acquisition", "emulator"))
RUNS = 200
WORK = Path("out/flakiness")
_BUSY = "while True: pass"


def measure() -> list[ResultRow]:
    """Return the numbers of runs and failures so far."""
    found = sorted(WORK.glob("*.xml"))
    failed = Counter(name for path in found for name in _failed(path))
    least = min((float(_suites(path).get("load", 0.0)) for path in found), default=0.0)
    against = f"{len(SUITE)} files of tests, {least:.1f} processes or more on {os.cpu_count()} cores"
    worst = ", ".join(f"{name} {count} x" for name, count in failed.most_common(3))
    return [
        ResultRow(
            what="Firmware suite on loaded cores, runs", value=len(found), unit="runs", against=against, at_least=RUNS
        ),
        ResultRow(
            what="Firmware suite on loaded cores, failures",
            value=failed.total(),
            against=worst or against,
            at_most=0,
        ),
    ]


def _failed(path: Path) -> list[str]:
    """Return the names of a run's failed tests, or a name for the run itself if it did not end."""
    cases = list(_suites(path).iter("testcase"))
    if not cases:
        return ["an incomplete run"]
    return [str(case.get("name")) for case in cases if {"failure", "error"} & {part.tag for part in case}]


def _suites(path: Path) -> ElementTree.Element:
    """Read a run's file; the result has no cases if the run did not end."""
    try:
        return ElementTree.parse(path).getroot()
    except ElementTree.ParseError:
        return ElementTree.Element("testsuites")


def _run(path: Path) -> None:
    """Run the suite once and write its file, without cases if the run did not end."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--fresh", f"--junitxml={path}", *SUITE]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    load = os.getloadavg()[0]
    path.touch()
    suites = _suites(path)
    suites.set("load", f"{load:.2f}")
    ElementTree.ElementTree(suites).write(path)


@contextmanager
def _loaded(busy_processes: int) -> Iterator[None]:
    """Keep `busy_processes` busy processes running."""
    busy = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in range(busy_processes)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


@click.command()
@click.option(
    "--runs", type=click.IntRange(min=1), default=RUNS, show_default=True, help="All runs, including earlier ones."
)
@click.option(
    "--busy", type=click.IntRange(min=0), default=os.cpu_count, help="Busy processes; default: the number of cores."
)
def main(runs: int, busy: int) -> None:
    """Run the suite until there are RUNS runs, and print the results."""
    WORK.mkdir(parents=True, exist_ok=True)
    with _loaded(busy), progress("flakiness", runs, "runs") as advance:
        for number in range(runs):
            path = WORK / f"{number:04d}.xml"
            if not path.exists():
                _run(path)
            advance(number + 1)
    for what, value, against, target in (row.cells() for row in measure()):
        click.echo(f"  {what:<48} {value:<12} {target or against}")


if __name__ == "__main__":
    main()
