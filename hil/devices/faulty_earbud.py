"""An earbud with a lossy link, or with a reset within the stream.

The line has faults from the fault's beginning to its end. The conversation continues over the lossy link as usual, and
after a reset by `resume`.
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
    """A device under test with a lossy link, or whose reset button is pressed.

    Parameters
    ----------
    fault : a fault of the link or of the power
    earbud : the earbud; opened and closed with this
    line : the line to the earbud
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
            raise FaultError(
                f"{self._fault.kind.value}: {self.identity.name} has no reset button that this program can press"
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._earbud.__exit__(kind, error, trace)

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """Run all codes at full speed with the fault; raises a FaultError if they end before it begins."""
        rate_hz = self._fixed.design.converter.rate_hz
        span = self._fault.on(self._fixed.design, len(codes) / rate_hz).span(rate_hz, len(codes))
        on_link = self._fault.facts.family is Family.LINK
        hello = self._earbud.link.configure(self._fixed.design.design_hash, self._earbud.taps)
        was_reset = False

        def inject(samples: int) -> None:
            nonlocal was_reset
            if on_link and span.start <= samples < span.stop:
                self._line.begin(self._fault)
            elif on_link:
                self._line.end()
            elif not was_reset and samples > span.start:
                was_reset = True
                self._earbud.reset()
            advance(samples)

        if on_link and span.start == 0:
            self._line.begin(self._fault)
        run = self._earbud.link.run(codes, advance=inject, resume=True)
        self._line.end()
        return device_run(run, hello, {}, self._fixed.design)
