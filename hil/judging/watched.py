"""A device whose every run is looked at for what went wrong beside the test's own question: on its line, and inside it.

A link repairs what its line does, so that a test may pass over a cable that loses one frame in fifty. Whoever asked for
no fault wants to know: the account of each run is kept until somebody takes it.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from earloop.hil.diagnosis.line import line_findings
from earloop.hil.run.device import Advance, Device, DeviceRun, Identity

_RUNS = ("acquire", "run_with_all_taps")  # of a device that has them: they return a DeviceRun, too


class WatchedDevice:
    """A device around another, which it opens and closes; whatever else the other one has is reached through it."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._troubles: list[str] = []

    @property
    def identity(self) -> Identity:
        """That of the device within."""
        return self._device.identity

    def __enter__(self) -> Self:
        self._device.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Any:
        return self._device.__exit__(kind, error, trace)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._device, name)
        return self._noted(found) if name in _RUNS else found

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """As the device within, with what went wrong noted."""
        run = self._device.run(codes, advance)
        self._note(run)
        return run

    def take_troubles(self) -> list[str]:
        """What went wrong since it was asked last, a line each; empty where nothing did."""
        troubles, self._troubles = self._troubles, []
        return troubles

    def _noted(self, run_device: Callable[..., DeviceRun | None]) -> Callable[..., DeviceRun | None]:
        def run(*positional: Any, **named: Any) -> DeviceRun | None:
            found = run_device(*positional, **named)
            if found is not None:
                self._note(found)
            return found

        return run

    def _note(self, run: DeviceRun) -> None:
        lost = 0 if run.received is None else int((~run.received).sum())
        self._troubles += map(str, line_findings(run.line, lost))
        self._troubles += run.complaints
        if run.restarts:
            places = ", ".join(f"{sample:,}" for sample in run.restarts)
            self._troubles.append(f"the device restarted at sample {places}")
