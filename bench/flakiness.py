"""The tests that talk to running firmware, again and again on loaded cores: does any of them ever fail?

    python -m bench.flakiness --runs 200          goes on where it was stopped
    python -m bench flakiness --write             takes the rows of the runs that there are

Each run is a process of its own with two workers, beside as many busy processes as there are cores.
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
from earloop.console import progress

NEEDS = ("g++", "arm-none-eabi-gcc", "qemu-system-arm")
SUITE = tuple(f"tests/firmware/test_{name}.py" for name in ("state_machine", "answers", "acquisition", "emulator"))
RUNS = 200
WORK = Path("out/flakiness")
_BUSY = "while True: pass"


def measure() -> list[Row]:
    """Of the runs that have been made."""
    found = sorted(WORK.glob("*.xml"))
    failed = Counter(name for path in found for name in _failed(path))
    against = f"{len(SUITE)} files of tests, each run beside {os.cpu_count()} busy processes; python -m bench.flakiness"
    worst = ", ".join(f"{name} {count} x" for name, count in failed.most_common(3))
    return [
        Row("Firmware suite on loaded cores, runs", len(found), "runs", against, at_least=RUNS),
        Row("Firmware suite on loaded cores, failures", failed.total(), "", worst or against, at_most=0),
    ]


def _failed(path: Path) -> list[str]:
    """Names of a run's tests that failed, or the run itself where it did not come to an end."""
    try:
        cases = ElementTree.parse(path).iter("testcase")
    except ElementTree.ParseError:
        return ["a run that broke off"]
    return [str(case.get("name")) for case in cases if {"failure", "error"} & {part.tag for part in case}]


@contextmanager
def _loaded() -> Iterator[None]:
    """As many busy processes as there are cores."""
    busy = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


@click.command()
@click.option("--runs", type=click.IntRange(min=1), default=RUNS, show_default=True, help="In all, earlier ones too.")
def main(runs: int) -> None:
    """Run the suite until there are so many runs, and print what became of them."""
    WORK.mkdir(parents=True, exist_ok=True)
    with _loaded(), progress("flakiness", runs, "runs") as advance:
        for number in range(runs):
            path = WORK / f"{number:04d}.xml"
            if not path.exists():
                command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--fresh", f"--junitxml={path}", *SUITE]
                subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
            advance(number + 1)
    for what, value, against, target in (row.cells() for row in measure()):
        click.echo(f"  {what:<48} {value:<12} {target or against}")


if __name__ == "__main__":
    main()
