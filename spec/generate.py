"""Generate a design's Verilog and C constants from the integers that the golden model uses.

The generated files are committed; `earloop spec generate` rewrites them, and a test compares them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from earloop.spec.delta import DeltaSection
from earloop.spec.errors import DesignError
from earloop.spec.fixed import FixedDesign
from earloop.spec.framing import CRC_BYTES, OVERHEAD_BYTES
from earloop.spec.messages import PROTOCOL_VERSION, DeviceFault, DeviceState, ErrorCode, MessageType, SampleSource, Tap
from earloop.spec.payload_layout import MESSAGES, layout_of, payload_fields
from earloop.spec.program import Program, ProgramRow
from earloop.spec.signal_messages import SAMPLE_BYTES, codes_per_frame
from earloop.system.project import ROOT
from earloop.system.whole import write_whole, writing

VERILOG_HEADER = Path("hw/rtl/generated/design.vh")
C_DESIGN_HEADER = Path("firmware/src/generated/design.h")
C_PROTOCOL_HEADER = Path("firmware/src/generated/protocol.h")
COMMAND = "earloop spec generate"


def generated_files(fixed: FixedDesign) -> dict[Path, str]:
    """Return the generated files of a design: their paths from the project's root, and their text."""
    return {
        VERILOG_HEADER: _render("design.vh.j2", fixed),
        C_DESIGN_HEADER: _render("design.h.j2", fixed),
        C_PROTOCOL_HEADER: _render("protocol.h.j2", fixed),
    }


def write_generated(files: Mapping[Path, str], root: Path = ROOT) -> list[Path]:
    """Write generated files, as `generated_files` returns them, below `root`; return those that changed.

    Raises
    ------
    DesignError
        One of the files cannot be written.
    """
    changed = stale_files(files, root)
    for relative in changed:
        with writing(root / relative, DesignError):
            write_whole(root / relative, files[relative])
    return changed


def stale_files(files: Mapping[Path, str], root: Path = ROOT) -> list[Path]:
    """Return the paths of the generated files that are missing below `root` or differ."""
    return [p for p, text in files.items() if not (root / p).exists() or (root / p).read_text(encoding="utf-8") != text]


def _render(template: str, fixed: FixedDesign) -> str:
    import jinja2

    from earloop.spec.self_test import SELF_TEST_SEED, self_test_crc, self_test_samples

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("earloop.spec"),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["c_section"] = _c_section
    program = Program(fixed)
    environment.filters["control"] = _control_word
    environment.filters["product"] = lambda row: _product_word(row, program.b_bits)
    return environment.get_template(template).render(
        fixed=fixed,
        design=fixed.design,
        command=COMMAND,
        program=program,
        steps=list(_numbered(program)),
        addend_bits=max(program.addends).bit_length() + 1,
        token_shifts=f"{packed_token_shifts(fixed.token_shifts):020x}",
        protocol_version=PROTOCOL_VERSION,
        sample_bytes=SAMPLE_BYTES,
        crc_bytes=CRC_BYTES,
        frame_overhead=OVERHEAD_BYTES,
        codes_per_frame=codes_per_frame(len(fixed.design.channels), fixed.design.tokens.patch),
        self_test_seed=SELF_TEST_SEED,
        self_test_samples=self_test_samples(fixed.design),
        self_test_crc=self_test_crc(fixed),
        enums={
            "MESSAGE": MessageType,
            "STATE": DeviceState,
            "ERROR": ErrorCode,
            "TAP": Tap,
            "SOURCE": SampleSource,
            "FAULT": DeviceFault,
        },
        messages={
            name: {"size": layout_of(message).size, "fields": payload_fields(message)}
            for name, message in MESSAGES.items()
        },
    )


def _c_section(section: DeltaSection) -> str:
    """Return a section as a C initialiser: highpass, sign, then mantissa and shift of b, d and g."""
    values: Iterable[int] = (v for c in (section.b, section.d, section.g) for v in (c.mantissa, c.shift))
    return f"{{{int(section.highpass)}, {-1 if section.mirrored else 1}, {', '.join(map(str, values))}}}"


def packed_token_shifts(shifts: Iterable[int]) -> int:
    """Return the token shifts as the RTL reads them: five bits per band, the first band in the lowest bits.

    >>> hex(packed_token_shifts([3, 1]))
    '0x23'
    """
    return sum(shift << 5 * band for band, shift in enumerate(shifts))


def _numbered(program: Program) -> Iterator[tuple[str, list[tuple[int, ProgramRow]]]]:
    """Return the name of each step, and its rows with their addresses."""
    address = itertools.count()
    for step in program.steps:
        yield step.name, [(next(address), row) for row in step.rows]


def _control_word(row: ProgramRow) -> str:
    """Return the fields of a row that are used before the product; the template lists them."""
    word = 0
    for value, bits in (
        (row.turn, 1), (row.halt, 1), (row.select, 2), (row.take, 1), (row.own, 1), (row.add, 1), (row.negative, 1),
        (row.entry, 6), (row.age, 2),
    ):  # fmt: skip
        word = word << bits | int(value)
    return f"16'h{word:04x}"


def _product_word(row: ProgramRow, b_bits: int) -> str:
    """Return the fields of a row that define the product and how it is added."""
    word = ((row.first << 1 | row.low) << 2 | row.place) << 3 | row.addend
    bits = 7 + b_bits
    return f"{bits}'h{word << b_bits | row.b & ((1 << b_bits) - 1):0{-(-bits // 4)}x}"
