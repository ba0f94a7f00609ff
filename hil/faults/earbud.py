"""An earbud whose line is bad, or which is reset in mid-stream: the real firmware, in this process or the emulator.

`hil.fault_proxy.FaultProxy` stands between link and port from the fault's beginning to its end; the conversation goes
on over the bad line as over any, and through a reset by `resume`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hil.device import Advance, DeviceRun, Identity
from hil.earbud import device_run
from hil.fault_proxy import NO_FAULTS, FaultProxy, FaultRates
from hil.faults.fault import Fault, FaultError
from hil.faults.kinds import Family, FaultKind
from hil.link import SILENCE_S, EarbudLink
from hil.port import Clock, Port
from spec.fixed import FixedDesign


@dataclass(frozen=True)
class EarbudAtHand:
    """An earbud within reach.

    reset : presses its button; None where nobody can
    clock : the time that its link waits in; None for the machine's
    silence_s : how long it may say nothing while something is due
    """

    kind: str
    name: str
    port: Port
    reset: Callable[[], None] | None = None
    clock: Clock | None = None
    silence_s: float = SILENCE_S


class FaultyEarbud:
    """A device under test, over a bad line or with a button that is pressed.

    Parameters
    ----------
    opened : gives the earbud, and takes it back
    fault : of the link, or of the power
    """

    identity: Identity

    def __init__(self, fixed: FixedDesign, fault: Fault, opened: AbstractContextManager[EarbudAtHand]) -> None:
        self._fixed, self._fault, self._opened = fixed, fault.on(fixed.design), opened
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._earbud = stack.enter_context(self._opened)
            if self._fault.kind is FaultKind.RESET and self._earbud.reset is None:
                raise FaultError(
                    f"{self._fault.kind.value}: {self._earbud.name} has no button that can be pressed here"
                )
            self._proxy = FaultProxy(self._earbud.port, NO_FAULTS, self._fault.seed)
            self._link = stack.enter_context(
                EarbudLink(
                    self._proxy,
                    self._fixed,
                    clock=self._earbud.clock,
                    reopen=self._proxy.reopen,
                    silence_s=self._earbud.silence_s,
                )
            )
            hello = self._link.hello()
            name = f"{self._earbud.name}, chip {hello.serial.hex()}"
            self.identity = Identity(self._earbud.kind, name, hello.design_hash.hex(), hello.build.hex())
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """All codes at full speed, through the fault; raises a FaultError where they end before it begins."""
        rate_hz = self._fixed.design.converter.rate_hz
        span = self._fault.on(self._fixed.design, len(codes) / rate_hz).span(rate_hz, len(codes))
        hello = self._link.configure(self._fixed.design.design_hash)
        struck = False

        def strike(samples: int) -> None:
            nonlocal struck
            if self._fault.facts.family is Family.LINK:
                self._proxy.set_rates(self._rates() if span.start <= samples < span.stop else NO_FAULTS)
            elif not struck and samples > span.start:
                struck = True
                assert self._earbud.reset is not None
                self._earbud.reset()
            advance(samples)

        if self._fault.facts.family is Family.LINK and span.start == 0:
            self._proxy.set_rates(self._rates())
        run = self._link.run(codes, advance=strike, resume=True)
        self._proxy.set_rates(NO_FAULTS)
        return device_run(run, hello, {}, self._fixed.design)

    def _rates(self) -> FaultRates:
        return FaultRates(**{self._fault.kind.value: self._fault.size})
