"""Devices by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from earloop.hil.devices.earbud import PROCEDURES, Earbud, EmulatedEarbud, Procedure, RealEarbud, SerialEarbud
from earloop.hil.devices.in_process import GoldenDevice, RtlDevice
from earloop.hil.devices.paced import run_paced
from earloop.hil.devices.tap_choice import TapWish
from earloop.hil.faults.faulty_line import FaultyLine
from earloop.hil.run.device import Device
from earloop.hil.transcript.recorder import Recorder
from earloop.spec.errors import EarloopError
from earloop.spec.fixed import FixedDesign

CONVERTER_SEED = 0  # of the part's errors and the noise of the converter's model
_TAKEN_BY = {
    "image": ("rtl", "firmware"),
    "serial_number": ("serial", "ble"),
    "port": ("serial",),
    "address": ("ble",),
    "build": ("serial",),
}


@dataclass(frozen=True)
class DeviceOptions:
    """What may be said about a device beside its kind.

    image : firmware ELF or RTL runner, instead of the one built from the tree
    serial_number : of a real earbud: the USB device's, the chip's, or the name that it advertises by Bluetooth
    port : serial port, where an earbud cannot be searched for
    recorder : writes the conversation with an earbud down
    address : Bluetooth address of an earbud, a UUID on macOS
    build : firmware build of an earbud on a serial port, in hex, or how that begins
    paced : run an earbud in the recording's own time, and measure its timing
    line : to an earbud, where it is to be spoilt at times
    taps : names of the taps that it is asked for, or `all`; none for those that it gives by itself
    way : `digital`, or `bus`: the emulated firmware gets the recording by its converter's model
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
        """The taps that it is asked for, and whether in real time."""
        return TapWish(self.taps, self.paced)


def out_of_place(kind: str, options: object) -> tuple[str, str] | None:
    """The first option, by an attribute of DeviceOptions, that a device of that kind takes none of, and who does."""
    for name, kinds in _TAKEN_BY.items():
        if getattr(options, name) is not None and kind not in kinds:
            return name, f"{kind} takes none; it is for {' or '.join(kinds)}"
    return None


def refuse_out_of_place(kind: str, options: DeviceOptions) -> None:
    """As an EarloopError that names the option of the command."""
    if (found := out_of_place(kind, options)) is not None:
        raise EarloopError(f"--{found[0].replace('_', '-')}: {found[1]}")


def open_device(kind: str, fixed: FixedDesign, options: DeviceOptions = DeviceOptions()) -> Device:
    """A device of a kind, to be entered by `with`.

    Raises
    ------
    EarloopError
        An image that does not exist, a tool that is missing to build one, nothing to write down or to pace, or an
        option that is for other kinds.
    """
    from earloop.hil.devices.at_bus import EmulatedAtBus

    refuse_out_of_place(kind, options)
    if options.paced and (kind not in PROCEDURES or options.recorder is not None):
        what = "its transcript could not be replayed" if kind in PROCEDURES else "has no link that could be paced"
        raise EarloopError(f"{kind}: {what}; leave --paced out")
    if options.recorder is not None and kind not in PROCEDURES:
        *others, last = PROCEDURES
        raise EarloopError(f"{kind}: has no link to write down; a transcript is of {', '.join(others)} or {last}")
    if options.way == "bus":
        if options.taps:
            raise EarloopError("taps: the bus gives them all; leave them out")
        if kind != "firmware" or options.paced or options.recorder is not None:
            raise EarloopError(f"{kind}: the bus is a way into the firmware alone, neither paced nor with a transcript")
        _check_image(options)
        return EmulatedAtBus(fixed, np.random.default_rng(CONVERTER_SEED), options.image)
    if kind in PROCEDURES:
        return open_earbud(kind, fixed, options)
    _check_image(options)
    if kind == "golden":
        return GoldenDevice(fixed, options.wish)
    return RtlDevice(fixed, options.image, options.wish)


def open_earbud(kind: str, fixed: FixedDesign, options: DeviceOptions = DeviceOptions()) -> Earbud:
    """An earbud of a kind, to be entered by `with`.

    Raises
    ------
    EarloopError
        An image that does not exist, or a tool that is missing to build one.
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


def open_real_earbud(kind: str, fixed: FixedDesign, options: DeviceOptions = DeviceOptions()) -> RealEarbud:
    """An earbud by Bluetooth, kind `ble`, or on a serial port, to be entered by `with`."""
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
        raise EarloopError(f"{options.image}: no such image; without --image the tree's own is built")
