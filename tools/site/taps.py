"""The taps of the signal path: where each is, its rate, dtype, step and shape."""

from __future__ import annotations

import inspect
import textwrap

from earloop.hil.devices.tap_choice import SIGNAL_PATH
from earloop.spec import golden
from earloop.spec.design import Design, load_design
from earloop.spec.fixed import compile_design
from earloop.spec.messages import Tap
from earloop.spec.signal_messages import samples_a_row
from earloop.spec.taps import Taps
from tools.site.described import listed_meanings, member_comments
from tools.site.tables import code, table

PATH = "reference/generated/taps.inc"


def pages() -> dict[str, str]:
    """The text of a part of a page by its path in docs/."""
    path = inspect.cleandoc(golden.__doc__ or "").split("::\n", 1)[1].split("\n\nThe state", 1)[0].strip("\n")
    path = textwrap.dedent(path).replace("`", "")
    design = load_design()
    head = ("tap", "bit", "where", "rate, reference design", "values", "size of 1")
    taps = table(head, (_row(tap, design) for tap in SIGNAL_PATH))
    steps = zip(design.bands, compile_design(design).token_lsb_uv, strict=True)
    bands = table(("band", "token step, uV"), ((code(band.name), f"{step_uv:.4g}") for band, step_uv in steps))
    return {PATH: f"```text\n{path}\n```\n\n{taps}\n## Token steps of the reference design\n\n{bands}"}


def _row(tap: Tap, design: Design) -> tuple[str, ...]:
    name = str(tap.name).lower()
    values = listed_meanings(Taps).get(name, "int32, shape [samples, channels]; 24 bits are used")
    rate = design.converter.rate_hz / samples_a_row(design, tap)
    unit = {Tap.CODES: "samples", Tap.TOKENS: "patches"}.get(tap, "ticks")
    return (
        code(name),
        str(tap.value),
        member_comments(Tap)[str(tap.name)],
        f"{rate:g} {unit} a second",
        values,
        _step(tap, design),
    )


def _step(tap: Tap, design: Design) -> str:
    """The size of 1 at a tap, in the reference design."""
    if tap is Tap.TOKENS:
        return "the band's token step"
    uv = {Tap.CODES: design.converter.lsb_uv, Tap.BANDS: design.band_step_uv}.get(tap, design.input_step_uv)
    guard = {Tap.CODES: "", Tap.BANDS: "`band_guard_bits`"}.get(tap, "`input_guard_bits`")
    return f"{uv:.4g} uV" + (
        f": a code over 2 to the power of {guard}" if guard else ": one code, 2 `vref_v` / `gain` / 2^24"
    )
