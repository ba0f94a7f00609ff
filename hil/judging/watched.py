"""A wrapper of a device that records the troubles of every run: on its line, and inside the device.

A link repairs losses of its line, so a test can pass over a cable that loses one frame in fifty. A user who injected no
fault should know about that. So the troubles of each run are kept until the caller takes them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.hil.diagnosis.line import line_findings
from earloop.hil.run.device import Advance, Device, DeviceRun, WrappedDevice

_RUNS = ("acquire", "run_with_all_taps")  # further methods of some devices that return a DeviceRun


class WatchedDevice(WrappedDevice):
    """A wrapped device that records its troubles, and passes on all its attributes."""

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self._troubles: list[str] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._device, name)
        return self._with_record(found) if name in _RUNS else found

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """Run the wrapped device, and record its troubles."""
        run = self._device.run(codes, advance)
        self._record(run)
        return run

    def take_troubles(self) -> list[str]:
        """Return the troubles since the last call, a line each, and forget them."""
        troubles, self._troubles = self._troubles, []
        return troubles

    def _with_record(self, run_device: Callable[..., DeviceRun | None]) -> Callable[..., DeviceRun | None]:
        def run(*positional: Any, **named: Any) -> DeviceRun | None:
            found = run_device(*positional, **named)
            if found is not None:
                self._record(found)
            return found

        return run

    def _record(self, run: DeviceRun) -> None:
        lost = 0 if run.received is None else int((~run.received).sum())
        self._troubles += map(str, line_findings(run.line, lost))
        self._troubles += run.complaints
        if run.restarts:
            places = ", ".join(f"{sample:,}" for sample in run.restarts)
            self._troubles.append(f"the device restarted at sample {places}")
