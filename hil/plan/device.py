"""A device of a plan: its kind, its way of input, and what to measure and record."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import model_validator

from earloop.hil.devices.earbud import PROCEDURES
from earloop.hil.devices.kinds import DeviceKind
from earloop.hil.devices.open_device import DeviceOptions, unsupported_option
from earloop.hil.devices.tap_choice import TapError, check_tap_names
from earloop.spec.validation import FileTable


class PlannedDevice(FileTable):
    """A device by its kind; see `earloop.hil.devices.open_device`."""

    kind: DeviceKind
    """What is tested."""
    image: Path | None = None
    """A firmware ELF or a Verilog runner, relative to the plan; by default it is built. For `firmware` and `rtl`."""
    serial_number: str | None = None
    """The serial number of the USB device or the chip, or the name that a Bluetooth earbud advertises. For `serial` and
    `ble`.
    """
    port: str | None = None
    """The serial port; by default the earbud is searched for. For `serial`."""
    address: str | None = None
    """The Bluetooth address, a UUID on macOS. For `ble`."""
    build: str | None = None
    """The firmware build in hex, or its first digits. For `serial`."""
    taps: tuple[str, ...] = ()
    """The names of taps to compare in addition to tokens, or `["all"]` that the device offers."""
    way: Literal["digital", "bus"] = "digital"
    """`digital`: codes over the link; `bus`: by the ADS1299 model on the bus of the emulated firmware."""
    paced: bool = False
    """Whether to run at the recording's speed, and measure the timing."""
    transcript: bool = False
    """Whether to record the conversation of each case without a fault; see `earloop.hil.plan.transcript`."""

    @property
    def options(self) -> DeviceOptions:
        """The options with which the device is opened."""
        return DeviceOptions(
            image=self.image,
            serial_number=self.serial_number,
            port=self.port,
            address=self.address,
            build=self.build,
            paced=self.paced,
            taps=self.taps,
            way=self.way,
        )

    @property
    def can_have_transcript(self) -> bool:
        """Whether the device has a conversation that can be repeated."""
        return self.kind in PROCEDURES and self.way == "digital" and not self.paced

    @model_validator(mode="after")
    def _makes_sense(self) -> PlannedDevice:
        if (found := unsupported_option(self.kind, self)) is not None:
            raise ValueError(": ".join(found))
        if self.taps:
            self._check_taps()
        if self.way == "bus" and self.kind != "firmware":
            raise ValueError(
                f"way = 'bus' is for kind 'firmware', whose converter is a model; {self.kind} has no such model"
            )
        if self.paced and self.way == "bus":
            raise ValueError("paced: a converter on the bus has its own time; leave out paced, or way = 'bus'")
        for name in ("paced", "transcript"):
            if getattr(self, name) and self.kind not in PROCEDURES:
                raise ValueError(f"{name}: {self.kind} has no link; it is for {', '.join(PROCEDURES)}")
        if self.transcript and not self.can_have_transcript:
            option = "way = 'bus'" if self.way == "bus" else "paced"
            raise ValueError(f"transcript: a run with {option} cannot be replayed; leave out transcript, or {option}")
        return self

    def _check_taps(self) -> None:
        try:
            check_tap_names(self.taps)
        except TapError as error:
            raise ValueError(str(error)) from None
        if self.way == "bus":
            raise ValueError("taps: a run over the bus always has all taps; leave out taps, or way = 'bus'")
