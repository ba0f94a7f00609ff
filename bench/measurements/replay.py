"""The speed of a replay into each device that needs no hardware, on one core."""

from __future__ import annotations

from bench.table import ResultRow
from earloop.hil.devices.open_device import open_device
from earloop.hil.devices.replayed import replay
from earloop.sim import convert
from earloop.spec.design import load_design
from earloop.spec.fixed import compile_design
from earloop.synth_data import synthesise
from earloop.synth_data.scenes.timeline import MIN_DURATION_S

NEEDS = ("g++", "verilator", "arm-none-eabi-gcc", "qemu-system-arm")
TARGETS = {"golden": (300.0, 2000.0), "rtl": (60.0, 30.0), "firmware": (60.0, 1.5)}  # seconds replayed, x real time


def measure() -> list[ResultRow]:
    """Measure for each open device a complete run, with codes as input and tokens and all its taps as output."""
    design = load_design()
    fixed = compile_design(design)
    rows = []
    for kind, (seconds, wanted) in TARGETS.items():
        recording = convert(synthesise(design, duration_s=seconds), design)
        short = convert(synthesise(design, duration_s=MIN_DURATION_S), design)
        with open_device(kind, fixed) as device:
            replay(device, short, fixed)  # compiles what is compiled on first use
            found = replay(device, recording, fixed)
        speed = seconds / found.elapsed_s
        rows.append(
            ResultRow(
                what=f"Replay into {kind}, {seconds:g} s",
                value=speed,
                unit="x real time",
                against="a real earbud, 1 x",
                at_least=wanted,
            )
        )
    return rows
