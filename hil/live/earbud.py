"""An earbud on a line that can be spoilt while it runs: the firmware in the emulator, or a real one on a port."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from serial.tools import list_ports

from firmware.build import build_elf
from firmware.emulator import Emulator
from hil.device import Identity
from hil.discovery import find_earbud
from hil.fault_proxy import NO_FAULTS, FaultProxy
from hil.link import SILENCE_S, EarbudLink
from hil.live.fault import LINE_FAULTS, LiveFault
from hil.numbered_line import PORT_ERRORS
from hil.pace import Observer, Pace
from hil.port import Clock, Port, Reopen, SystemClock, open_port
from spec.errors import LinkError
from spec.fixed import FixedDesign
from spec.messages import Tap

WANTED_TAPS = Tap.TOKENS | Tap.BANDS  # with DECIMATED the reference link would be full to 93 %
_SEED = 1  # of the faults


@dataclass(frozen=True)
class Plug:
    """An open port and what hangs on it: `name` for a person; `reopen` where the port can go and come back."""

    kind: str
    name: str
    port: Port
    reopen: Reopen | None = None


Connect = Callable[[ExitStack], Plug]
"""Opens the way to an earbud; what is to be closed afterwards goes on the stack."""


def emulated(fixed: FixedDesign, image: Path | None = None) -> Connect:
    """The firmware in QEMU: that ELF, or the tree's own."""
    elf = image or build_elf(fixed)

    def connect(stack: ExitStack) -> Plug:
        emulator = stack.enter_context(Emulator(elf))
        port = open_port(emulator.port, fixed.design)
        stack.callback(port.close)
        return Plug("firmware", f"STM32F405 in QEMU, {elf.name}", port)

    return connect


def plugged_in(fixed: FixedDesign, serial_number: str | None = None, name: str | None = None) -> Connect:
    """A real earbud: on that port, or with that USB serial number, or the one that answers."""

    def connect(stack: ExitStack) -> Plug:
        found = name or find_earbud(fixed, serial_number)

        def reopen() -> Port:
            again = [port.device for port in list_ports.comports() if serial_number in (None, port.serial_number)]
            return open_port(again[0] if serial_number and again else found, fixed.design)

        return Plug("serial", f"earbud on {found}", open_port(found, fixed.design), reopen)

    return connect


class LiveEarbud:
    """An earbud behind a line that `inject` spoils.

    Parameters
    ----------
    connect : opens the way to it
    clock : the time of its line
    silence_s : how long it may say nothing while something is due
    """

    faults: tuple[LiveFault, ...] = LINE_FAULTS
    identity: Identity

    def __init__(
        self, fixed: FixedDesign, connect: Connect, *, clock: Clock | None = None, silence_s: float = SILENCE_S
    ) -> None:
        self._fixed, self._connect, self._silence_s = fixed, connect, silence_s
        self.clock: Clock = clock or SystemClock()
        self.taps = WANTED_TAPS
        self._rates = NO_FAULTS
        self._proxy: FaultProxy | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._plug = self._connect(stack)
            self._port = self._plug.port
            self._proxy = FaultProxy(self._port, NO_FAULTS, _SEED)
            stack.callback(self._close_port)
            self._link = EarbudLink(
                self._proxy, self._fixed, reopen=self._reopen, clock=self.clock, silence_s=self._silence_s
            )
            hello = self._link.hello()
            self.taps = WANTED_TAPS & Tap(hello.taps)
            name = f"{self._plug.name}, chip {hello.serial.hex()}"
            self.identity = Identity(self._plug.kind, name, hello.design_hash.hex(), hello.build.hex())
            self._proxy.set_rates(self._rates)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._proxy = None
        self._stack.close()

    def inject(self, fault: LiveFault | None) -> None:
        """Spoil the line from the next frame on."""
        self._rates = fault.rates if fault is not None else NO_FAULTS
        if (proxy := self._proxy) is not None:
            proxy.set_rates(self._rates)

    def run(self, codes: NDArray[np.int32], pace: Pace, observer: Observer) -> None:
        """Stream codes through it; where it restarts meanwhile it goes on with the first patch that is not whole."""
        self._link.configure(self._fixed.design.design_hash, self.taps)
        self._link.run(codes, resume=True, pace=pace, observer=observer)

    @property
    def line_faults(self) -> int:
        """Frames of the earbud that were lost, late, doubled or damaged since the session with it began."""
        line = self._link.line
        return sum(loss.count for loss in line.losses) + line.stale + line.corrupt

    def _close_port(self) -> None:
        """The port as it is then: it may have been opened anew."""
        self._port.close()

    def _reopen(self) -> Port:
        """The line after it was gone: plugged in again where a fault had cut it, else the port opened anew."""
        assert self._proxy is not None
        try:
            return self._proxy.reopen()
        except PORT_ERRORS:
            if self._plug.reopen is None:
                raise
        try:
            self._port.close()
        except PORT_ERRORS as error:
            raise LinkError(f"the port is gone ({error})") from None
        self._port = self._plug.reopen()
        self._proxy = FaultProxy(self._port, self._rates, _SEED)
        return self._proxy
