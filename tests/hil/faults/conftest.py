"""Streams that faults strike, each with what the golden model makes of it, and runs with a fault in them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from earloop.hil.devices.faulty import FaultyFrontEnd, Restarted
from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.devices.open_faulty import faulty_loopback
from earloop.hil.faults.kinds import Family
from earloop.hil.run.device import DeviceRun
from earloop.hil.run.golden import run_golden
from earloop.recordings import read_recording
from earloop.sim import convert
from earloop.sim.front_end.stimulus import to_stimulus
from earloop.spec.taps import Taps
from earloop.synth_data import synthesise


@dataclass(frozen=True)
class Stream:
    """Codes, and what a sound device makes of them."""

    codes: NDArray[np.int32]
    golden: Taps


@pytest.fixture(scope="session")
def synthetic(fixed):
    """A synthetic session of some seconds behind the front end, by its seed."""
    made = {}

    def of(seed, seconds=12.0):
        if seed not in made:
            session = synthesise(fixed.design, duration_s=seconds, seed=seed)
            codes = to_stimulus(convert(session, fixed.design, seed=seed), fixed.design).codes
            made[seed] = Stream(codes, run_golden(fixed, codes).taps)
        return made[seed]

    return of


@pytest.fixture(scope="session")
def real(fixed, real_data):
    """Twelve seconds of a Muse, from the tenth on, by its file."""

    def of(file):
        whole = read_recording(
            real_data / "muse" / file,
            rate_hz=256.0,
            channels=("TP9", "TP10", "AF7", "AF8"),
            renames=dict(zip(("TP9", "TP10", "AF7", "AF8"), fixed.design.channels, strict=True)),
        )
        excerpt = replace(whole, data=whole.data[10 * 256 : 22 * 256], annotations=())
        codes = to_stimulus(excerpt, fixed.design).codes
        return Stream(codes, run_golden(fixed, codes).taps)

    return of


def tokens_only(run):
    """The run of a device that emits nothing else."""
    return DeviceRun(tokens=run.tokens, received=run.received)


@pytest.fixture(scope="session")
def run_with(fixed):
    """The run of the golden model, or for a fault of the link of the firmware in this process, with a fault in it."""

    def of(fault, codes):
        design = fixed.design
        if fault.facts.family is Family.LINK:
            device = faulty_loopback(fixed, fault)
        elif fault.facts.family is Family.POWER:
            device = Restarted(GoldenDevice(fixed), fault, design)
        else:
            device = FaultyFrontEnd(GoldenDevice(fixed), fault, design)
        with device:
            return device.run(codes, lambda samples: None)

    return of
