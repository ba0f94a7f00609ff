"""The run behind `short_run.transcript`: integers from a seed, which no rounding can change, through the emulator.

    python -m tests.hil.transcript.short_run

makes the transcript anew, from the firmware of this tree.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from earloop.hil.devices.open_device import DeviceOptions, open_device
from earloop.hil.judging.judge import Verdict, judge
from earloop.hil.transcript.format import RecordingRead
from earloop.hil.transcript.recorder import Recorder
from earloop.recordings import Recording
from earloop.spec.design import Design, load_design
from earloop.spec.fixed import FixedDesign, compile_design

PATH = Path(__file__).with_suffix(".transcript")
NAME = "integers of seed 1"
MAKE_ANEW = "make it anew: python -m tests.hil.transcript.short_run"
SECONDS = 1.5


def short_recording(design: Design, seed: int = 1) -> Recording:
    """White noise of 5 mV at most."""
    samples, rate_hz = round(SECONDS * design.converter.rate_hz), float(design.converter.rate_hz)
    codes = np.random.default_rng(seed).integers(-99_999, 99_999, (samples, len(design.channels)))
    return Recording(codes.astype(np.int32), "codes", rate_hz, design.channels)


def record(fixed: FixedDesign, path: Path) -> Verdict:
    """Run it in the emulator, and write the transcript."""
    with (
        Recorder(path, RecordingRead(NAME), fixed.design.design_hash) as recorder,
        open_device("firmware", fixed, DeviceOptions(recorder=recorder)) as device,
    ):
        return judge(device, short_recording(fixed.design), fixed)


if __name__ == "__main__":
    record(compile_design(load_design()), PATH)
