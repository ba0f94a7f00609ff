"""Detection of faults in the Verilog: short streams in the compiled core, compared with the golden model at every tap.

A mutant is compiled in about a second, because the harness is compiled once and nothing is optimised: the streams are
short. If Verilator gives the same program for a mutant as for the sources, the mutant does not count (trivial compiler
equivalence, Papadakis et al., ICSE 2015).

Designs and streams are tried one by one, up to the first difference. A mutant that passes them all is tried with the
project's tests of the hardware, in a copy of the project.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.measurements.mutants.designs import rtl_designs
from bench.measurements.mutants.draw import Mutant
from bench.measurements.mutants.planting import BUILD_DIR, plant, scratch
from bench.measurements.mutants.verdict import MutantFate, MutantVerdict
from earloop.hw.bench.mismatch import AXES, first_mismatch
from earloop.hw.bench.stimuli import STIMULI, Codes
from earloop.hw.simulate.compile import QUICK, TOP, Compiler
from earloop.hw.simulate.runner import RTL_DIR, RunOptions, harness_sizes, rtl_sources, run_rtl
from earloop.spec.errors import EarloopError
from earloop.spec.fixed import FixedDesign
from earloop.spec.generate import VERILOG_HEADER, generated_files
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.program import Program
from earloop.spec.taps import Taps
from earloop.system.project import ROOT

# The benches of the modules, and all designs at every tap. The other tests that compare streams would find no more.
TESTS = tuple(f"tests/hw/test_{name}.py" for name in ("rtl_modules", "rtl_designs"))
TESTS_LIMIT_S = 1200
STARTING_CLOCKS = 16  # of a tick, in addition to those of its program's rows
_COPIED = shutil.ignore_patterns(".*", "out", "__pycache__")


@dataclass(frozen=True, kw_only=True)
class MutantStream:
    """One run.

    codes : the input
    options : options of `run_rtl`
    wanted : taps of the golden model, for the codes after a reset
    saturated : its numbers of saturated inputs, bands and tokens
    """

    codes: Codes
    options: RunOptions
    wanted: Taps
    saturated: tuple[int, int, int]


def _streams(fixed: FixedDesign) -> Iterator[MutantStream]:
    """Yield the streams for a design, the shortest first: most faults show in the first hundred samples."""
    design, rng = fixed.design, np.random.default_rng(1)
    patch = design.patch_samples
    long, short = 5 * patch + 3, 2 * patch + 3
    yield _stream(fixed, STIMULI["noise"](design, short, rng), {})
    yield _stream(fixed, STIMULI["full_scale_steps"](design, max(long, 60 * design.decimator.factor), rng), {})
    yield _stream(fixed, STIMULI["noise"](design, long, rng) // 64, {"stall_seed": 1, "misplace_seed": 1})
    for frames, clocks in ((patch // 2 + 2, 1), (patch, 30), (patch, 120), (patch, 700), (patch + 1, 2000)):
        codes = STIMULI["noise"](design, frames + short, rng)
        yield _stream(fixed, codes, {"reset": (frames, clocks)})
        yield _stream(fixed, codes, {"reset": (frames, clocks), "stall_seed": clocks, "misplace_seed": clocks})
    for name in ("step", "alternation", "nyquist_square", "high_rail", "low_rail", "impulse", "sine"):
        yield _stream(fixed, STIMULI[name](design, short, rng), {})
    bands = len(design.bands)
    yield _stream(
        fixed, STIMULI["noise"](design, short, rng), {"token_shifts": [(7 * i + 3) % 32 for i in range(bands)]}
    )
    for mask in (0, 1, 1 << bands - 1, 0x5AA5 & ((1 << bands) - 1)):
        yield _stream(fixed, STIMULI["noise"](design, long, rng), {"band_mask": mask, "stall_seed": mask})
    for seed in (2, 3, 4):
        codes = STIMULI["noise"](design, 3 * long, rng)
        yield _stream(fixed, codes, {"stall_seed": seed, "misplace_seed": seed})


def _stream(fixed: FixedDesign, codes: Codes, options: RunOptions) -> MutantStream:
    shifts = options.get("token_shifts", fixed.token_shifts)
    golden = GoldenTokenizer(replace(fixed, token_shifts=tuple(shifts)))
    reset = options.get("reset")
    wanted = golden.push(codes[reset[0] :] if isinstance(reset, tuple) else codes)
    mask = options.get("band_mask", -1)
    sent = [band for band in range(len(fixed.bands)) if mask >> band & 1]
    wanted = replace(wanted, tokens=wanted.tokens[:, :, sent] if sent else wanted.tokens[:0, :, :0])
    saturated = (golden.saturated_inputs, int(golden.saturated_bands.sum()), int(golden.saturated_tokens.sum()))
    return MutantStream(codes=codes, options=options, wanted=wanted, saturated=saturated)


class RtlBench:
    """One design, prepared for mutants: the harness is compiled, and the golden model's taps are computed."""

    def __init__(
        self, name: str, fixed: FixedDesign, work: Path, compiler: Compiler, parameters: dict[str, int]
    ) -> None:
        self._name, self._fixed, self._work, self._compiler = name, fixed, work, compiler
        self._parameters = parameters
        self._streams = tuple(_streams(fixed))
        channels, bands = len(fixed.design.channels), len(fixed.bands)
        self._most_clocks = len(Program(fixed).rows) * max(2, channels) + STARTING_CLOCKS
        if parameters.get("PATCH_BANKS") == 1:  # the tick after a patch waits until the patch is sent
            self._most_clocks += channels * bands * fixed.design.tokens.patch
        work.mkdir(parents=True)
        (work / VERILOG_HEADER.name).write_text(generated_files(fixed)[VERILOG_HEADER], encoding="utf-8")
        self._plain = work / "plain"
        self._verilate(RTL_DIR, self._plain)
        self._harness = compiler.harness(self._plain, harness_sizes(fixed))

    def is_same(self, rtl_dir: Path, place: Path) -> bool:
        """Translate Verilog to C++ in `place`, and return whether that equals the sources' C++."""
        self._verilate(rtl_dir, place)
        return _text(place, rtl_dir) == _text(self._plain, RTL_DIR)

    def difference(self, place: Path) -> str | None:
        """Compile and run the C++ of `is_same`; describe the first difference from the golden model, or return None."""
        core, harness = self._compiler.core(place), self._harness
        if (place / f"V{TOP}.h").read_text() != (self._plain / f"V{TOP}.h").read_text():
            harness = self._compiler.harness(place, harness_sizes(self._fixed))
        program = place / "runner"
        self._compiler.link(program, core, harness)
        for i, stream in enumerate(self._streams):
            difference = _first_difference(program, self._fixed, stream, self._most_clocks)
            if difference:
                return f"{self._name}, stream {i}: {difference}"
        return None

    def _verilate(self, rtl_dir: Path, place: Path) -> None:
        self._compiler.translate(rtl_sources(rtl_dir), self._work, place, self._parameters)


