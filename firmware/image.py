"""The firmware as files for a flashing tool."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from earloop.firmware.build import build_elf
from earloop.spec.errors import EarloopError
from earloop.spec.fixed import FixedDesign
from earloop.system.programs import find_program
from earloop.system.whole import writing

FLASH_ADDRESS = 0x08000000
_OBJCOPY = "arm-none-eabi-objcopy"


def write_image(fixed: FixedDesign, folder: Path) -> tuple[Path, Path]:
    """Build the STM32F405's firmware and write it to a folder, which is created if needed.

    Returns
    -------
    The ELF, for a debugger, and the bytes of the flash from FLASH_ADDRESS on, for tools such as `dfu-util`.

    Raises
    ------
    EarloopError
        A tool is missing, or the folder cannot be written.
    """
    elf = build_elf(fixed)
    objcopy = find_program(_OBJCOPY)
    if objcopy is None:
        raise EarloopError(f"{_OBJCOPY}: not found; install the Debian package binutils-arm-none-eabi")
    with writing(folder, EarloopError):
        folder.mkdir(parents=True, exist_ok=True)
        copy = Path(shutil.copy(elf, folder / elf.name))
    image = copy.with_suffix(".bin")
    subprocess.run([objcopy, "-O", "binary", str(copy), str(image)], check=True)
    return copy, image
