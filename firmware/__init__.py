"""The earbud's firmware: C sources, their builds, and ways to run them: in this process and in QEMU."""

from firmware.build import build_elf, build_host
from firmware.emulator import Emulator
from firmware.kernel import HostKernel
from firmware.loopback import Loopback

__all__ = ["Emulator", "HostKernel", "Loopback", "build_elf", "build_host"]
