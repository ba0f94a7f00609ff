"""Signals that nothing drives or nothing reads, found in the dataflow of the whole core, apart from any simulator.

pyverilog's analyser binds every signal of every instance to the expression that drives it. It does not know all of the
language that the RTL is written in, so it is shown a copy with the same dataflow:

    checks of parameters go: it does not evaluate $clog2, and takes some of them for failed
    widths of parameters of instances go: they stop it
    the ROMs' cases are of one row each: with all of them it takes more than minutes
    .port({a, b}) of an output becomes .port(joined), and an assignment of joined to {a, b}
"""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyverilog.dataflow.bindvisitor import BindVisitor
from pyverilog.dataflow.dataflow import DFTerminal
from pyverilog.dataflow.modulevisitor import ModuleVisitor
from pyverilog.dataflow.signalvisitor import SignalVisitor

from earloop.hw.simulate.compile import TOP
from earloop.hw.simulate.runner import RTL_DIR, rtl_sources
from earloop.hw.verify.contract import parse
from earloop.spec.generate import VERILOG_HEADER
from earloop.system.project import ROOT

_LATER_ROWS = re.compile(r"^ *10'd(?!0:)\d+: design_\w+ = .*\n", re.MULTILINE)
_CHECK = re.compile(r"^ *if \(.*\) begin : g_check_\w+\n *error_\w+ stop \(\);\n *end\n", re.MULTILINE)
_NOTHING_GENERATED = re.compile(r"generate\s*endgenerate")
_JOINED_OUTPUT = re.compile(r"\.(\w+)\((\{[\w, ]+\})\)")  # an input's parts carry their widths
_WIDTH_OF_PARAMETER = re.compile(r"(parameter) signed \[[^\]]*\]")
_CONSTANTS = {"Parameter", "Localparam", "Function"}


def loose_signals(rtl_dir: Path = RTL_DIR, header: Path = ROOT / VERILOG_HEADER) -> list[str]:
    """Every loose signal, one line each: its name from the top module down, and whether it is undriven or unread.

    Raises
    ------
    EarloopError
        The Verilog does not parse.
    """
    binds, kinds = _dataflow(rtl_dir, header)
    read_by: dict[str, set[str]] = defaultdict(set)
    for name, bound in binds.items():
        for bind in bound:
            for source in _sources(bind):
                read_by[source].add(name)
    lines = []
    for name, kind in kinds.items():
        port_of_top = name.count(".") == 1 and kind & {"Input", "Output"}
        if name not in binds and not (port_of_top and "Input" in kind):
            lines.append(f"{name}: undriven")
        if not read_by[name] - {name} and not (port_of_top and "Output" in kind):
            lines.append(f"{name}: unread")
    return sorted(lines)


def _dataflow(rtl_dir: Path, header: Path) -> tuple[dict[str, Any], dict[str, set[str]]]:
    """What drives each signal, and what kinds of declaration each signal has."""
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / header.name).write_text(_LATER_ROWS.sub("", header.read_text("utf-8")), encoding="utf-8")
        whole = Path(place) / "whole.v"
        whole.write_text(_readable([path.read_text("utf-8") for path in rtl_sources(rtl_dir)]), encoding="utf-8")
        tree = parse(whole, Path(place))
    modules = ModuleVisitor()
    modules.visit(tree)
    signals = SignalVisitor(modules.get_moduleinfotable(), TOP)
    signals.start_visit()
    binder = BindVisitor(modules.get_moduleinfotable(), TOP, signals.getFrameTable(), noreorder=True)
    binder.start_visit()
    flow = binder.getDataflows()
    kinds = {str(name): set(term.termtype) for name, term in flow.getTerms().items()}
    return (
        {str(name): bound for name, bound in flow.getBinddict().items()},
        {name: kind for name, kind in kinds.items() if not kind & _CONSTANTS},
    )


def _readable(texts: list[str]) -> str:
    """The sources as one text that pyverilog can bind."""
    modules = []
    for text in texts:
        outputs = _JOINED_OUTPUT.findall(text)
        plain = _NOTHING_GENERATED.sub("", _CHECK.sub("", text))
        plain = _JOINED_OUTPUT.sub(r".\1(joined_\1)", _WIDTH_OF_PARAMETER.sub(r"\1", plain))
        joined = "".join(f"wire [63:0] joined_{port};\nassign {parts} = joined_{port};\n" for port, parts in outputs)
        modules.append(plain.replace("endmodule", f"{joined}endmodule"))
    return "\n".join(modules)


def _sources(bind: Any) -> Iterator[str]:
    """The signals that a binding reads: in its expression, its conditions, its index, its clock."""
    for node in (bind.tree, bind.msb, bind.lsb, bind.ptr):
        yield from _terminals(node)
    for name in (bind.getClockName(), bind.getResetName()):
        if name:
            yield str(name)


def _terminals(node: Any) -> Iterator[str]:
    """Names of the signals in an expression of pyverilog's."""
    if isinstance(node, DFTerminal):
        yield str(node.name)
    for value in vars(node).values() if hasattr(node, "__dict__") else ():
        for part in value if isinstance(value, list | tuple) else (value,):
            if type(part).__module__ == DFTerminal.__module__:
                yield from _terminals(part)
