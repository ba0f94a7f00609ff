"""Many cases of one format, in workers that are started again where a case has killed one."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from earloop.system.project import ROOT
from tests.fuzz.worker import CURRENT, DOING

MOST_DEATHS = 20  # of workers; then the format is given up


@dataclass(frozen=True)
class Finding:
    """A case that broke the promise, and where it is kept."""

    number: int
    case: Path
    trouble: str


def run_cases(
    name: str,
    first: int,
    last: int,
    folder: Path,
    found: Callable[[Finding], None] = lambda finding: None,
    advance: Callable[[int], None] = lambda done: None,
    read: Callable[[int], None] = lambda count: None,
) -> list[Finding]:
    """Run the cases of a format from number `first` to before `last`.

    Parameters
    ----------
    folder : where cases that break the promise are kept
    found : told of each at once
    advance : told now and then up to which number all are done
    read : told how many were read, not refused
    """
    findings: list[Finding] = []

    def note(finding: Finding) -> None:
        findings.append(finding)
        found(finding)

    folder.mkdir(parents=True, exist_ok=True)
    (folder / DOING).unlink(missing_ok=True)
    with ExitStack() as stack:
        for _ in range(MOST_DEATHS):
            complaints = stack.enter_context(TemporaryFile("w+"))
            worker = subprocess.Popen(
                [sys.executable, "-m", "tests.fuzz.worker", name, str(first), str(last), str(folder)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
            )
            assert worker.stdout is not None
            for line in worker.stdout:
                told = json.loads(line) if line.startswith("{") else {}
                if "done" in told:
                    advance(told["done"])
                elif "read" in told:
                    read(told["read"])
                elif told:
                    note(Finding(told["number"], Path(told["case"]), told["trouble"]))
            worker.wait()
            complaints.seek(0)
            complaint = complaints.read()
            if worker.returncode == 0:
                break
            if not (folder / DOING).exists():
                raise RuntimeError(f"{name}: its worker did not start: {complaint[-2000:]}")
            number = int((folder / DOING).read_text())
            case = folder / f"case-{number}"
            shutil.rmtree(case, ignore_errors=True)
            if (folder / CURRENT).exists():
                (folder / CURRENT).rename(case)
            note(Finding(number, case, f"{_death(worker.returncode)}\n{complaint[-2000:]}"))
            first = number + 1
    shutil.rmtree(folder / CURRENT, ignore_errors=True)
    return findings


def _death(status: int) -> str:
    """What a worker's exit status says of its last case."""
    means = {signal.SIGXCPU: "too much processor time", signal.SIGALRM: "too much time", signal.SIGKILL: "killed"}
    return means.get(-status, f"the worker ended with status {status}")
