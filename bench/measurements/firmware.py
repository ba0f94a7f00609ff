"""The STM32F405 firmware in QEMU: instructions per tick, and the speed of a stream."""

from __future__ import annotations

import time

from bench.stimulus import synthetic_codes
from bench.table import ResultRow, number
from earloop.firmware.emulator import CORE_HZ
from earloop.hil.devices.earbud import EmulatedEarbud
from earloop.spec.design import load_design
from earloop.spec.fixed import compile_design

NEEDS = ("arm-none-eabi-gcc", "qemu-system-arm")
SHORT_S, LONG_S = 2.0, 12.0


def measure() -> list[ResultRow]:
    """Measure instructions per tick, and the speed over the link.

    The speed is that of the difference between a long and a short stream, which excludes the fixed cost of a run.
    """
    design = load_design()
    codes = synthetic_codes(design, LONG_S)
    with EmulatedEarbud(compile_design(design)) as earbud:
        started = time.perf_counter()
        earbud.run(codes[: round(SHORT_S * design.converter.rate_hz)], lambda samples: None)
        between = time.perf_counter()
        found = earbud.run(codes, lambda samples: None).measurements
        ended = time.perf_counter()
    speed = (LONG_S - SHORT_S) / ((ended - between) - (between - started))
    budget = CORE_HZ / design.token_rate_hz
    against = f"{number(budget)} clocks between ticks at {CORE_HZ / 1e6:g} MHz"
    most = design.budget.tick_instructions
    mean, longest = found["instructions_per_tick"], found["instructions_per_tick_max"]
    return [
        ResultRow(
            what="Firmware in QEMU, stream over the link",
            value=speed,
            unit="x real time",
            against="a real earbud, 1 x",
            at_least=1.0,
        ),
        ResultRow(
            what="Firmware, a tick of the tokenizer, mean",
            value=mean,
            unit="instructions",
            against=against,
            at_most=most,
        ),
        ResultRow(
            what="Firmware, a tick of the tokenizer, longest",
            value=longest,
            unit="instructions",
            against=against,
            at_most=most,
        ),
    ]
