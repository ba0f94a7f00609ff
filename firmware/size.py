"""The size of the firmware: flash, RAM, and the stack of each function from the compiler."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from earloop.spec.errors import EarloopError
from earloop.system.programs import find_program

PROGRAM = "arm-none-eabi-size"


@dataclass(frozen=True, kw_only=True)
class FunctionStack:
    """A function's stack frame, without its callees; `bounded` unless its size is decided at run time."""

    name: str
    file: str
    size_bytes: int
    bounded: bool


@dataclass(frozen=True)
class FirmwareSize:
    """The sizes of an image.

    Parameters
    ----------
    flash_bytes : code, constants, and the initial values of variables
    ram_bytes : variables, without the stack
    stacks : frames of all compiled functions, the largest first, including functions that the linker dropped
    """

    flash_bytes: int
    ram_bytes: int
    stacks: tuple[FunctionStack, ...]


def measure_size(elf: Path) -> FirmwareSize:
    """Measure an image of `build_elf`; the compiler's `.su` files must be in the same folder.

    Raises
    ------
    EarloopError
        The program that reads sizes is missing, or the file is not an image.
    """
    program = find_program(PROGRAM)
    if program is None:
        raise EarloopError(f"{PROGRAM} is not on PATH; install the Debian package binutils-arm-none-eabi")
    done = subprocess.run([program, str(elf)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise EarloopError(f"{elf}: {done.stderr.strip().splitlines()[-1].removeprefix(PROGRAM + ': ')}")
    text, data, bss = map(int, done.stdout.splitlines()[1].split()[:3])
    stacks = [_stack(line) for path in sorted(elf.parent.glob("*.su")) for line in path.read_text().splitlines()]
    return FirmwareSize(
        flash_bytes=text + data,
        ram_bytes=data + bss,
        stacks=tuple(sorted(stacks, key=lambda stack: (-stack.size_bytes, stack.name))),
    )


def _stack(line: str) -> FunctionStack:
    """Parse a line such as `firmware/src/link.c:41:6:link_poll<tab>40<tab>static`."""
    place, size, kind = line.split("\t")
    file, _, _, name = place.rsplit(":", 3)
    return FunctionStack(name=name, file=Path(file).name, size_bytes=int(size), bounded=kind != "dynamic")
