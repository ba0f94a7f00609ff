"""An earbud whose line is bad, or which is reset in mid-stream.

The line is spoilt from the fault's beginning to its end; the conversation goes on over the bad line as over any, and
through a reset by `resume`.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from earloop.hil.devices.earbud import Earbud, device_run
from earloop.hil.faults.fault import Fault, FaultError
from earloop.hil.faults.faulty_line import FaultyLine
from earloop.hil.faults.kinds import Family, FaultKind
from earloop.hil.run.device import Advance, DeviceRun, Identity
from earloop.spec.fixed import FixedDesign


class FaultyEarbud:
    """A device under test, over a bad line or with a button that is pressed.

    Parameters
    ----------
    fault : of the link, or of the power
    earbud : opened and closed with this
    line : that the earbud is on
    """

    identity: Identity

    def __init__(self, fixed: FixedDesign, fault: Fault, earbud: Earbud, line: FaultyLine) -> None:
        self._fixed, self._fault = fixed, fault.on(fixed.design)
        self._earbud, self._line = earbud, line

    def __enter__(self) -> Self:
        self._earbud.__enter__()
        self.identity = self._earbud.identity
        if self._fault.kind is FaultKind.RESET and not self._earbud.has_button:
            self._earbud.__exit__(None, None, None)
            raise FaultError(f"{self._fault.kind.value}: {self.identity.name} has no button that can be pressed here")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._earbud.__exit__(kind, error, trace)

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """All codes at full speed, through the fault; raises a FaultError where they end before it begins."""
        rate_hz = self._fixed.design.converter.rate_hz
        span = self._fault.on(self._fixed.design, len(codes) / rate_hz).span(rate_hz, len(codes))
        of_link = self._fault.facts.family is Family.LINK
        hello = self._earbud.link.configure(self._fixed.design.design_hash, self._earbud.taps)
        struck = False

        def strike(samples: int) -> None:
            nonlocal struck
            if of_link and span.start <= samples < span.stop:
                self._line.begin(self._fault)
            elif of_link:
                self._line.end()
            elif not struck and samples > span.start:
                struck = True
                self._earbud.reset()
            advance(samples)

        if of_link and span.start == 0:
            self._line.begin(self._fault)
        run = self._earbud.link.run(codes, advance=strike, resume=True)
        self._line.end()
        return device_run(run, hello, {}, self._fixed.design)
