"""The instructions of one tick of the tokenizer, counted in the emulated firmware."""

from __future__ import annotations

import numpy as np

from earloop.hil.devices.earbud import EmulatedEarbud
from earloop.sim import convert
from earloop.spec.design import Design
from earloop.spec.fixed import compile_design
from earloop.synth_data import synthesise
from earloop.synth_data.scenes.timeline import MIN_DURATION_S
from earloop.system.programs import find_program

TOOLS = ("arm-none-eabi-gcc", "qemu-system-arm")
SEED = 1


def count_tick_instructions(design: Design) -> float | None:
    """Return the mean instructions of a tick of all channels over one synthetic second; None if a tool is missing."""
    if not all(map(find_program, TOOLS)):
        return None
    session = synthesise(design, duration_s=MIN_DURATION_S, seed=SEED)
    codes = np.asarray(convert(session, design, seed=SEED).data, np.int32)[: design.converter.rate_hz]
    with EmulatedEarbud(compile_design(design)) as earbud:
        return float(earbud.run(codes, lambda done: None).measurements["instructions_per_tick"])
