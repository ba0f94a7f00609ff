"""An earbud of any kind in real time, over a line on which faults can be injected."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from earloop.hil.devices.earbud import Earbud
from earloop.hil.faults.fault import Fault, possible_kinds
from earloop.hil.faults.faulty_line import FaultyLine
from earloop.hil.faults.kinds import Family, FaultKind
from earloop.hil.link.link_run import counts_of_host
from earloop.hil.link.pace import Observer, Pace
from earloop.hil.link.port import PortClock
from earloop.hil.run.device import Identity
from earloop.hil.run.line_account import LineAccount
from earloop.spec.fixed import FixedDesign
from earloop.spec.messages import Tap

WANTED_TAPS = Tap.TOKENS | Tap.BANDS  # with DECIMATED the load of the reference link would be 93 %


class LiveEarbud:
    """An earbud with an observer.

    Parameters
    ----------
    earbud : the earbud; opened and closed with this
    line : the line to the earbud
    """

    identity: Identity

    def __init__(self, fixed: FixedDesign, earbud: Earbud, line: FaultyLine) -> None:
        self._fixed, self._earbud, self._line = fixed, earbud, line
        self.taps = WANTED_TAPS
        possible = possible_kinds(earbud.kind)
        self.kinds = tuple(kind for kind in possible if kind is not FaultKind.RESET or earbud.has_button)

    @property
    def clock(self) -> PortClock:
        """The clock of its link."""
        return self._earbud.link.clock

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._earbud)
            self.identity = self._earbud.identity
            self.taps = WANTED_TAPS & Tap(self._earbud.link.hello().taps)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def begin(self, fault: Fault) -> None:
        """Begin a fault of the line, from the next frame on, or press the reset button."""
        if fault.facts.family is Family.LINK:
            self._line.begin(fault)
        else:
            self._earbud.reset()

    def end(self) -> None:
        """End the fault of the line."""
        self._line.end()

    def break_off(self) -> None:
        """Stop waiting for the earbud."""
        if (link := getattr(self._earbud, "link", None)) is not None:
            link.line.break_off()

    def run(self, codes: NDArray[np.int32], pace: Pace, observer: Observer) -> None:
        """Stream codes to it; after a restart the stream continues with the first incomplete patch."""
        self._earbud.link.configure(self._fixed.design.design_hash, self.taps)
        self._earbud.link.run(codes, resume=True, pace=pace, observer=observer)

    @property
    def line(self) -> LineAccount:
        """The host's counts of received and lost frames since the session began."""
        return counts_of_host(self._earbud.link.line)
