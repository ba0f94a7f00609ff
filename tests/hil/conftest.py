"""A short recording, and devices that are wrong in known ways."""

from __future__ import annotations

from dataclasses import replace

import pytest

from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.judging.judge import judge
from earloop.recordings import Recording
from earloop.sim import convert
from earloop.synth_data import synthesise


@pytest.fixture(scope="session")
def codes_10s(design) -> Recording:
    """Ten synthetic seconds behind the front end."""
    return convert(synthesise(design, duration_s=10.0, seed=4), design, seed=4)


class AlteredDevice(GoldenDevice):
    """The golden model, whose output a function alters before the rig sees it."""

    def __init__(self, fixed, alter):
        super().__init__(fixed)
        self._alter = alter

    def run(self, codes, advance):
        run = super().run(codes, advance)
        copies = {name: values.copy() for name, values in run.taps.items()}
        return self._alter(replace(run, tokens=run.tokens.copy(), taps=copies))


@pytest.fixture(scope="session")
def failing(fixed, codes_10s):
    """The verdict on a device whose alpha tokens of T9 are off by 5 steps in one sample of each, from 5 s on."""

    def alter(run):
        run.tokens[20:, 1, 2, 7] += 5
        return run

    return judge(AlteredDevice(fixed, alter), codes_10s, fixed)
