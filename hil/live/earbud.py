"""An earbud of any kind, run in real time over a line that can be spoilt meanwhile."""

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
from earloop.hil.link.link_run import heard_by_host
from earloop.hil.link.pace import Observer, Pace
from earloop.hil.link.port import Clock
from earloop.hil.run.device import Identity
from earloop.hil.run.line_account import LineAccount
from earloop.spec.fixed import FixedDesign
from earloop.spec.messages import Tap

WANTED_TAPS = Tap.TOKENS | Tap.BANDS  # with DECIMATED the reference link would be full to 93 %


class LiveEarbud:
    """An earbud under an observer.

    Parameters
    ----------
    earbud : opened and closed with this
    line : that the earbud is on
    """

    identity: Identity

    def __init__(self, fixed: FixedDesign, earbud: Earbud, line: FaultyLine) -> None:
        self._fixed, self._earbud, self._line = fixed, earbud, line
        self.taps = WANTED_TAPS
        possible = possible_kinds(earbud.kind)
        self.kinds = tuple(kind for kind in possible if kind is not FaultKind.RESET or earbud.has_button)

    @property
    def clock(self) -> Clock:
        """That of its link."""
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
        """Spoil the line from the next frame on, or press the button."""
        if fault.facts.family is Family.LINK:
            self._line.begin(fault)
        else:
            self._earbud.reset()

    def end(self) -> None:
        """Spoil the line no more."""
        self._line.end()

    def break_off(self) -> None:
        """Wait for it no longer."""
        if (link := getattr(self._earbud, "link", None)) is not None:
            link.line.break_off()

    def run(self, codes: NDArray[np.int32], pace: Pace, observer: Observer) -> None:
        """Stream codes through it; where it restarts meanwhile it goes on with the first patch that is not whole."""
        self._earbud.link.configure(self._fixed.design.design_hash, self.taps)
        self._earbud.link.run(codes, resume=True, pace=pace, observer=observer)

    @property
    def line(self) -> LineAccount:
        """What came to the host since the session began, and what did not."""
        return heard_by_host(self._earbud.link.line)
