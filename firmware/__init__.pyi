from .build import build_elf, build_host
from .emulator import Emulator
from .kernel import HostKernel
from .loopback import Loopback

__all__ = ["Emulator", "HostKernel", "Loopback", "build_elf", "build_host"]
