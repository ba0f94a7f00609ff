"""The Verilog and C constants of a design, written from the same integers that the golden model uses.

The generated files are committed; `earloop spec generate` renews them, and a test compares.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import jinja2

from spec.delta import DeltaSection
from spec.fixed import FixedDesign
from spec.framing import OVERHEAD_BYTES
from spec.messages import (
    PROTOCOL_VERSION,
    SAMPLE_BYTES,
    Configure,
    Error,
    ErrorCode,
    Hello,
    MessageType,
    Samples,
    State,
    Status,
    Tap,
    Tokens,
)

ROOT = Path(__file__).resolve().parent.parent
VERILOG_HEADER = Path("hw/rtl/generated/design.vh")
C_DESIGN_HEADER = Path("firmware/src/generated/design.h")
C_PROTOCOL_HEADER = Path("firmware/src/generated/protocol.h")
COMMAND = "earloop spec generate"


def generated_files(fixed: FixedDesign) -> dict[Path, str]:
    """Every generated file of a design: path from the project's root, and text."""
    return {
        VERILOG_HEADER: _render("design.vh.j2", fixed),
        C_DESIGN_HEADER: _render("design.h.j2", fixed),
        C_PROTOCOL_HEADER: _render("protocol.h.j2", fixed),
    }


def write_generated(fixed: FixedDesign, root: Path = ROOT) -> list[Path]:
    """Write the generated files below `root`; returns those that changed."""
    changed = []
    for relative, text in generated_files(fixed).items():
        path = root / relative
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(relative)
    return changed


def stale_files(fixed: FixedDesign, root: Path = ROOT) -> list[Path]:
    """The generated files below `root` that are missing or differ from what the design asks for."""
    files = generated_files(fixed).items()
    return [p for p, text in files if not (root / p).exists() or (root / p).read_text(encoding="utf-8") != text]


def _render(template: str, fixed: FixedDesign) -> str:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("spec"),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["c_section"] = _c_section
    environment.filters["verilog_section"] = lambda section: _verilog_section(section, fixed)
    environment.filters["hex"] = _twos_complement
    return environment.get_template(template).render(
        fixed=fixed,
        design=fixed.design,
        half_taps=fixed.taps[: len(fixed.taps) // 2 + 1],
        section_bits=_section_bits(fixed),
        command=COMMAND,
        align_bias=_align_bias(fixed),
        align_bits=_align_bits(fixed),
        accumulator_bits=accumulator_bits(fixed),
        protocol_version=PROTOCOL_VERSION,
        sample_bytes=SAMPLE_BYTES,
        frame_overhead=OVERHEAD_BYTES,
        enums={"MESSAGE": MessageType, "STATE": State, "ERROR": ErrorCode, "TAP": Tap},
        payload_bytes={
            "HELLO": Hello.LAYOUT.size,
            "CONFIGURE": Configure.LAYOUT.size,
            "STATUS": Status.LAYOUT.size,
            "ERROR": Error.LAYOUT.size,
            "SAMPLES_HEADER": Samples.HEADER.size,
            "TOKENS_HEADER": Tokens.HEADER.size,
        },
    )


def _c_section(section: DeltaSection) -> str:
    """A section as a C initialiser: highpass, sign, then mantissa and shift of b, d and g."""
    values: Iterable[int] = (v for c in (section.b, section.d, section.g) for v in (c.mantissa, c.shift))
    return f"{{{int(section.highpass)}, {-1 if section.mirrored else 1}, {', '.join(map(str, values))}}}"


def accumulator_bits(fixed: FixedDesign) -> int:
    """Width, with sign, of an accumulator that no tap sum and no section can overflow, whatever the samples."""
    code, state = 2 ** (fixed.design.converter.bits - 1), 2 ** (fixed.design.fixed_point.state_bits - 1)
    errors = 3 * 2**fixed.design.fixed_point.error_bits
    sums: list[int] = [code * sum(map(abs, fixed.taps)) + (1 << fixed.decimated_shift >> 1)]
    for section in _sections(fixed):
        operands = (
            (section.b, 4 * state if section.highpass else 2 * state),
            (section.d, state),
            (section.g, 2 * state),
        )
        sums.append(errors + sum(int(abs(c.mantissa) * operand * 2.0**-c.shift) + 1 for c, operand in operands))
    return int(max(sums)).bit_length() + 1


def _sections(fixed: FixedDesign) -> list[DeltaSection]:
    return [section for pair in fixed.bands for section in pair] + ([fixed.notch] if fixed.notch else [])


def _shifts(fixed: FixedDesign) -> list[int]:
    return [c.shift for section in _sections(fixed) for c in (section.b, section.d, section.g)]


def _align_bias(fixed: FixedDesign) -> int:
    """The Verilog shifts a product left by this before it shifts right, so that every shift is a right shift."""
    return max(0, -min(_shifts(fixed)))


def _align_bits(fixed: FixedDesign) -> int:
    return max(1, (max(0, *_shifts(fixed)) + _align_bias(fixed)).bit_length())


def _section_bits(fixed: FixedDesign) -> int:
    return 2 + 3 * (fixed.design.fixed_point.coefficient_bits + _align_bits(fixed))


def _verilog_section(section: DeltaSection, fixed: FixedDesign) -> str:
    """A section as one word: {highpass, mirrored, b, b_align, d, d_align, g, g_align}, high bits first."""
    bits, align_bits, align_bias = fixed.design.fixed_point.coefficient_bits, _align_bits(fixed), _align_bias(fixed)
    word = (section.highpass << 1) | section.mirrored
    for c in (section.b, section.d, section.g):
        word = (word << bits) | (c.mantissa & ((1 << bits) - 1))
        word = (word << align_bits) | (c.shift + align_bias)
    return f"{_section_bits(fixed)}'h{word:0{-(-_section_bits(fixed) // 4)}x}"


def _twos_complement(value: int, bits: int) -> str:
    return f"{bits}'h{value & ((1 << bits) - 1):0{-(-bits // 4)}x}"
