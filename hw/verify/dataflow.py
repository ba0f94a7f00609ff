"""Search for undriven and unread signals in the dataflow of the whole core, without a simulator.

pyverilog's analyser binds every signal of every instance to the expression that drives it. It does not know the whole
language of the RTL, so it gets a copy with the same dataflow:

    checks of parameters are removed: it does not evaluate $clog2, and some checks would fail
    widths of parameters of instances are removed: it cannot parse them
    the ROMs' cases have one row each: with all rows it takes several minutes
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
_JOINED_OUTPUT = re.compile(r"\.(\w+)\((\{[\w, ]+\})\)")  # the parts of an input have widths, so they do not match
_WIDTH_OF_PARAMETER = re.compile(r"(parameter) signed \[[^\]]*\]")
_CONSTANTS = {"Parameter", "Localparam", "Function"}


def loose_signals(rtl_dir: Path = RTL_DIR, header: Path = ROOT / VERILOG_HEADER) -> list[str]:
    """Return a line for each loose signal: its hierarchical name, and whether it is undriven or unread.

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
    """Return the bindings that drive each signal, and the kinds of each signal's declarations."""
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
    """Join the sources to one text that pyverilog can bind."""
    modules = []
    for text in texts:
        outputs = _JOINED_OUTPUT.findall(text)
        plain = _NOTHING_GENERATED.sub("", _CHECK.sub("", text))
        plain = _JOINED_OUTPUT.sub(r".\1(joined_\1)", _WIDTH_OF_PARAMETER.sub(r"\1", plain))
        joined = "".join(f"wire [63:0] joined_{port};\nassign {parts} = joined_{port};\n" for port, parts in outputs)
        modules.append(plain.replace("endmodule", f"{joined}endmodule"))
    return "\n".join(modules)


def _sources(bind: Any) -> Iterator[str]:
    """Yield the signals that a binding reads: in its expression, conditions, index, clock and reset."""
    for node in (bind.tree, bind.msb, bind.lsb, bind.ptr):
        yield from _terminals(node)
    for name in (bind.getClockName(), bind.getResetName()):
        if name:
            yield str(name)


def _terminals(node: Any) -> Iterator[str]:
    """Yield the names of the signals in a pyverilog expression."""
    if isinstance(node, DFTerminal):
        yield str(node.name)
    for value in vars(node).values() if hasattr(node, "__dict__") else ():
        for part in value if isinstance(value, list | tuple) else (value,):
            if type(part).__module__ == DFTerminal.__module__:
                yield from _terminals(part)
