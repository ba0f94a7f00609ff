"""Devices by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hil.device import Device
from hil.earbud import PROCEDURES, EmulatedEarbud, SerialEarbud
from hil.simulated import GoldenDevice, RtlDevice
from hil.transcript.recorder import Recorder
from spec.errors import EarloopError
from spec.fixed import FixedDesign

DEVICE_KINDS = ("golden", "rtl", "firmware", "serial")


@dataclass(frozen=True)
class DeviceOptions:
    """What may be said about a device beside its kind.

    image : firmware ELF or RTL runner, instead of the one built from the tree
    serial_number : USB serial number of a real earbud
    port : serial port, where an earbud cannot be searched for
    recorder : writes the conversation with an earbud down
    """

    image: Path | None = None
    serial_number: str | None = None
    port: str | None = None
    recorder: Recorder | None = None


def open_device(kind: str, fixed: FixedDesign, options: DeviceOptions = DeviceOptions()) -> Device:
    """A device of a kind, to be entered by `with`.

    Raises
    ------
    EarloopError
        An image that does not exist, a tool that is missing to build one, or nothing to write down.
    """
    if options.recorder is not None and kind not in PROCEDURES:
        raise EarloopError(f"{kind}: has no link to write down; a transcript is of {' or '.join(PROCEDURES)}")
    if options.image is not None and not options.image.is_file():
        raise EarloopError(f"{options.image}: no such image; without --image the tree's own is built")
    if kind == "golden":
        return GoldenDevice(fixed)
    if kind == "rtl":
        return RtlDevice(fixed, options.image)
    if kind == "firmware":
        return EmulatedEarbud(fixed, options.image, recorder=options.recorder)
    return SerialEarbud(fixed, options.serial_number, options.port, recorder=options.recorder)