def _text(place: Path, rtl_dir: Path) -> str:
    """Return the C++ that Verilator wrote, without the paths of its sources."""
    files = sorted((*place.glob("*.cpp"), *place.glob("*.h")))
    return "".join(re.sub(re.escape(str(rtl_dir)) + r'/\w+\.v", \d+', "", path.read_text()) for path in files)


def _first_difference(program: Path, fixed: FixedDesign, stream: MutantStream, most_clocks: int) -> str | None:
    try:
        found = run_rtl(program, fixed.design, stream.codes, taps=True, **stream.options)
    except EarloopError as error:
        return str(error)
    for tap in AXES:
        mismatch = first_mismatch(tap, getattr(found, tap), getattr(stream.wanted, tap))
        if mismatch:
            return mismatch
    if not stream.options and found.clocks_per_tick_max > most_clocks:
        return f"a tick of {found.clocks_per_tick_max} clocks, wanted {most_clocks} at most"
    counted = (found.saturated_inputs, found.saturated_bands, found.saturated_tokens)
    return None if counted == stream.saturated else f"saturated {counted}, wanted {stream.saturated}"


class RtlJudge:
    """Tries Verilog mutants; a context manager, which removes its files at the end.

    Parameters
    ----------
    thorough : whether to try survivors with the project's tests, too

    Raises
    ------
    EarloopError
        A tool is missing, or the benches fail on the unchanged sources.
    """

    def __init__(self, *, thorough: bool = True) -> None:
        self._thorough = thorough
        BUILD_DIR.mkdir(parents=True, exist_ok=True)
        self._place = tempfile.TemporaryDirectory(dir=BUILD_DIR, prefix="rtl-")
        self._work = work = Path(self._place.name)
        compiler = Compiler(QUICK)
        self._benches = [RtlBench(name, fixed, work / name, compiler, p) for name, (fixed, p) in rtl_designs().items()]
        for bench in self._benches:
            with scratch(self._work) as place:
                bench.is_same(RTL_DIR, place / "made")
                if difference := bench.difference(place / "made"):
                    raise EarloopError(f"the unchanged Verilog fails its bench: {difference}")

    def __enter__(self) -> RtlJudge:
        return self

    def __exit__(self, *_: object) -> None:
        self._place.cleanup()

    def __call__(self, mutant: Mutant) -> MutantVerdict:
        """Plant a fault, and try to find it."""
        with scratch(self._work) as place:
            rtl = place / "rtl"
            shutil.copytree(RTL_DIR, rtl)
            plant(mutant, rtl)
            same = True
            for i, bench in enumerate(self._benches):
                made = place / str(i)
                try:
                    if bench.is_same(rtl, made):
                        continue
                    same = False
                    difference = bench.difference(made)
                except EarloopError as error:
                    return MutantVerdict(mutant, MutantFate.STILLBORN, str(error))
                if difference:
                    return MutantVerdict(mutant, MutantFate.KILLED, difference)
            if same:
                return MutantVerdict(mutant, MutantFate.SAME)
            return self._by_tests(mutant, place) if self._thorough else MutantVerdict(mutant, MutantFate.SURVIVED)

    def _by_tests(self, mutant: Mutant, place: Path) -> MutantVerdict:
        project = place / "project"
        shutil.copytree(ROOT, project, ignore=_COPIED)
        plant(mutant, project / RTL_DIR.relative_to(ROOT))
        command = [sys.executable, "-m", "pytest", *TESTS, "-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--fresh"]
        try:
            done = subprocess.run(
                command,
                cwd=project,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
                capture_output=True,
                text=True,
                timeout=TESTS_LIMIT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return MutantVerdict(mutant, MutantFate.TIMED_OUT, f"{TESTS_LIMIT_S} s")
        failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
        if done.returncode == 0:
            return MutantVerdict(mutant, MutantFate.SURVIVED)
        if failed is None:
            raise EarloopError(
                f"the tests of the hardware ended with {done.returncode}: {(done.stdout + done.stderr).strip()[-200:]}"
            )
        return MutantVerdict(mutant, MutantFate.KILLED, failed[1])
