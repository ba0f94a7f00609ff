"""Devices with an injected fault: a wrapped device whose codes are corrupted, or which restarts within the stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from earloop.hil.faults.fault import Fault, FaultError
from earloop.hil.faults.front_end import apply_fault
from earloop.hil.run.device import Advance, Device, DeviceRun, WrappedDevice
from earloop.spec.design import Design

_T = TypeVar("_T", bound=np.generic)


class _Around(WrappedDevice):
    """A device that wraps another.

    Parameters
    ----------
    device : the wrapped device without a fault; opened and closed with this
    fault : a fault of the front end or of the power
    """

    def __init__(self, device: Device, fault: Fault, design: Design) -> None:
        super().__init__(device)
        self._fault, self._design = fault.on(design), design


class FaultyFrontEnd(_Around):
    """The device receives corrupted codes, as if its converter were faulty."""

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """Run the corrupted codes; raises a FaultError if they end before the fault begins."""
        fault = self._fault.on(self._design, len(codes) / self._design.converter.rate_hz)
        return self._device.run(apply_fault(codes, fault, self._design), advance)


class Restarted(_Around):
    """The device runs in two parts, the second from reset, split at the patch in which the power fails.

    The result does not report the restart; `earloop.hil.devices.faulty_earbud.FaultyEarbud` does.
    """

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """Run both parts and join them; raises a FaultError if the fault begins after the codes or in patch 0."""
        rate_hz = self._design.converter.rate_hz
        first = self._fault.on(self._design, len(codes) / rate_hz).span(rate_hz, len(codes)).start
        block = self._design.patch_samples
        cut = first // block * block
        if not cut:
            least_s = block / rate_hz
            raise FaultError(f"reset: begins at {self._fault.begins_s:g} s; before {least_s:g} s there is no token yet")
        before = self._device.run(codes[:cut], advance)
        after = self._device.run(codes[cut:], lambda samples: advance(cut + samples))
        return replace(
            after,
            tokens=np.concatenate([before.tokens, after.tokens]),
            taps=_joined(before.taps, after.taps),
            taps_received=_joined(before.taps_received, after.taps_received),
            received=None
            if before.received is None or after.received is None
            else np.concatenate([before.received, after.received]),
            complaints=tuple(dict.fromkeys(before.complaints + after.complaints)),
        )


def _joined(before: Mapping[str, NDArray[_T]], after: Mapping[str, NDArray[_T]]) -> dict[str, NDArray[_T]]:
    return {name: np.concatenate([before[name], after[name]]) for name in before.keys() & after.keys()}
