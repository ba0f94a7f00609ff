"""The designs that Verilog mutants are compiled for, the fastest first."""

from __future__ import annotations

from typing import Any

from earloop.spec.fixed import FixedDesign, compile_design
from earloop.spec.variants import vary_reference


def _design(**changes: Any) -> FixedDesign:
    return compile_design(vary_reference(**changes))


def rtl_designs() -> dict[str, tuple[FixedDesign, dict[str, int]]]:
    """Return the designs by name, with the parameters of the top module that differ from their defaults."""
    small = _design(
        electrodes={"left": ["T7"], "right": ["T8"], "reference": ["Cz"]},
        decimator={"taps": 31},
        tokens={"patch": 5},
        bands=["eeg_alpha", "eeg_gamma", "emg_high"],
    )
    return {
        "small": (small, {}),
        "reference": (_design(tokens={"patch": 20}), {}),
        # A tick begins in the clock after a frame, and so as early as possible after a reset.
        "one channel, undecimated, no notch": (
            _design(
                electrodes={"left": ["T7"], "right": [], "reference": ["T8"]},
                converter={"rate_hz": 250},
                decimator={"factor": 1},
                notch={"mains_hz": 0},
                tokens={"patch": 10},
            ),
            {},
        ),
        "eight channels": (
            _design(
                electrodes={"left": ["L1", "L2", "L3", "L4"], "right": ["R1", "R2", "R3", "R4"], "reference": ["R5"]},
                decimator={"taps": 51},
                tokens={"patch": 4},
            ),
            {},
        ),
        "small, one bank": (small, {"PATCH_BANKS": 1}),
    }
