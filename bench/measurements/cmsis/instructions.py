"""Instructions of a tick's band filters on a Cortex-M4, ours and CMSIS-DSP's, counted in QEMU."""

from __future__ import annotations

import re
import struct
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import serial
from numpy.typing import NDArray

from bench.measurements.cmsis.cascade import coefficients
from bench.measurements.cmsis.source import PORTABLE, cascade_source, includes
from earloop.firmware.build import BOARDS, KERNEL, SOURCES
from earloop.firmware.emulator import CLOCKS_PER_INSTRUCTION, Emulator
from earloop.spec.errors import EarloopError
from earloop.spec.fixed import FixedDesign
from earloop.spec.generate import C_DESIGN_HEADER, C_PROTOCOL_HEADER, generated_files

BOARD = BOARDS / "stm32f405"
MAIN = Path(__file__).parent / "main.c"
COMPILER = "arm-none-eabi-gcc"
CORE = ("-std=gnu11", "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=soft", "-ffunction-sections")
ANSWER_S = 30.0
HEAD = b"SUMS"


@dataclass(frozen=True, kw_only=True)
class InstructionCounts:
    """Instructions of the bands of all channels, for one tick; `block` is the length of CMSIS-DSP's blocks."""

    ours: float
    theirs_by_sample: float
    theirs_by_block: float
    block: int


def count_instructions(fixed: FixedDesign, sections: NDArray[np.float64]) -> InstructionCounts:
    """Compile both for the STM32F405, CMSIS-DSP with -O3, with which it is faster, and count their instructions."""
    with tempfile.TemporaryDirectory() as place:
        elf = _build(fixed, sections, Path(place))
        with Emulator(elf) as emulator, serial.Serial(emulator.port, timeout=ANSWER_S, write_timeout=ANSWER_S) as port:
            emulator.reset()  # bytes that it sent before the port was opened are lost
            answer = port.read(len(HEAD) + 12)
    if not answer.startswith(HEAD):
        raise EarloopError(f"bench/measurements/cmsis: the emulated board sent {answer!r}, wanted {HEAD!r} and sums")
    rounds, block = (int(_defined(name)) for name in ("ROUNDS", "BLOCK"))
    ours, by_sample, by_block = (
        c / rounds / CLOCKS_PER_INSTRUCTION for c in struct.unpack_from("<III", answer, len(HEAD))
    )
    return InstructionCounts(ours=ours, theirs_by_sample=by_sample, theirs_by_block=by_block / block, block=block)


def _defined(name: str) -> str:
    """Return a number that main.c defines."""
    (value,) = re.findall(rf"#define {name} (\d+)", MAIN.read_text(encoding="utf-8"))
    return str(value)


def _build(fixed: FixedDesign, sections: NDArray[np.float64], place: Path) -> Path:
    files = generated_files(fixed)
    for path in (C_DESIGN_HEADER, C_PROTOCOL_HEADER):
        (place / path.name).write_text(files[path], encoding="utf-8")
    rows = ",".join("{" + ",".join(map(str, coefficients(sos).ravel())) + "}" for sos in sections)
    options = [
        "-DBUILD_ID={0}",
        f"-DCOEFFICIENTS={{{rows}}}",
        f"-I{place}",
        f"-I{SOURCES}",
        f"-I{BOARDS}",
        f"-I{BOARD}",
    ]
    objects = [place / "cascade.o", place / "main.o"]
    _compile(*CORE, *PORTABLE, "-O3", *includes(), "-c", str(cascade_source()), "-o", str(objects[0]))
    _compile(*CORE, *PORTABLE, *KERNEL, *options, *includes(), "-c", str(MAIN), "-o", str(objects[1]))
    elf = place / "count.elf"
    boards = map(str, sorted(BOARD.glob("*.c")))
    link = ("-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections", f"-Wl,-T,{BOARD / 'stm32f405.ld'}")  # fmt: skip
    _compile(*CORE, *KERNEL, *options, *link, *boards, *map(str, objects), "-o", str(elf))
    return elf


def _compile(*arguments: str) -> None:
    done = subprocess.run([COMPILER, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise EarloopError(f"bench/measurements/cmsis: {COMPILER}: {done.stderr.strip().splitlines()[0]}")
