"""What a device under test is to the rig: something that takes codes and gives tokens, and says who it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from earloop.hil.run.line_account import LineAccount
from earloop.hil.run.own_samples import OwnSamples
from earloop.hil.run.timing import Timing
from earloop.spec.errors import LinkError
from earloop.spec.messages import Tap

Advance = Callable[[int], None]
"""Called with the number of sample instants done so far."""


@dataclass(frozen=True)
class Identity:
    """Who a device says it is.

    kind : `golden`, `rtl`, `firmware`, `serial` or `ble`
    name : for a person: which binary, which chip
    design_hash : hex
    build : of the binary, hex
    serial : number of the chip, hex; empty where there is no chip
    """

    kind: str
    name: str
    design_hash: str
    build: str
    serial: str = ""


@dataclass(frozen=True)
class DeviceRun:
    """What a device gave back for one stream of codes.

    tokens : int16 [patches, channels, bands, patch]
    taps : any other taps that it emits, by name: `codes` int32 [samples, channels], `decimated`, `notched` int32
        [ticks, channels], `bands` int32 [ticks, channels, bands]
    measurements : what it measured about itself: clocks, instructions a tick, link counters
    there : bool [patches, channels, bands], where tokens may be lost on their way: those that came
    complaints : what the device says is wrong with itself
    line : what the line did to the frames, where there is a line
    restarts : samples at which the device says that it began anew
    lead_off : channels whose electrode its converter finds off
    timing : of a run in the recording's own time
    taps_there : of those other taps that may be lost on their way, the rows that came, over the leading axes
    own : the samples, where the device took them from a converter of its own instead of those sent; all else is then of
        these
    notes : what could not be done as it was asked for, and why, a line each; no fault of the device
    """

    tokens: NDArray[np.int16]
    taps: Mapping[str, NDArray[np.int32]] = field(default_factory=dict)
    measurements: Mapping[str, float] = field(default_factory=dict)
    there: NDArray[np.bool_] | None = None
    complaints: tuple[str, ...] = ()
    line: LineAccount = field(default_factory=LineAccount)
    restarts: tuple[int, ...] = ()
    lead_off: tuple[str, ...] = ()
    timing: Timing | None = None
    taps_there: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    own: OwnSamples | None = None
    notes: tuple[str, ...] = ()

    @property
    def own_samples(self) -> OwnSamples:
        """The samples that the device took itself.

        Raises
        ------
        LinkError
            It took none: the codes were sent to it.
        """
        if self.own is None:
            raise LinkError("the device took no samples by itself: it was sent codes")
        return self.own


class BrokenOffError(LinkError):
    """A run that a device did not end; `tokens` and `there` are what came until then, as in `DeviceRun`."""

    def __init__(self, message: str, tokens: NDArray[np.int16], there: NDArray[np.bool_]) -> None:
        super().__init__(message)
        self.tokens, self.there = tokens, there


class InProcess:
    """A device that holds nothing open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class Device(Protocol):
    """A device under test; opened by `with`, then run as often as wanted, each time from reset."""

    @property
    def identity(self) -> Identity: ...

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """Run codes, int32 [samples, channels], through the device."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Any: ...


@runtime_checkable
class GivesTapsOnDemand(Protocol):
    """A device that can be run again, and then gives all taps that it offers."""

    @property
    def offered(self) -> Tap:
        """The taps that it offers."""
        ...

    def run_with_all_taps(self, codes: NDArray[np.int32]) -> DeviceRun | None:
        """Run codes, int32 [samples, channels], again from reset, with all taps that are offered, as fast as the line
        carries them; None where it cannot be run again."""
        ...
