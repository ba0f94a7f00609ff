"""An acquisition from start to end: of a recording over the converter's bus, or of a real earbud's electrodes."""

from __future__ import annotations

import time

from earloop.hil.devices.at_bus import BusEarbud
from earloop.hil.devices.earbud import RealEarbud
from earloop.hil.devices.from_transcript import TranscriptDevice
from earloop.hil.devices.replayed import Replayed, acquired
from earloop.hil.link.acquisition import Enough
from earloop.hil.run.device import Advance
from earloop.recordings import Recording
from earloop.sim.front_end.stimulus import to_stimulus
from earloop.spec.fixed import FixedDesign

ON_ELECTRODES = "the signal at its electrodes"  # instead of a recording's name


def acquire_recording(
    device: BusEarbud, recording: Recording, fixed: FixedDesign, advance: Advance = lambda samples: None
) -> Replayed:
    """Let an open device acquire a recording over its bus.

    Raises
    ------
    RecordingError
        The recording does not fit the design.
    LinkError
        The converter does not start, or no received sample can be judged.
    """
    stimulus, began = to_stimulus(recording, fixed.design), time.perf_counter()
    run = device.run(stimulus.codes, advance)
    return acquired(device.identity, stimulus.sources, run, time.perf_counter() - began, fixed.design)


def acquire_live(
    device: RealEarbud,
    seconds: float,
    fixed: FixedDesign,
    advance: Advance = lambda samples: None,
    enough: Enough = lambda: False,
) -> Replayed:
    """Let an open earbud acquire from its electrodes for at least `seconds`, or until `enough` returns true.

    Raises as `acquire_recording`.
    """
    began = time.perf_counter()
    run = device.acquire(round(seconds * fixed.design.converter.rate_hz), advance, enough)
    return acquired(device.identity, fixed.design.channels, run, time.perf_counter() - began, fixed.design)


def acquire_again(device: TranscriptDevice, fixed: FixedDesign) -> Replayed:
    """Repeat an acquisition of an earbud from its transcript; raises as `acquire_recording`."""
    began = time.perf_counter()
    run = device.acquire()
    return acquired(device.identity, fixed.design.channels, run, time.perf_counter() - began, fixed.design)
