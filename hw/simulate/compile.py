"""Compilation of Verilator's C++ of the tokenizer: three seconds for a fast program, two for a slow one.

Verilator's runtime and its precompiled header are the same for every design: they are compiled once for each kind of
build, and stored in `.build/rtl`. All C++ of one design is compiled as one file, without make.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from earloop.hw.simulate.verilator import verilate, verilator_root
from earloop.spec.errors import EarloopError
from earloop.system.programs import find_program, program_environment
from earloop.system.project import ROOT

TOP = "tokenizer"
HARNESS = ROOT / "hw" / "bench" / "runner.cpp"
BUILD_DIR = ROOT / ".build" / "rtl"


@dataclass(frozen=True)
class ProgramKind:
    """A kind of build: the C++ compiler's option, and whether the program counts its coverage."""

    optimise: str
    coverage: bool = False

    @property
    def verilator_options(self) -> list[str]:
        """The options of Verilator."""
        plain = ["--cc", "-O3", "--noassert", "--x-assign", "fast", "--x-initial", "fast", "--top-module", TOP]
        return [*plain, *(["--coverage-line", "--coverage-toggle"] if self.coverage else [])]

    @property
    def compiler_options(self) -> list[str]:
        """The options of the C++ compiler."""
        settings = {"VM_COVERAGE": int(self.coverage), "VM_SC": 0, "VM_TRACE": 0}
        return [self.optimise, "-w", "-faligned-new", *(f"-D{name}={value}" for name, value in settings.items())]

    @property
    def runtime_parts(self) -> list[str]:
        """The parts of Verilator's runtime that the program needs."""
        return ["verilated", "verilated_threads", *(["verilated_cov"] if self.coverage else [])]


FAST = ProgramKind("-O3")  # for long streams
QUICK = ProgramKind("-O0")  # fast to compile, for short streams
COVERAGE = ProgramKind("-O0", coverage=True)


class Compiler:
    """The steps from Verilog to a program of one kind.

    Raises
    ------
    EarloopError
        In all methods: a tool is missing, or reports an error; the message has its first line.
    """

    def __init__(self, kind: ProgramKind) -> None:
        self._kind = kind
        self._include = verilator_root() / "include"
        self._runtime = self._compiled_runtime()

    def translate(
        self, sources: Iterable[Path], include: Path, place: Path, parameters: Mapping[str, int] | None = None
    ) -> None:
        """Write the core as C++ into `place`, with some `parameters` of the top module."""
        given = [f"-G{name}={value}" for name, value in (parameters or {}).items()]
        place.mkdir(parents=True)
        verilate([*self._kind.verilator_options, *given, f"-I{include}", "--Mdir", str(place), *map(str, sources)])

    def core(self, place: Path) -> Path:
        """Compile the C++ that `translate` wrote into `place`, and return the object file."""
        whole = place / "whole.cc"
        whole.write_text("".join(path.read_text() for path in sorted(place.glob("*.cpp"))), encoding="utf-8")
        return self._compile(whole, place / "core.o", "-include", str(self._runtime / "verilated.h"))

    def harness(self, place: Path, sizes: Mapping[str, int | str]) -> Path:
        """Compile the harness for the core in `place`, and return the object file."""
        return self._compile(HARNESS, place / "runner.o", *(f"-D{name}={value}" for name, value in sizes.items()))

    def link(self, program: Path, *parts: Path) -> None:
        """Link the program from core and harness."""
        runtime = [self._runtime / f"{name}.o" for name in self._kind.runtime_parts]
        _run(["c++", "-o", str(program), *map(str, (*parts, *runtime)), "-pthread"])

    def _compiled_runtime(self) -> Path:
        """Return the folder of Verilator's compiled runtime, and compile it where it is missing."""
        verilator = (verilator_root() / "bin" / "verilator_bin").stat()
        version = (verilator.st_size, verilator.st_mtime_ns)
        key = hashlib.sha256(repr((self._kind, self._kind.compiler_options, version)).encode()).hexdigest()[:16]
        runtime = BUILD_DIR / f"runtime-{key}"
        if runtime.exists():
            return runtime
        BUILD_DIR.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=BUILD_DIR, prefix="building-") as work:
            made = Path(work) / "runtime"
            made.mkdir()
            self._compile(self._include / "verilated.h", made / "verilated.h.gch", "-x", "c++-header")
            for name in self._kind.runtime_parts:
                self._compile(self._include / f"{name}.cpp", made / f"{name}.o")
            with suppress(OSError):
                made.rename(runtime)
        return runtime

    def _compile(self, source: Path, product: Path, *options: str) -> Path:
        """Compile a source; headers are also searched in the product's folder."""
        includes = [f"-I{path}" for path in (product.parent, self._include, self._include / "vltstd")]
        _run(["c++", *self._kind.compiler_options, *includes, *options, "-c", "-o", str(product), str(source)])
        return product


def _run(command: list[str]) -> None:
    if find_program(command[0]) is None:
        raise EarloopError(
            f"{command[0]}: not found on PATH; the simulated RTL is compiled on first use and needs a C++ compiler "
            "(Debian: apt-get install g++)"
        )
    done = subprocess.run(command, env=program_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        complaints = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.strip().splitlines()
        raise EarloopError(f"{command[0]}: {(complaints or ['failed'])[0].strip()}")
