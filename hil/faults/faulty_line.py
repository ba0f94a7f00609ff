"""The line to an earbud, with faults of the link that can begin and end at any time.

`earloop.hil.faults.lossy_port.FaultProxy` is always between link and port, and passes everything unchanged without a
fault. A port that disappears without a fault is opened again by the given function, and the fault continues.
"""

from __future__ import annotations

from contextlib import suppress

from earloop.hil.faults.fault import Fault
from earloop.hil.faults.lossy_port import NO_FAULTS, FaultProxy, FaultRates
from earloop.hil.link.numbered_line import PORT_ERRORS
from earloop.hil.link.port import Port, PortLostError, Reopen


class FaultyLine:
    """One line with faults; its methods may be called from any thread.

    Parameters
    ----------
    seed : for the random choice of the affected frames
    """

    def __init__(self, seed: int = 1) -> None:
        self._seed, self._rates = seed, NO_FAULTS
        self._port: Port | None = None
        self._proxy: FaultProxy | None = None

    def begin(self, fault: Fault) -> None:
        """Inject a fault, from the next frame on."""
        self._set(FaultRates.of(fault.kind, fault.size))

    def end(self) -> None:
        """End the fault."""
        self._set(NO_FAULTS)

    def to(self, port: Port) -> Port:
        """Return the host's end of the line to `port`."""
        self._port, self._proxy = port, FaultProxy(port, self._rates, self._seed)
        return self._proxy

    def reopening(self, reopen: Reopen | None) -> Reopen:
        """Return a function that opens the host's end again: after a fault the same port, otherwise a new one."""

        def open_again() -> Port:
            if self._proxy is not None and self._proxy.is_cut:
                with suppress(*PORT_ERRORS):  # the real port is gone as well
                    return self._proxy.reopen()
            if reopen is None:
                raise PortLostError("the port is gone and cannot be opened again")
            self.close()
            return self.to(reopen())

        return open_again

    def close(self) -> None:
        """Close the current port."""
        if self._port is not None:
            with suppress(*PORT_ERRORS):
                self._port.close()

    def _set(self, rates: FaultRates) -> None:
        self._rates = rates
        if self._proxy is not None:
            self._proxy.set_rates(rates)
