"""Check of the top module's ports and constants against the design.

pyverilog, and no simulator, reads the Verilog: names, directions and widths of ports, parameters, and the constants of
the generated header.
"""

from __future__ import annotations

import contextlib
import functools
import io
import operator
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyverilog.vparser.parser import ParseError, VerilogParser
from pyverilog.vparser.preprocessor import VerilogPreprocessor

from earloop.hw.simulate.compile import TOP
from earloop.hw.simulate.runner import RTL_DIR
from earloop.spec.errors import EarloopError
from earloop.spec.fixed import FixedDesign
from earloop.spec.generate import VERILOG_HEADER, packed_token_shifts
from earloop.system.project import ROOT

TUSER_BITS = 8
COUNT_BITS = 32
HASH_BITS = 256
MASK_BITS = 16
SHIFTS_BITS = 80  # five per band


@dataclass(frozen=True)
class ModulePort:
    """A port of a module; `direction` is "input", "output" or "inout"."""

    direction: str
    bits: int


@dataclass(frozen=True)
class Module:
    """A module of the Verilog source: ports, parameters, and local parameters."""

    ports: dict[str, ModulePort]
    parameters: dict[str, int]
    constants: dict[str, int]


def promised_ports(fixed: FixedDesign) -> dict[str, ModulePort]:
    """Return the ports that the top module must have for a design."""
    design = fixed.design
    sample_bits = design.fixed_point.state_bits
    inputs = {"clk": 1, "rst": 1, "s_axis_tvalid": 1, "s_axis_tdata": design.converter.bits, "s_axis_tlast": 1}
    inputs |= {"m_axis_tready": 1, "band_mask": MASK_BITS, "token_shifts": SHIFTS_BITS}
    outputs = {"s_axis_tready": 1}
    outputs |= {"m_axis_tvalid": 1, "m_axis_tdata": design.tokens.bits, "m_axis_tlast": 1, "m_axis_tuser": TUSER_BITS}
    outputs |= {"probe_valid": 1, "probe_kind": 3, "probe_channel": 4, "probe_band": 4, "probe_data": sample_bits}
    outputs |= dict.fromkeys(("saturated_inputs", "saturated_bands", "saturated_tokens", "dropped_frames"), COUNT_BITS)
    outputs |= {"design_hash": HASH_BITS}
    return {name: ModulePort("input", bits) for name, bits in inputs.items()} | {
        name: ModulePort("output", bits) for name, bits in outputs.items()
    }


def promised_constants(fixed: FixedDesign) -> dict[str, int]:
    """Return the constants of the generated header that follow directly from the design."""
    design, widths = fixed.design, fixed.design.fixed_point
    return {
        "DESIGN_HASH": int(design.design_hash, 16),
        "CHANNELS": len(design.channels),
        "BANDS": len(design.bands),
        "PATCH": design.tokens.patch,
        "FACTOR": design.decimator.factor,
        "TAPS": len(fixed.taps),
        "CODE_BITS": design.converter.bits,
        "STATE_BITS": widths.state_bits,
        "TOKEN_BITS": design.tokens.bits,
        "ERROR_BITS": widths.error_bits,
        "NOTCH": int(fixed.notch is not None),
        "TOKEN_SHIFTS": packed_token_shifts(fixed.token_shifts),
    }


def read_module(
    path: Path,
    name: str = TOP,
    include: Path = ROOT / VERILOG_HEADER.parent,
    parameters: Mapping[str, int] | None = None,
) -> Module:
    """Parse one Verilog file and evaluate a module's ports and constants.

    Parameters
    ----------
    path, name : the file, and the module in it
    include : directory of the generated header
    parameters : parameters that differ from their defaults

    Raises
    ------
    EarloopError
        The file does not parse, or does not contain the module.
    """
    definitions = [node for node in parse(path, include).definitions if getattr(node, "name", None) == name]
    if not definitions:
        raise EarloopError(f"{path}: no module {name} is in it")
    module = definitions[0]
    values: dict[str, int] = {}
    for declaration in module.paramlist.params:
        _declare(declaration, values, values)
    values |= parameters or {}
    constants: dict[str, int] = {}
    for item in module.items:
        _declare(item, constants, {**values, **constants})
    ports = {}
    for port in module.portlist.ports:
        signal = port.first
        ports[signal.name] = ModulePort(type(signal).__name__.lower(), _bits(signal.width, {**values, **constants}))
    return Module(ports, values, constants)


