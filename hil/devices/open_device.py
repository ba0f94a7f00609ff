"""Opens a device by the name of its kind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from earloop.hil.devices.earbud import PROCEDURES, Earbud, EmulatedEarbud, Procedure, RealEarbud, SerialEarbud
from earloop.hil.devices.in_process import GoldenDevice, RtlDevice
from earloop.hil.devices.kinds import refuse_unknown_kind
from earloop.hil.devices.paced import run_paced
from earloop.hil.devices.tap_choice import TapWish
from earloop.hil.faults.faulty_line import FaultyLine
from earloop.hil.run.device import Device
from earloop.hil.transcript.recorder import Recorder
from earloop.spec.errors import EarloopError, naming_extras
from earloop.spec.fixed import FixedDesign

CONVERTER_SEED = 0  # for the part's errors and the noise of the converter's model
_TAKEN_BY = {
    "image": ("rtl", "firmware"),
    "serial_number": ("serial", "ble"),
    "port": ("serial",),
    "address": ("ble",),
    "build": ("serial",),
}


@dataclass(frozen=True, kw_only=True)
class DeviceOptions:
    """The options of a device.

    Parameters
    ----------
    image : prebuilt firmware ELF or Verilog runner; by default it is built from the tree
    serial_number : of a real earbud: that of the USB device or the chip, or the name that it advertises by Bluetooth
    port : serial port; by default the earbud is searched for
    recorder : records the conversation with an earbud
    address : Bluetooth address of an earbud, a UUID on macOS
    build : firmware build of an earbud on a serial port, in hex, or its first digits
    paced : run an earbud at the recording's speed, and measure its timing
    line : a line to an earbud, on which faults can be injected
    taps : names of the requested taps, or `all`; empty for the default taps
    way : `digital`, or `bus`: the emulated firmware reads the recording from its converter's model
    """

    image: Path | None = None
    serial_number: str | None = None
    port: str | None = None
    recorder: Recorder | None = None
    address: str | None = None
    build: str | None = None
    paced: bool = False
    line: FaultyLine | None = None
    taps: tuple[str, ...] = ()
    way: str = "digital"

    @property
    def wish(self) -> TapWish:
        """The requested taps, and whether the run is in real time."""
        return TapWish(self.taps, self.paced)


def unsupported_option(kind: str, options: object) -> tuple[str, str] | None:
    """Return the first option, by its name in DeviceOptions, that this kind does not support, with the reason."""
    for name, kinds in _TAKEN_BY.items():
        if getattr(options, name) is not None and kind not in kinds:
            return name, f"{kind} does not have this option; it is for {' or '.join(kinds)}"
    return None


def refuse_unsupported_option(kind: str, options: DeviceOptions) -> None:
    """Raise an EarloopError that names the command's option, if this kind does not support one."""
    if (found := unsupported_option(kind, options)) is not None:
        raise EarloopError(f"--{found[0].replace('_', '-')}: {found[1]}")


@naming_extras()
def open_device(kind: str, fixed: FixedDesign, options: DeviceOptions = DeviceOptions()) -> Device:
    """Create a device of a kind; `with` opens it.

    Raises
    ------
    EarloopError
        The kind is unknown, the image does not exist, a build tool is missing, the device has no link to record or to
        pace, or an option is for other kinds.
    """
    from earloop.hil.devices.at_bus import EmulatedAtBus

    refuse_unknown_kind(kind)
    refuse_unsupported_option(kind, options)
    if options.paced and (kind not in PROCEDURES or options.recorder is not None):
        reason = "a transcript of a paced run cannot be replayed" if kind in PROCEDURES else "has no link to pace"
        raise EarloopError(f"{kind}: {reason}; leave --paced out")
    if options.recorder is not None and kind not in PROCEDURES:
        *others, last = PROCEDURES
        raise EarloopError(f"{kind}: has no link to record; transcripts are for {', '.join(others)} or {last}")
    if options.way == "bus":
        if options.taps:
            raise EarloopError("taps: with way = bus the device always sends all taps; leave taps out")
        if kind != "firmware" or options.paced or options.recorder is not None:
            raise EarloopError(f"{kind}: way = bus is for firmware only, neither paced nor with a transcript")
        _check_image(options)
        return EmulatedAtBus(fixed, np.random.default_rng(CONVERTER_SEED), options.image)
    if kind in PROCEDURES:
        return open_earbud(kind, fixed, options)
    _check_image(options)
    if kind == "golden":
        return GoldenDevice(fixed, options.wish)
    if kind == "rtl":
        return RtlDevice(fixed, options.image, options.wish)
    raise EarloopError(f"{kind}: nothing opens this kind of device; add it to hil/devices/open_device.py")


def open_earbud(kind: str, fixed: FixedDesign, options: DeviceOptions = DeviceOptions()) -> Earbud:
    """Create an earbud of a kind; `with` opens it.

    Raises
    ------
    EarloopError
        The image does not exist, or a build tool is missing.
    """
    if kind != "firmware":
        return open_real_earbud(kind, fixed, options)
    _check_image(options)
    return EmulatedEarbud(
        fixed,
        options.image,
        recorder=options.recorder,
        procedure=_procedure(options),
        line=options.line,
        wish=options.wish,
    )


@naming_extras()
def open_real_earbud(kind: str, fixed: FixedDesign, options: DeviceOptions = DeviceOptions()) -> RealEarbud:
    """Create a real earbud, by Bluetooth for kind `ble`, else on a serial port; `with` opens it."""
    from earloop.hil.devices.bluetooth.earbud import BleEarbud

    recorder, procedure, line = options.recorder, _procedure(options), options.line
    if kind == "ble":
        return BleEarbud(
            fixed,
            options.address,
            options.serial_number,
            recorder=recorder,
            procedure=procedure,
            line=line,
            wish=options.wish,
        )
    return SerialEarbud(
        fixed,
        options.serial_number,
        options.port,
        build=options.build,
        recorder=recorder,
        procedure=procedure,
        line=line,
        wish=options.wish,
    )


def _procedure(options: DeviceOptions) -> Procedure | None:
    return run_paced if options.paced else None


def _check_image(options: DeviceOptions) -> None:
    if options.image is not None and not options.image.is_file():
        raise EarloopError(f"{options.image}: no such image; leave --image out to build it from the tree")
