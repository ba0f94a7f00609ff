"""The interface of a device under test: it identifies itself, takes codes and returns tokens."""

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
"""A function that a run calls with the number of sample instants processed so far."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The identity that a device reports.

    Parameters
    ----------
    kind : `golden`, `rtl`, `firmware`, `serial` or `ble`
    name : a description for people: the binary, the chip
    design_hash : in hex
    build : identifies the build of the binary, in hex
    serial : number of the chip, in hex; empty without a chip
    """

    kind: str
    name: str
    design_hash: str
    build: str
    serial: str = ""


@dataclass(frozen=True, kw_only=True)
class DeviceRun:
    """The result of a device for one stream of codes.

    Parameters
    ----------
    tokens : int16 [patches, channels, bands, patch]
    taps : the other taps that the device sends, by name: `codes` int32 [samples, channels], `decimated` and `notched`
        int32 [ticks, channels], `bands` int32 [ticks, channels, bands]
    measurements : what the device measured about itself: clocks, instructions per tick, link counters
    received : bool [patches, channels, bands], the tokens that arrived; None where no token can be lost
    complaints : faults that the device reports about itself
    line : counts of lost and damaged frames; zeros for a device without a line
    restarts : samples at which the device reports that it restarted
    lead_off : channels whose electrode has lost contact, as the converter reports
    timing : latency and throughput of a run at the recording's speed; None at other speeds
    taps_received : for each other tap that can be lost on the line, bool over its leading axes, the rows that arrived
    own_samples : the samples of an acquisition, from which all other fields then follow; None where the host sent codes
    notes : requests that could not be met, and why, a line each; these are no faults of the device
    """

    tokens: NDArray[np.int16]
    taps: Mapping[str, NDArray[np.int32]] = field(default_factory=dict)
    measurements: Mapping[str, float] = field(default_factory=dict)
    received: NDArray[np.bool_] | None = None
    complaints: tuple[str, ...] = ()
    line: LineAccount = field(default_factory=LineAccount)
    restarts: tuple[int, ...] = ()
    lead_off: tuple[str, ...] = ()
    timing: Timing | None = None
    taps_received: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    own_samples: OwnSamples | None = None
    notes: tuple[str, ...] = ()

    def require_own_samples(self) -> OwnSamples:
        """Return the samples that the device took itself.

        Raises
        ------
        LinkError
            The device took no samples: the host sent it codes.
        """
        if self.own_samples is None:
            raise LinkError("the device took no samples of its own: the host sent it codes")
        return self.own_samples


class BrokenOffError(LinkError):
    """A device did not finish a run. `tokens` and `received` hold what arrived before, as in `DeviceRun`."""

    def __init__(self, message: str, tokens: NDArray[np.int16], received: NDArray[np.bool_]) -> None:
        super().__init__(message)
        self.tokens, self.received = tokens, received


class InProcess:
    """A device that has nothing to open or close."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class Device(Protocol):
    """A device under test. `with` opens it; it can then run any number of times, each time from reset."""

    @property
    def identity(self) -> Identity:
        """The identity that the device reports."""
        ...

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """Process codes, int32 [samples, channels], on the device; calls `advance` during the run."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Any: ...


@runtime_checkable
class GivesTapsOnDemand(Protocol):
    """A device that can repeat a run with all taps that it offers."""

    @property
    def offered(self) -> Tap:
        """The taps that the device offers."""
        ...

    def run_with_all_taps(self, codes: NDArray[np.int32]) -> DeviceRun | None:
        """Process codes, int32 [samples, channels], again from reset, with all offered taps, at the speed of the line.

        Returns None where the device cannot run again.
        """
        ...


class WrappedDevice:
    """The base of a device that wraps another: it has the same identity, and opens and closes it."""

    def __init__(self, device: Device) -> None:
        self._device = device

    @property
    def identity(self) -> Identity:
        """The identity of the wrapped device."""
        return self._device.identity

    def __enter__(self) -> Self:
        self._device.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Any:
        return self._device.__exit__(kind, error, trace)