def broken_promises(
    fixed: FixedDesign, rtl_dir: Path = RTL_DIR, include: Path = ROOT / VERILOG_HEADER.parent
) -> list[str]:
    """Describe each difference between the top module and the design's contract in one line; empty if none."""
    found = read_module(rtl_dir / f"{TOP}.v", include=include)
    wanted = promised_ports(fixed)
    lines = [f"port {name}: missing" for name in wanted.keys() - found.ports.keys()]
    lines += [f"port {name}: not in the contract" for name in found.ports.keys() - wanted.keys()]
    for name in wanted.keys() & found.ports.keys():
        has, wants = found.ports[name], wanted[name]
        if has != wants:
            lines.append(f"port {name}: {has.direction} of {has.bits} bits, wanted {wants.direction} of {wants.bits}")
    for name, value in promised_constants(fixed).items():
        if found.constants.get(name) != value:
            lines.append(f"constant {name}: {found.constants.get(name)}, wanted {value}")
    return sorted(lines)


def parse(path: Path, include: Path) -> Any:
    """Return pyverilog's tree of one file; raises EarloopError where it does not parse."""
    with tempfile.TemporaryDirectory() as place:
        expanded = Path(place) / "expanded.v"
        try:
            VerilogPreprocessor([str(path)], str(expanded), include=[str(include)]).preprocess()
            return _parser().parse(expanded.read_text(encoding="utf-8")).description
        except (ParseError, OSError) as error:
            raise EarloopError(
                f"{path}: pyverilog, which needs iverilog on PATH, cannot read this file: {error}"
            ) from None


@functools.cache
def _parser() -> Any:
    """Return the parser for all files; it takes a second to build, writes files and prints to standard error."""
    with tempfile.TemporaryDirectory() as place, contextlib.redirect_stderr(io.StringIO()):
        return VerilogParser(outputdir=place, debug=False)


def _declare(declaration: Any, into: dict[str, int], known: dict[str, int]) -> None:
    """Evaluate the parameters of a declaration that are constant numbers, and add them to `into`."""
    for item in getattr(declaration, "list", ()):
        if type(item).__name__ in {"Parameter", "Localparam"}:
            with contextlib.suppress(_NotConstantError):
                into[item.name] = _value(item.value.var, {**known, **into})


def _bits(width: Any, known: dict[str, int]) -> int:
    return 1 if width is None else _value(width.msb, known) - _value(width.lsb, known) + 1


class _NotConstantError(Exception):
    """An expression has an operator that this small evaluator does not know."""


_OPERATORS: dict[str, Callable[[int, int], int]] = {
    "Plus": operator.add,
    "Minus": operator.sub,
    "Times": operator.mul,
    "Divide": operator.floordiv,
    "Sll": operator.lshift,
    "Srl": operator.rshift,
}


def _value(node: Any, known: dict[str, int]) -> int:
    """Return the value of a constant expression; raises _NotConstantError for any other."""
    kind = type(node).__name__
    if kind == "IntConst":
        return _literal(node.value)
    if kind == "Identifier" and node.name in known:
        return known[node.name]
    if kind in _OPERATORS:
        return _OPERATORS[kind](_value(node.left, known), _value(node.right, known))
    raise _NotConstantError(kind)


def _literal(text: str) -> int:
    """Return the value of a Verilog number such as 24, 8'hff or 4'sb1010."""
    size, quote, digits = text.replace("_", "").partition("'")
    if not quote:
        return int(size)
    digits = digits.lower().lstrip("s")
    return int(digits[1:], {"h": 16, "d": 10, "o": 8, "b": 2}[digits[0]])
