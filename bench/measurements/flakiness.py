"""The tests that talk to running firmware, again and again on loaded cores: does any of them ever fail?

    python -m bench.measurements.flakiness --runs 200          goes on where it was stopped
    python -m bench flakiness --write             takes the rows of the runs that there are

Each run is a process of its own with two workers, beside as many busy processes as there are cores, or fewer where
something else keeps the cores busy; each run's file says what the load was.
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

from bench.table import Row
from earloop.cli.output.console import progress

NEEDS = ("g++", "arm-none-eabi-gcc", "qemu-system-arm")
SUITE = tuple(f"tests/firmware/test_{name}.py" for name in ("state_machine", "answers", "acquisition", "emulator"))
RUNS = 200
WORK = Path("out/flakiness")
_BUSY = "while True: pass"


def measure() -> list[Row]:
    """Of the runs that have been made."""
    found = sorted(WORK.glob("*.xml"))
    failed = Counter(name for path in found for name in _failed(path))
    least = min((float(_suites(path).get("load", 0.0)) for path in found), default=0.0)
    against = f"{len(SUITE)} files of tests, {least:.1f} processes or more on {os.cpu_count()} cores"
    worst = ", ".join(f"{name} {count} x" for name, count in failed.most_common(3))
    return [
        Row("Firmware suite on loaded cores, runs", len(found), "runs", against, at_least=RUNS),
        Row("Firmware suite on loaded cores, failures", failed.total(), "", worst or against, at_most=0),
    ]


def _failed(path: Path) -> list[str]:
    """Names of a run's tests that failed, or the run itself where it did not come to an end."""
    cases = list(_suites(path).iter("testcase"))
    if not cases:
        return ["a run that broke off"]
    return [str(case.get("name")) for case in cases if {"failure", "error"} & {part.tag for part in case}]


def _suites(path: Path) -> ElementTree.Element:
    """What a run's file says; without a case if the run broke off."""
    try:
        return ElementTree.parse(path).getroot()
    except ElementTree.ParseError:
        return ElementTree.Element("testsuites")


def _run(path: Path) -> None:
    """Run the suite once; its file is there afterwards, empty if the run broke off."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--fresh", f"--junitxml={path}", *SUITE]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    load = os.getloadavg()[0]
    path.touch()
    suites = _suites(path)
    suites.set("load", f"{load:.2f}")
    ElementTree.ElementTree(suites).write(path)


@contextmanager
def _loaded(busy_processes: int) -> Iterator[None]:
    """Beside so many busy processes."""
    busy = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in range(busy_processes)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


@click.command()
@click.option("--runs", type=click.IntRange(min=1), default=RUNS, show_default=True, help="In all, earlier ones too.")
@click.option("--busy", type=click.IntRange(min=0), default=os.cpu_count, help="Busy processes; as many as cores.")
def main(runs: int, busy: int) -> None:
    """Run the suite until there are so many runs, and print what became of them."""
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
