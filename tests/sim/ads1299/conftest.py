"""A chip that has been powered up, reset and told to listen."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from earloop.sim.ads1299 import Ads1299, ChipErrors, FunctionInputs, Inputs

Boot = Callable[..., Ads1299]


@pytest.fixture(scope="session")
def boot() -> Boot:
    """`boot(inputs, registers={address: value}, ...)`: an ideal part in SDATAC, its reference settled."""

    def make(inputs: Inputs | None = None, registers: Mapping[int, int] | None = None, **options) -> Ads1299:
        options = {"channels": 8, "part": ChipErrors.ideal(), "rng": np.random.default_rng(0)} | options
        chip = Ads1299(inputs or FunctionInputs(), **options)
        chip.advance(0.2)
        chip.transfer(b"\x06")
        chip.advance(cycles=18)
        chip.transfer(b"\x11")
        for address, value in ({3: 0xE0} | dict(registers or {})).items():
            chip.transfer(bytes([0x40 | address, 0, value]))
        chip.advance(1.0)
        return chip

    return make
