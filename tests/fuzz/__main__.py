"""Run many cases of each format; what breaks the promise is kept, with the command that repeats it.

    python -m tests.fuzz [--cases 20000] [--out out/fuzz] [FORMAT ...]

A format that was broken off goes on from where it was. Exit status: 0 nothing found, 1 something was.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import click

from tests.fuzz.campaign import Finding, run_cases
from tests.fuzz.formats import MODULES

PROGRESS = "progress.json"


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help=", ".join(MODULES))
    parser.add_argument("--cases", type=int, default=20_000, help="of each format")
    parser.add_argument("--out", type=Path, default=Path("out/fuzz"))
    parser.add_argument("--fresh", action="store_true", help="from the first case on, whatever was run before")
    wanted = parser.parse_args()
    if unknown := set(wanted.formats) - set(MODULES):
        parser.error(f"no such format: {', '.join(sorted(unknown))}; there are {', '.join(MODULES)}")
    found = 0
    for name in wanted.formats or MODULES:
        found += _run(name, wanted.cases, wanted.out / name, fresh=wanted.fresh)
    return 1 if found else 0


def _run(name: str, cases: int, folder: Path, *, fresh: bool) -> int:
    """How many cases of one format broke the promise, those of earlier runs included."""
    before, found = (0, 0) if fresh else _progress(folder)
    began = time.monotonic()

    def tell(finding: Finding) -> None:
        nonlocal found
        found += 1
        last = finding.trouble.strip().splitlines()[-1]
        click.echo(f"\n{name} case {finding.number}: {last[:300]}")
        click.echo(f"  python -m tests.fuzz.worker {name} --again {finding.case}")

    def advance(done: int) -> None:
        (folder / PROGRESS).write_text(json.dumps({"done": done, "found": found}))
        rate = (done - before) / (time.monotonic() - began)
        click.echo(f"\r{name:<12}{done:>8,} of {cases:,} cases, {rate:,.0f} a second, {found} found ", nl=False)

    if before < cases:
        run_cases(name, before, cases, folder, tell, advance)
        advance(cases)
    click.echo(f"\r{name:<12}{max(before, cases):>8,} cases, {found} found{' ' * 30}")
    return found


def _progress(folder: Path) -> tuple[int, int]:
    """Cases done, and found, by earlier runs."""
    try:
        kept = json.loads((folder / PROGRESS).read_text())
        return int(kept["done"]), int(kept["found"])
    except (OSError, ValueError, KeyError):
        return 0, 0


if __name__ == "__main__":
    sys.exit(main())
