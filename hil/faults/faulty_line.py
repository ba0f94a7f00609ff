"""The line to an earbud, which a fault of the link may spoil from any moment to any other.

`earloop.hil.faults.lossy_port.FaultProxy` stands between link and port all the while, and does nothing as long as
nothing is wrong. A port that goes away by itself, and not by a fault, is opened again by whoever knows how, and the
fault goes on.
"""

from __future__ import annotations

from contextlib import suppress

from earloop.hil.faults.fault import Fault
from earloop.hil.faults.lossy_port import NO_FAULTS, FaultProxy, FaultRates
from earloop.hil.link.numbered_line import PORT_ERRORS
from earloop.hil.link.port import Port, PortLostError, Reopen


class FaultyLine:
    """One line; its methods may be called from any thread.

    Parameters
    ----------
    seed : of which frames are struck
    """

    def __init__(self, seed: int = 1) -> None:
        self._seed, self._rates = seed, NO_FAULTS
        self._port: Port | None = None
        self._proxy: FaultProxy | None = None

    def begin(self, fault: Fault) -> None:
        """Spoil frames from the next one on."""
        self._set(FaultRates.of(fault.kind, fault.size))

    def end(self) -> None:
        """Spoil no more."""
        self._set(NO_FAULTS)

    def to(self, port: Port) -> Port:
        """The line's near end, of which that port is the far one."""
        self._port, self._proxy = port, FaultProxy(port, self._rates, self._seed)
        return self._proxy

    def reopening(self, reopen: Reopen | None) -> Reopen:
        """The way to open the near end again: plugged in where a fault had cut the line, else by a new port."""

        def open_again() -> Port:
            if self._proxy is not None and self._proxy.is_cut:
                with suppress(*PORT_ERRORS):  # it is gone on top of that
                    return self._proxy.reopen()
            if reopen is None:
                raise PortLostError("the port is gone and cannot be opened again")
            self.close()
            return self.to(reopen())

        return open_again

    def close(self) -> None:
        """Close the port at the far end, as it is by then."""
        if self._port is not None:
            with suppress(*PORT_ERRORS):
                self._port.close()

    def _set(self, rates: FaultRates) -> None:
        self._rates = rates
        if self._proxy is not None:
            self._proxy.set_rates(rates)
