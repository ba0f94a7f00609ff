"""Live devices, which run in real time with an observer: their interface, and tokenizers without a link.

An `earloop.hil.run.device.Device` receives a whole recording and returns one result. A live device calls its observer
during the run, and faults can be injected into it at any time.
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
from earloop.hil.link.port import PortClock, SystemClock
from earloop.hil.link.tap_records import StreamSegment
from earloop.hil.run.device import Identity, InProcess
from earloop.hil.run.line_account import LineAccount
from earloop.spec.fixed import FixedDesign
from earloop.spec.messages import Tap
from earloop.spec.taps import Taps

WAIT_S = 0.05  # longest single wait


class LiveDevice(Protocol):
    """A device under test. `with` opens it; it can then run any number of times, each time from reset.

    identity, taps : its identity and the taps that it sends, once it is open
    kinds : the kinds of fault that it can have
    clock : the clock of the times for an observer
    """

    identity: Identity
    taps: Tap
    kinds: tuple[FaultKind, ...]

    @property
    def clock(self) -> PortClock:
        """The clock of the times for an observer."""
        ...

    def run(self, codes: NDArray[np.int32], pace: Pace, observer: Observer) -> None:
        """Process codes, int32 [samples, channels], on the device; passes on exceptions of the observer.

        The device reads each frame from the array when it is sent, so later codes may still change.
        """
        ...

    def begin(self, fault: Fault) -> None:
        """Begin a fault of the link, from any thread; or inject a fault of the power, from the observer."""
        ...

    def end(self) -> None:
        """End the fault of the link; callable from any thread."""
        ...

    def break_off(self) -> None:
        """Make a current run fail soon with an EarloopError; callable from any thread."""
        ...

    @property
    def line(self) -> LineAccount:
        """The host's counts of the line since the start of this run."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Any: ...


class Tokenizer(Protocol):
    """A tokenizer from reset, which processes block by block."""

    def push(self, codes: NDArray[np.int32], /) -> Taps:
        """Process a block of codes, int32 [samples, channels], and return every tap."""
        ...


class LiveTokenizer(InProcess):
    """A tokenizer without a link, such as the golden model or the RTL, which processes frame by frame like an earbud.

    Parameters
    ----------
    begin : opens a tokenizer from reset
    clock : the clock for its waits
    """

    taps = Tap.TOKENS | Tap.BANDS | Tap.DECIMATED
    line = LineAccount()  # it has no line

    def __init__(
        self,
        fixed: FixedDesign,
        identity: Identity,
        begin: Callable[[], AbstractContextManager[Tokenizer]],
        clock: PortClock | None = None,
    ) -> None:
        self._fixed, self._begin = fixed, begin
        self.identity, self.clock = identity, clock or SystemClock()
        self.kinds = possible_kinds(identity.kind)
        self._block = fixed.design.patch_samples
        self._to_reset = False

    def begin(self, fault: Fault) -> None:
        """Reset the tokenizer at the next patch, without a report."""
        self._to_reset = True

    def end(self) -> None:
        """Do nothing: a reset has no duration."""

    def break_off(self) -> None:
        """Do nothing: a block takes milliseconds, and its runner has a timeout."""

    def run(self, codes: NDArray[np.int32], pace: Pace, observer: Observer) -> None:
        """Process codes; report every tap but the codes as soon as a frame completes its rows."""
        count = self._fixed.design.link.samples_per_frame
        began, ticks, patches = self.clock.now(), 0, 0
        observer.started(StreamSegment(0, 0, 0), began)
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
                    self._report(taps, ticks, patches, observer)
                    ticks, patches = ticks + len(taps.bands), patches + len(taps.tokens)

    def _reset_within(self, first: int, count: int) -> int:
        """Return the number of samples of a frame before a due reset; all without one."""
        before = -first % self._block
        if not self._to_reset or before >= count:
            return count
        self._to_reset = False
        return before

    def _report(self, taps: Taps, ticks: int, patches: int, observer: Observer) -> None:
        """Report taps to the observer; `ticks` and `patches` are the indices of their first tick and patch."""
        now = self.clock.now()
        for row, (decimated, bands) in enumerate(zip(taps.decimated, taps.bands, strict=True), ticks):
            observer.filed(Tap.DECIMATED, (row,), decimated, now)
            for channel, values in enumerate(bands):
                observer.filed(Tap.BANDS, (row, channel), values, now)
        for patch, channel, band in np.ndindex(taps.tokens.shape[:3]):
            observer.filed(Tap.TOKENS, (patches + patch, channel, band), taps.tokens[patch, channel, band], now)
