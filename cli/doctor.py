"""What the project uses: which of it is installed, whether it is new enough, and what does not work without it.

The wanted versions of Python packages are those of the installed earloop, as its metadata states them.
"""

from __future__ import annotations

import platform
import re
import subprocess
from collections.abc import Callable, Mapping
from ctypes.util import find_library
from dataclasses import dataclass
from importlib import metadata

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from earloop.spec.errors import EarloopError, naming_extras
from earloop.system.extras import EXTRAS, install_command
from earloop.system.programs import find_program
from earloop.system.project import BUILD
from earloop.system.whole import check_writable

PROGRAMS, DEVELOPERS, STATE = "programs", "for developers of earloop", "state"


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A program, a package or a state that some part of the project needs.

    find : its version as printed, or None where it is missing; an EarloopError says why it is
    wanted : the versions that are known to work, such as `>=10`; empty for any
    lost : what does not work without it
    cure : how to get it
    """

    name: str
    find: Callable[[], str | None]
    wanted: str = ""
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
        """Whether the tool is installed, in a version that is wanted."""
        if self.version is None:
            return False
        wanted = SpecifierSet(self.tool.wanted)
        return not wanted or wanted.contains(_version(self.version), prereleases=True)


def _version(printed: str) -> Version:
    """Return the version in what a tool prints."""
    try:
        return Version(printed)
    except InvalidVersion:
        found = re.search(r"\d+(\.\d+)*", printed)
        return Version(found[0] if found else "0")


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
            return metadata.version(name)
        except metadata.PackageNotFoundError:
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
    with naming_extras():
        import torch

        from earloop.model.network.scan import native_trouble

    trouble = native_trouble()
    if trouble:
        raise EarloopError(trouble)
    return f"torch {torch.__version__}"


def build_folder() -> str:
    """Return the folder of what is built and computed once; an EarloopError says that it cannot be written."""
    check_writable(BUILD, EarloopError)
    return str(BUILD)


# Name, its version, the oldest version that is known to work, what does not work without it, the Debian package.
_PROGRAMS: tuple[tuple[str, Callable[[], str | None], str, str, str], ...] = (
    ("g++", program("g++", "-dumpfullversion"), "10", "rtl, the host build of the firmware", "g++"),
    ("make", program("make"), "4", "rtl: Verilator builds with it", "make"),
    ("perl Pod::Usage", perl_module("Pod::Usage"), "1", "rtl: Verilator's front end", "perl"),
    ("iverilog", program("iverilog", "-V"), "11", "the RTL benches on Icarus, the contract check", "iverilog"),
    ("arm-none-eabi-gcc", program("arm-none-eabi-gcc", "-dumpfullversion"), "10", "firmware", "gcc-arm-none-eabi"),
    ("newlib", newlib, "3", "firmware: its C library", "libnewlib-arm-none-eabi"),
    ("qemu-system-arm", program("qemu-system-arm"), "7", "firmware on the emulated board", "qemu-system-arm"),
    ("clang", program("clang"), "11", "fuzzing the firmware", "clang libclang-rt-dev"),
    ("cppcheck", program("cppcheck"), "2", "static analysis of the firmware", "cppcheck"),
    ("chromium", program("chromium"), "100", "tests of the pages", "chromium"),
    ("bluez", program("bluetoothctl"), "5", "earbuds by Bluetooth", "bluez"),
    ("portaudio", lambda: find_library("portaudio"), "2", "sound cards as generators", "libportaudio2"),
)


def tools() -> Mapping[str, tuple[Tool, ...]]:
    """Return every tool by its group: programs, each extra by its name, what only developers need, and the state."""
    wanted = _wanted()
    groups = {
        PROGRAMS: tuple(
            Tool(name=name, find=find, wanted=f">={least}", lost=lost, cure=f"apt: {debian}")
            for name, find, least, lost, debian in _PROGRAMS
        )
    }
    for name, extra in EXTRAS.items():
        groups[name] = tuple(
            Tool(
                name=each.name,
                find=package(each.name),
                wanted=wanted.get(each.name, ""),
                lost=extra.lost,
                cure=install_command(name),
            )
            for each in extra.packages
        )
    cocotb = Tool(name="cocotb", find=package("cocotb"), wanted=">=2.1", lost="the RTL benches", cure="make setup")
    return groups | {DEVELOPERS: (cocotb,), STATE: _state(wanted)}


def _state(wanted: Mapping[str, str]) -> tuple[Tool, ...]:
    return (
        Tool(
            name="Python",
            find=platform.python_version,
            wanted=wanted.get("python", ""),
            lost="earloop",
            cure="uv python install 3.13",
        ),
        Tool(name="earloop", find=package("earloop"), lost="the versions that are wanted", cure="make setup"),
        Tool(
            name="folder of builds",
            find=build_folder,
            lost="rtl, firmware, the scan in C++",
            cure="install earloop where you may write: an environment of your own, pipx or uv tool",
        ),
        Tool(
            name="selective scan in C++",
            find=native_scan,
            wanted=">=2.6",
            lost="only speed: models run tens of times slower",
            cure="g++ and ninja",
        ),
    )


def _wanted() -> dict[str, str]:
    """Return the versions that the installed earloop wants, by package, and of Python; nothing without metadata."""
    try:
        ours = metadata.metadata("earloop")
    except metadata.PackageNotFoundError:
        return {}
    requirements = [Requirement(line) for line in ours.get_all("Requires-Dist") or ()]
    of_packages = {canonicalize_name(each.name): str(each.specifier) for each in requirements if each.specifier}
    return of_packages | {"python": ours["Requires-Python"]}


def examine() -> dict[str, list[ToolFound]]:
    """Look for every tool; the result has the groups of `tools`."""
    return {group: [_examined(tool) for tool in of_group] for group, of_group in tools().items()}


def _examined(tool: Tool) -> ToolFound:
    try:
        return ToolFound(tool, tool.find())
    except EarloopError as error:
        return ToolFound(tool, None, str(error))
