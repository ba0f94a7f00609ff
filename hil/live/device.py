"""Devices that run in real time under an observer: what all of them are, and those in this process or beside it.

Beside `earloop.hil.run.device.Device`, which is given a whole recording and gives back all at once, a live device tells
as it goes, and can be hurt meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from earloop.hil.faults.fault import Fault, possible_kinds
from earloop.hil.faults.kinds import FaultKind
from earloop.hil.link.pace import Observer, Pace
from earloop.hil.link.port import Clock, SystemClock
from earloop.hil.link.tap_records import Segment
from earloop.hil.run.device import Identity, InProcess
from earloop.hil.run.line_account import LineAccount
from earloop.spec.fixed import FixedDesign
from earloop.spec.messages import Tap
from earloop.spec.taps import Taps

WAIT_S = 0.05  # at a time


class LiveDevice(Protocol):
    """A device under test; opened by `with`, then run as often as wanted, each time from reset.

    identity, taps : who it is and what it emits, once it is open
    kinds : of the faults that it can have
    clock : the time that an observer is told
    """

    identity: Identity
    taps: Tap
    kinds: tuple[FaultKind, ...]

    @property
    def clock(self) -> Clock: ...

    def run(self, codes: NDArray[np.int32], pace: Pace, observer: Observer) -> None:
        """Run codes, int32 [samples, channels], through the device; raises what the observer raises.

        The codes are read where they are, each frame when it leaves: those to come may change meanwhile.
        """
        ...

    def begin(self, fault: Fault) -> None:
        """Have a fault of the link from now on, from any thread; or one of the power now, from the observer."""
        ...

    def end(self) -> None:
        """Have no more fault of the link; from any thread."""
        ...

    def break_off(self) -> None:
        """Have the run that goes on, if any, end soon with an EarloopError, whatever comes; from any thread."""
        ...

    @property
    def line(self) -> LineAccount:
        """What the host knows of the line since this run began."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Any: ...


class Tokenizer(Protocol):
    """A tokenizer that was reset, fed block by block."""

    def push(self, codes: NDArray[np.int32], /) -> Taps:
        """Every tap, of a block of codes, int32 [samples, channels]."""
        ...


class LiveTokenizer(InProcess):
    """A tokenizer without a link, such as the golden model or the RTL, fed frame by frame as an earbud is.

    Parameters
    ----------
    begin : opens one that was reset
    clock : that it waits by
    """

    taps = Tap.TOKENS | Tap.BANDS | Tap.DECIMATED
    line = LineAccount()  # it has none

    def __init__(
        self,
        fixed: FixedDesign,
        identity: Identity,
        begin: Callable[[], AbstractContextManager[Tokenizer]],
        clock: Clock | None = None,
    ) -> None:
        self._fixed, self._begin = fixed, begin
        self.identity, self.clock = identity, clock or SystemClock()
        self.kinds = possible_kinds(identity.kind)
        self._block = fixed.design.patch_samples
        self._to_reset = False

    def begin(self, fault: Fault) -> None:
        """Be reset at the next patch, and say nothing of it."""
        self._to_reset = True

    def end(self) -> None:
        """Nothing: a reset does not last."""

    def break_off(self) -> None:
        """Nothing: a block takes milliseconds, and its runner bounds how long one may take."""

    def run(self, codes: NDArray[np.int32], pace: Pace, observer: Observer) -> None:
        """Every tap but the codes, at once when a frame completes it."""
        count = self._fixed.design.link.samples_per_frame
        began, ticks, patches = self.clock.now(), 0, 0
        observer.begun(Segment(0, 0, 0), began)
        with ExitStack() as stack:
            tokenizer = stack.enter_context(self._begin())
            for first in range(0, len(codes), count):
                block = codes[first : first + count]
                while wait_s := pace.wait_s(first + len(block), self.clock.now() - began):
                    self.clock.wait(min(wait_s, WAIT_S))
                reset_at = self._reset_within(first, len(block))
                observer.sent(first, len(block), self.clock.now())
                parts = [tokenizer.push(block[:reset_at])] if reset_at else []
                if reset_at < len(block):
                    stack.close()
                    tokenizer = stack.enter_context(self._begin())
                    parts.append(tokenizer.push(block[reset_at:]))
                for taps in parts:
                    self._tell(taps, ticks, patches, observer)
                    ticks, patches = ticks + len(taps.bands), patches + len(taps.tokens)

    def _reset_within(self, first: int, count: int) -> int:
        """How many samples of a frame are still to come before a reset; all where none is due."""
        before = -first % self._block
        if not self._to_reset or before >= count:
            return count
        self._to_reset = False
        return before

    def _tell(self, taps: Taps, ticks: int, patches: int, observer: Observer) -> None:
        """File what a tokenizer made, of which the first tick and the first patch have these numbers."""
        now = self.clock.now()
        for row, (decimated, bands) in enumerate(zip(taps.decimated, taps.bands, strict=True), ticks):
            observer.filed(Tap.DECIMATED, (row,), decimated, now)
            for channel, values in enumerate(bands):
                observer.filed(Tap.BANDS, (row, channel), values, now)
        for patch, channel, band in np.ndindex(taps.tokens.shape[:3]):
            observer.filed(Tap.TOKENS, (patches + patch, channel, band), taps.tokens[patch, channel, band], now)
