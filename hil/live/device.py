"""Devices that run in real time under an observer: the golden model in this process, and an earbud on a line.

Beside `hil.device.Device`, which is given a whole recording and gives back all at once, a live device tells as it goes,
and can be hurt meanwhile.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from hil.device import Identity
from hil.live.fault import LiveFault, code_faults
from hil.pace import Observer, Pace
from hil.port import Clock, SystemClock
from hil.token_stream import Segment
from spec.fixed import FixedDesign
from spec.golden import GoldenTokenizer
from spec.messages import Tap

WAIT_S = 0.05  # at a time


class LiveDevice(Protocol):
    """A device under test; opened by `with`, then run as often as wanted, each time from reset.

    identity, taps : who it is and what it emits, once it is open
    faults : what can be done to it
    clock : the time that an observer is told
    """

    identity: Identity
    taps: Tap
    faults: tuple[LiveFault, ...]
    clock: Clock

    def run(self, codes: NDArray[np.int32], pace: Pace, observer: Observer) -> None:
        """Run codes, int32 [samples, channels], through the device; raises what the observer raises."""
        ...

    def inject(self, fault: LiveFault | None) -> None:
        """Do this to it from now on, or nothing more; from any thread."""
        ...

    @property
    def line_faults(self) -> int:
        """Frames that were lost, late, doubled or damaged since it was opened."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Any: ...


class LiveGolden:
    """The golden model, fed frame by frame as an earbud is: what a perfect device looks like.

    Parameters
    ----------
    clock : that it waits by
    """

    taps = Tap.TOKENS | Tap.BANDS | Tap.DECIMATED
    line_faults = 0  # it has no line

    def __init__(self, fixed: FixedDesign, clock: Clock | None = None) -> None:
        self._fixed, self.clock = fixed, clock or SystemClock()
        self.identity = Identity("golden", "integer golden model", fixed.design.design_hash, "")
        self.faults = code_faults(fixed.design)
        self._fault: LiveFault | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def inject(self, fault: LiveFault | None) -> None:
        """Alter the codes from the next frame on."""
        self._fault = fault

    def run(self, codes: NDArray[np.int32], pace: Pace, observer: Observer) -> None:
        """Every tap but the codes, at once when a frame completes it."""
        golden, count = GoldenTokenizer(self._fixed), self._fixed.design.link.samples_per_frame
        began, ticks, patches = self.clock.now(), 0, 0
        observer.begun(Segment(0, 0, 0), began)
        for first in range(0, len(codes), count):
            block = codes[first : first + count]
            while wait_s := pace.wait_s(first + len(block), self.clock.now() - began):
                self.clock.wait(min(wait_s, WAIT_S))
            observer.sent(first, len(block), self.clock.now())
            fault = self._fault
            taps = golden.push(fault.alter(block) if fault is not None else block)
            now = self.clock.now()
            for row, (decimated, bands) in enumerate(zip(taps.decimated, taps.bands, strict=True), ticks):
                observer.filed(Tap.DECIMATED, (row,), decimated, now)
                for channel, values in enumerate(bands):
                    observer.filed(Tap.BANDS, (row, channel), values, now)
            for patch, channel, band in np.ndindex(taps.tokens.shape[:3]):
                observer.filed(Tap.TOKENS, (patches + patch, channel, band), taps.tokens[patch, channel, band], now)
            ticks, patches = ticks + len(taps.bands), patches + len(taps.tokens)
