"""What the firmware takes of the controller: flash, RAM, and the stack of each function as the compiler counted it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from earloop.spec.errors import EarloopError
from earloop.system.programs import find_program

PROGRAM = "arm-none-eabi-size"


@dataclass(frozen=True)
class FunctionStack:
    """A function's own frame; `bounded` unless its size is decided at run time."""

    name: str
    file: str
    size_bytes: int
    bounded: bool


@dataclass(frozen=True)
class FirmwareSize:
    """Bytes of an image.

    Parameters
    ----------
    flash_bytes : code, constants, and the initial values of variables
    ram_bytes : variables, the stack not among them
    stacks : of every function that was compiled, the largest first; what the linker dropped is still among them
    """

    flash_bytes: int
    ram_bytes: int
    stacks: tuple[FunctionStack, ...]


def measure_size(elf: Path) -> FirmwareSize:
    """Of an image that `build_elf` made, with the `.su` files that the compiler left beside it.

    Raises
    ------
    EarloopError
        The program that reads sizes is missing, or the file is no image.
    """
    program = find_program(PROGRAM)
    if program is None:
        raise EarloopError(f"{PROGRAM} is not on PATH; install the Debian package binutils-arm-none-eabi")
    done = subprocess.run([program, str(elf)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise EarloopError(f"{elf}: {done.stderr.strip().splitlines()[-1].removeprefix(PROGRAM + ': ')}")
    text, data, bss = map(int, done.stdout.splitlines()[1].split()[:3])
    stacks = [_stack(line) for path in sorted(elf.parent.glob("*.su")) for line in path.read_text().splitlines()]
    return FirmwareSize(text + data, data + bss, tuple(sorted(stacks, key=lambda s: (-s.size_bytes, s.name))))


def _stack(line: str) -> FunctionStack:
    """A line such as `firmware/src/link.c:41:6:link_poll<tab>40<tab>static`."""
    place, size, kind = line.split("\t")
    file, _, _, name = place.rsplit(":", 3)
    return FunctionStack(name, Path(file).name, int(size), kind != "dynamic")
