"""Live devices by name."""

from __future__ import annotations

from hil.earbud import EMULATED_SILENCE_S
from hil.live.device import LiveDevice, LiveGolden
from hil.live.earbud import LiveEarbud, emulated, plugged_in
from hil.open_device import DeviceOptions
from spec.errors import EarloopError
from spec.fixed import FixedDesign

LIVE_KINDS = ("golden", "firmware", "serial")  # the RTL's runner takes a whole recording, and has no clock


def open_live(kind: str, fixed: FixedDesign, options: DeviceOptions) -> LiveDevice:
    """A live device of a kind; a `LiveBench` opens and closes it.

    Raises
    ------
    EarloopError
        An image that does not exist, or a tool that is missing to build one.
    """
    if options.image is not None and not options.image.is_file():
        raise EarloopError(f"{options.image}: no such image; without --image the tree's own is built")
    if kind == "golden":
        return LiveGolden(fixed)
    if kind == "firmware":
        return LiveEarbud(fixed, emulated(fixed, options.image), silence_s=EMULATED_SILENCE_S)
    return LiveEarbud(fixed, plugged_in(fixed, options.serial_number, options.port))
