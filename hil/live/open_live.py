"""Opens a live device by the name of its kind."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

from earloop.hil.devices.earbud import PROCEDURES
from earloop.hil.devices.in_process import GoldenDevice, RtlDevice
from earloop.hil.devices.open_device import DeviceOptions, open_device, open_earbud, refuse_unsupported_option
from earloop.hil.faults.faulty_line import FaultyLine
from earloop.hil.link.port import PortClock
from earloop.hil.live.device import LiveDevice, LiveTokenizer
from earloop.hil.live.earbud import LiveEarbud
from earloop.spec.errors import EarloopError
from earloop.spec.fixed import FixedDesign


def open_live(kind: str, fixed: FixedDesign, options: DeviceOptions) -> LiveDevice:
    """Create a live device of a kind, see `earloop.hil.devices.open_device`; a `LiveBench` opens and closes it.

    Raises
    ------
    EarloopError
        The kind is unknown or cannot run live, the image does not exist, a build tool is missing, or an option is for
        other kinds.
    """
    refuse_unsupported_option(kind, options)
    if kind in PROCEDURES:
        line = FaultyLine()
        return LiveEarbud(fixed, open_earbud(kind, fixed, replace(options, line=line)), line)
    device = open_device(kind, fixed, options)
    if isinstance(device, RtlDevice):
        return live_rtl(fixed, device)
    if isinstance(device, GoldenDevice):
        return live_golden(fixed)
    raise EarloopError(f"{kind}: cannot run live; it has no form that processes samples as they arrive")


def live_golden(fixed: FixedDesign, clock: PortClock | None = None) -> LiveTokenizer:
    """Create the golden model as a live device, which shows a perfect device."""
    from earloop.spec.golden import GoldenTokenizer

    return LiveTokenizer(fixed, GoldenDevice(fixed).identity, lambda: nullcontext(GoldenTokenizer(fixed)), clock)


def live_rtl(fixed: FixedDesign, rtl: RtlDevice, clock: PortClock | None = None) -> LiveTokenizer:
    """Create the simulated RTL as a live device; it processes frames 25 times faster than real time."""
    return LiveTokenizer(fixed, rtl.identity, rtl.live, clock)
