"""A procedure for an earbud: all codes once at the recording's speed, with the timing of the tokens."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from earloop.hil.devices.earbud import device_run
from earloop.hil.link.arrivals import Arrivals
from earloop.hil.link.earbud_link import EarbudLink
from earloop.hil.link.measure_timing import timing_of
from earloop.hil.link.pace import Pace
from earloop.hil.run.device import Advance, DeviceRun
from earloop.spec.fixed import FixedDesign
from earloop.spec.messages import Tap


def run_paced(
    link: EarbudLink, fixed: FixedDesign, codes: NDArray[np.int32], advance: Advance, taps: Tap = Tap.TOKENS
) -> DeviceRun:
    """Run all codes at the recording's speed; the result has `timing`, and its numbers among the measurements."""
    design = fixed.design
    hello = link.configure(design.design_hash, taps)
    arrivals, pace = Arrivals(design, len(codes)), Pace(design.converter.rate_hz)
    run = link.run(codes, advance=advance, pace=pace, observer=arrivals)
    timing = timing_of(arrivals, pace, design)
    clocks = {"clocks_per_tick": run.tick_clocks_mean, "clocks_per_tick_max": run.tick_clocks_max}
    found = device_run(run, hello, {**clocks, **timing.measurements}, design)
    return replace(found, timing=timing)
