"""A device of a plan: its kind, the way in, and what is to be measured or written down of it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import model_validator

from earloop.hil.devices.earbud import PROCEDURES
from earloop.hil.devices.open_device import DeviceOptions, unsupported_option
from earloop.hil.devices.tap_choice import TapError, check_tap_names
from earloop.spec.validation import FileTable


class PlannedDevice(FileTable):
    """A device by its kind; see `earloop.hil.devices.open_device`.

    way : `digital`, codes over the link; or `bus`, by the ADS1299's model on the bus of the emulated firmware
    taps : that are compared beside tokens, by name, or `all` that the device offers
    paced : in the recording's own time, with the timing of what comes
    transcript : each case without a fault writes its conversation down; see `earloop.hil.plan.transcript`
    """

    kind: Literal["golden", "rtl", "firmware", "serial", "ble"]
    image: Path | None = None
    serial_number: str | None = None
    port: str | None = None
    address: str | None = None
    build: str | None = None
    taps: tuple[str, ...] = ()
    way: Literal["digital", "bus"] = "digital"
    paced: bool = False
    transcript: bool = False

    @property
    def options(self) -> DeviceOptions:
        """As a device is opened by them."""
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
    def can_be_written_down(self) -> bool:
        """Whether there is a conversation that can be repeated."""
        return self.kind in PROCEDURES and self.way == "digital" and not self.paced

    @model_validator(mode="after")
    def _makes_sense(self) -> PlannedDevice:
        if (found := unsupported_option(self.kind, self)) is not None:
            raise ValueError(": ".join(found))
        if self.taps:
            self._check_taps()
        if self.way == "bus" and self.kind != "firmware":
            raise ValueError(
                f"way = 'bus' is for kind 'firmware', whose converter is a model; {self.kind} has none here"
            )
        if self.paced and self.way == "bus":
            raise ValueError("paced: a converter on the bus takes its own time; leave it out, or way = 'bus'")
        for name in ("paced", "transcript"):
            if getattr(self, name) and self.kind not in PROCEDURES:
                raise ValueError(f"{name}: {self.kind} has no link; it is for {', '.join(PROCEDURES)}")
        if self.transcript and not self.can_be_written_down:
            what = "way = 'bus'" if self.way == "bus" else "paced"
            raise ValueError(f"transcript: one with {what} could not be replayed; leave one of both out")
        return self

    def _check_taps(self) -> None:
        try:
            check_tap_names(self.taps)
        except TapError as error:
            raise ValueError(str(error)) from None
        if self.way == "bus":
            raise ValueError("taps: a run by the bus is given all taps; leave them out, or way = 'bus'")
