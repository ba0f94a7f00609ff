"""Finds faults in the C: the project's own tests of the firmware, run in this machine's build of a mutant.

A fault of the C can end, hang or overwrite the process that runs it. So each mutant is built and tested in a process of
its own, forked from one that has all modules loaded and the golden model compiled, where nothing but the folder of the
sources differs. Tests that need the chip's compiler or the emulator are left out: what they run is these same sources.

Where the compiler makes the same program of a mutant as of the sources, the mutant is none (trivial compiler
equivalence, Papadakis et al., ICSE 2015). Code for the chip only, which this machine's compiler does not see, is such.
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
from bench.measurements.mutants.verdict import Fate, Verdict
from earloop.firmware import build
from earloop.firmware.kernel import HostKernel
from earloop.spec.design import load_design
from earloop.spec.errors import EarloopError
from earloop.spec.fixed import FixedDesign, compile_design
from earloop.spec.golden import GoldenTokenizer
from earloop.system.project import ROOT

SOURCES = build.SOURCES
TESTS = ROOT / "tests" / "firmware"
# These need the chip's compiler or the emulator, or look for what no test of behaviour can.
LEFT_OUT = frozenset(("test_build.py", "test_emulator.py", "test_size.py", "test_fuzz.py", "test_static_analysis.py"))
# Where a fault of a file shows soonest.
NEAREST = {
    "acquisition": "test_acquisition.py", "ads1299": "test_ads1299.py", "bytes": "test_frame.py",
    "frame": "test_frame.py", "link": "test_state_machine.py", "report": "test_state_machine.py",
    "self_test": "test_self_test.py", "session": "test_state_machine.py", "stream": "test_stream.py",
    "tokenizer": "test_kernel.py",
}  # fmt: skip
# A test does not shrink what it has found, and always looks at the same examples.
_PHASES = (Phase.explicit, Phase.generate)
TEST_LIMIT_S = 30  # the longest takes a quarter of that
_TEST_TIMED_OUT = re.compile(r"^\++ Timeout \++$", re.MULTILINE)  # pytest-timeout's heading, before it ends the process
_PATIENCE = 3.0  # times what the sources as they are take


@dataclass
class _Watch:
    """A pytest plugin: hurries the tests and notes the first that fails."""

    failed: str = ""

    def pytest_configure(self) -> None:
        settings.register_profile("mutants", phases=_PHASES, database=None, derandomize=True, deadline=None)
        settings.load_profile("mutants")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid


class FirmwareJudge:
    """Tries mutants of the C. A context manager, which leaves no files behind.

    Parameters
    ----------
    tests : names of the test files to run; all that do not need the chip's compiler, if left out

    Raises
    ------
    EarloopError
        A tool is missing, or the tests fail on the sources as they are.
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
            if fate is not Fate.SURVIVED:
                raise EarloopError(f"the C as it is: {fate.value} by {by}")
            self._limit_s = 5 + _PATIENCE * (time.perf_counter() - started)

    def __enter__(self) -> FirmwareJudge:
        return self

    def __exit__(self, *_: object) -> None:
        self._place.cleanup()

    def __call__(self, mutant: Mutant) -> Verdict:
        """Plant a fault, and try to find it."""
        with scratch(Path(self._place.name)) as place:
            shutil.copytree(SOURCES, place / "src")
            plant(mutant, place / "src")
            fate, by, _ = self._try(place, Path(mutant.file).stem)
        return Verdict(mutant, fate, by)

    def _try(self, place: Path, changed: str = "") -> tuple[Fate, str, bytes]:
        """Build and test `place/src` in a process of its own; also the program that it makes, if it gets that far."""
        tests = sorted(self._tests, key=lambda path: path.name != NEAREST.get(changed))
        fork = multiprocessing.get_context("fork")
        ours, theirs = fork.Pipe(duplex=False)
        process = fork.Process(target=self._child, args=(place, tests, theirs))
        process.start()
        theirs.close()
        try:
            if not ours.poll(self._limit_s):
                return Fate.TIMED_OUT, f"{self._limit_s:.0f} s", b""
            try:
                result: tuple[Fate, str, bytes] = ours.recv()
            except EOFError:  # it died without a word
                process.join()
                said = (place / "said").read_text(encoding="utf-8", errors="replace")
                late = _TEST_TIMED_OUT.search(said) is not None
                by = f"{TEST_LIMIT_S} s of one test" if late else f"ended with {process.exitcode}"
                result = Fate.TIMED_OUT if late else Fate.KILLED, by, b""
            return result
        finally:
            _end(process)
            ours.close()

    def _child(self, place: Path, tests: list[Path], answer: Connection) -> None:
        os.setsid()
        said = os.open(place / "said", os.O_WRONLY | os.O_CREAT)
        os.dup2(said, sys.stdout.fileno())
        os.dup2(said, sys.stderr.fileno())
        build.SOURCES, build.BUILD = place / "src", place / "build"  # in this process and for what it starts
        try:
            program = _program(self._fixed)
        except EarloopError as error:
            answer.send((Fate.STILLBORN, str(error), b""))
            return
        if program == self._plain:
            answer.send((Fate.SAME, "", program))
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
            "timeout_method=thread",  # which ends the process: a loop in C heeds no signal
        ]
        code = pytest.main([*options, *map(str, tests)], plugins=[watch])
        if code == pytest.ExitCode.OK:
            answer.send((Fate.SURVIVED, "", program))
        else:
            answer.send((Fate.KILLED, watch.failed or f"pytest's exit status {int(code)}", program))


def _program(fixed: FixedDesign) -> bytes:
    """The shared library that the sources make, less the name of the build that it carries."""
    library = build.build_host(fixed)
    HostKernel(fixed, library)
    return library.read_bytes().replace(bytes.fromhex(library.parent.name), b"")


def _end(process: multiprocessing.process.BaseProcess) -> None:
    """End a process and whatever it has started."""
    if process.pid is not None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.join()
