"""The register map of the tokenizer core: `registers.rdl` (SystemRDL), and the files that are generated from it.

PeakRDL writes the C header. Templates of this project write the others: PeakRDL-python would add a library of nearly
ten thousand lines for a map of eleven registers, and PeakRDL-markdown repeats a section for each of 16 token shifts.

This module needs systemrdl-compiler and PeakRDL, which only developers install: nothing imports it at run time.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import jinja2
from peakrdl_cheader.exporter import CHeaderExporter
from systemrdl.compiler import RDLCompiler
from systemrdl.node import AddrmapNode, Node, RegNode

from earloop.spec.errors import EarloopError

SOURCE = Path(__file__).parent / "registers.rdl"
C_HEADER = Path("hw/generated/tokenizer_registers.h")
PYTHON_TABLE = Path("hw/generated/register_map.py")
VERILOG_HEADER = Path("hw/rtl/generated/registers.vh")
PAGE = Path("docs/reference/tokenizer-registers.md")


@dataclass(frozen=True)
class Field:
    """Bits `low` to `low + width - 1` of a register; `reset` is None if the reset value is not fixed."""

    name: str
    meaning: str
    low: int
    width: int
    writable: bool
    reset: int | None


@dataclass(frozen=True)
class Register:
    """A register at byte `address`, or `count` registers from there on; `count` is None for a single one."""

    name: str
    meaning: str
    address: int
    count: int | None
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class RegisterMap:
    """All registers, in the order of their addresses."""

    title: str
    meaning: str
    registers: tuple[Register, ...]


def read_register_map(source: Path = SOURCE) -> RegisterMap:
    """Compile a SystemRDL file whose top contains only 32-bit registers and arrays of them."""
    top = _compile(source)
    registers = tuple(_register(node) for node in top.children(unroll=False) if isinstance(node, RegNode))
    return RegisterMap(_text(top, "name"), _text(top, "desc"), registers)


def register_files(source: Path = SOURCE) -> dict[Path, str]:
    """Return the files generated from the map: their paths from the project's root, and their text."""
    register_map = read_register_map(source)
    return {
        C_HEADER: _c_header(_compile(source)),
        PAGE: _render("registers.md.j2", register_map),
        VERILOG_HEADER: _render("registers.vh.j2", register_map),
        PYTHON_TABLE: _render("register_map.py.j2", register_map),
    }


def _compile(source: Path) -> AddrmapNode:
    compiler = RDLCompiler()
    compiler.compile_file(str(source))
    return compiler.elaborate().top


def _register(node: RegNode) -> Register:
    dimensions = node.array_dimensions
    fields = tuple(
        Field(
            name=field.inst_name,
            meaning=_text(field, "desc"),
            low=field.low,
            width=field.width,
            writable=field.is_sw_writable,
            reset=reset if isinstance(reset := field.get_property("reset"), int) else None,
        )
        for field in node.fields()
    )
    return Register(
        name=node.inst_name,
        meaning=_text(node, "desc"),
        address=int(node.raw_address_offset),
        count=dimensions[0] if dimensions else None,
        fields=fields,
    )


def _text(node: Node, name: str) -> str:
    text = node.get_property(name)
    if not isinstance(text, str):
        raise EarloopError(f"{SOURCE.name}: {node.get_path()} has no {name}")
    return text


def _c_header(top: AddrmapNode) -> str:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / C_HEADER.name
        CHeaderExporter().export(top, str(path), reuse_typedefs=False)
        return path.read_text(encoding="utf-8")


def _render(template: str, register_map: RegisterMap) -> str:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("earloop.spec"),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(map=register_map, source=f"spec/{SOURCE.name}")
