"""Detection of faults in the C by the project's tests of the firmware, which run this machine's build of a mutant.

A fault of the C can end, hang or overwrite its process. So each mutant is built and tested in a separate process. It is
forked from a process with all modules loaded and the golden model compiled, and only the folder of the sources differs.
Tests that need the chip's compiler or the emulator are left out, because they run the same sources.

If the compiler gives the same program for a mutant as for the sources, the mutant does not count (trivial compiler
equivalence, Papadakis et al., ICSE 2015). Examples are mutants of code for the chip, which is not compiled here.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, settings

from bench.measurements.mutants.draw import Mutant
from bench.measurements.mutants.planting import BUILD_DIR, plant, scratch
from bench.measurements.mutants.verdict import MutantFate, MutantVerdict
from earloop.firmware import build
from earloop.firmware.kernel import HostKernel
from earloop.spec.design import load_design
from earloop.spec.errors import EarloopError
from earloop.spec.fixed import FixedDesign, compile_design
from earloop.spec.golden import GoldenTokenizer
from earloop.system.project import ROOT

SOURCES = build.SOURCES
TESTS = ROOT / "tests" / "firmware"
# These need the chip's compiler or the emulator, or do not test behaviour.
LEFT_OUT = frozenset(("test_build.py", "test_emulator.py", "test_size.py", "test_fuzz.py", "test_static_analysis.py"))
# The test file that finds a fault of a source file soonest.
NEAREST = {
    "acquisition": "test_acquisition.py", "ads1299": "test_ads1299.py", "bytes": "test_frame.py",
    "frame": "test_frame.py", "link": "test_state_machine.py", "report": "test_state_machine.py",
    "self_test": "test_self_test.py", "session": "test_state_machine.py", "stream": "test_stream.py",
    "tokenizer": "test_kernel.py",
}  # fmt: skip
# A test does not shrink its finding, and always uses the same examples.
_PHASES = (Phase.explicit, Phase.generate)
TEST_LIMIT_S = 30  # the longest takes a quarter of that
_TEST_TIMED_OUT = re.compile(r"^\++ Timeout \++$", re.MULTILINE)  # pytest-timeout's heading, before it ends the process
_PATIENCE = 3.0  # times the duration with the unchanged sources


@dataclass
class _Watch:
    """A pytest plugin that makes the tests faster and records the first failure."""

    failed: str = ""

    def pytest_configure(self) -> None:
        """Load the fast profile of Hypothesis."""
        settings.register_profile("mutants", phases=_PHASES, database=None, derandomize=True, deadline=None)
        settings.load_profile("mutants")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record the first failed test."""
        if report.failed and not self.failed:
            self.failed = report.nodeid


class FirmwareJudge:
    """Tries mutants of the C; a context manager, which removes its files at the end.

    Parameters
    ----------
    tests : names of the test files to run; None means all that do not need the chip's compiler

    Raises
    ------
    EarloopError
        A tool is missing, or the tests fail on the unchanged sources.
    """

    def __init__(self, tests: Collection[str] | None = None) -> None:
        self._tests = sorted(
            path for path in TESTS.glob("test_*.py") if path.name not in LEFT_OUT and (not tests or path.name in tests)
        )
        self._fixed = compile_design(load_design())
        GoldenTokenizer(self._fixed).push(np.zeros((50, len(self._fixed.design.channels)), np.int32))
        BUILD_DIR.mkdir(parents=True, exist_ok=True)
        self._place = tempfile.TemporaryDirectory(dir=BUILD_DIR, prefix="firmware-")
        self._plain: bytes = b""
        self._limit_s: float | None = None
        with scratch(Path(self._place.name)) as place:
            shutil.copytree(SOURCES, place / "src")
            started = time.perf_counter()
            fate, by, self._plain = self._try(place)
            if fate is not MutantFate.SURVIVED:
                raise EarloopError(f"the unchanged C sources: {fate.value} by {by}; wanted that all tests pass")
            self._limit_s = 5 + _PATIENCE * (time.perf_counter() - started)

    def __enter__(self) -> FirmwareJudge:
        return self

    def __exit__(self, *_: object) -> None:
        self._place.cleanup()

    def __call__(self, mutant: Mutant) -> MutantVerdict:
        """Plant a fault, and try to find it."""
        with scratch(Path(self._place.name)) as place:
            shutil.copytree(SOURCES, place / "src")
            plant(mutant, place / "src")
            fate, by, _ = self._try(place, Path(mutant.file).stem)
        return MutantVerdict(mutant, fate, by)

    def _try(self, place: Path, changed: str = "") -> tuple[MutantFate, str, bytes]:
        """Build and test `place/src` in a separate process; return fate, cause, and the program if it builds."""
        tests = sorted(self._tests, key=lambda path: path.name != NEAREST.get(changed))
        fork = multiprocessing.get_context("fork")
        ours, theirs = fork.Pipe(duplex=False)
        process = fork.Process(target=self._child, args=(place, tests, theirs))
        process.start()
        theirs.close()
        try:
            if not ours.poll(self._limit_s):
                return MutantFate.TIMED_OUT, f"{self._limit_s:.0f} s", b""
            try:
                result: tuple[MutantFate, str, bytes] = ours.recv()
            except EOFError:  # the process died without a result
                process.join()
                output = (place / "output").read_text(encoding="utf-8", errors="replace")
                late = _TEST_TIMED_OUT.search(output) is not None
                by = f"{TEST_LIMIT_S} s of one test" if late else f"ended with {process.exitcode}"
                result = MutantFate.TIMED_OUT if late else MutantFate.KILLED, by, b""
            return result
        finally:
            _end(process)
            ours.close()

    def _child(self, place: Path, tests: list[Path], answer: Connection) -> None:
        os.setsid()
        output = os.open(place / "output", os.O_WRONLY | os.O_CREAT)
        os.dup2(output, sys.stdout.fileno())
        os.dup2(output, sys.stderr.fileno())
        build.SOURCES, build.BUILD = place / "src", place / "build"  # in this process and its children
        try:
            program = _program(self._fixed)
        except EarloopError as error:
            answer.send((MutantFate.STILLBORN, str(error), b""))
            return
        if program == self._plain:
            answer.send((MutantFate.SAME, "", program))
            return
        watch = _Watch()
        options = [
            "-x",
            "-q",
            "-n",
            "0",
            "--rootdir",
            str(ROOT),
            "-p",
            "no:cacheprovider",
            "-p",
            "no:tests.result_cache",
            "-k",
            "not emulated",
            "-o",
            f"timeout={TEST_LIMIT_S}",
            "-o",
            "timeout_method=thread",  # it ends the process, because a loop in C does not handle signals
        ]
        code = pytest.main([*options, *map(str, tests)], plugins=[watch])
        if code == pytest.ExitCode.OK:
            answer.send((MutantFate.SURVIVED, "", program))
        else:
            answer.send((MutantFate.KILLED, watch.failed or f"pytest's exit status {int(code)}", program))


def _program(fixed: FixedDesign) -> bytes:
    """Build the shared library of the sources, and return its bytes without the build id."""
    library = build.build_host(fixed)
    HostKernel(fixed, library)
    return library.read_bytes().replace(bytes.fromhex(library.parent.name), b"")


def _end(process: multiprocessing.process.BaseProcess) -> None:
    """Kill a process and its children."""
    if process.pid is not None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.join()
