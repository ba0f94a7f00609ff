"""The simulated ADS1299 at the end of the firmware's bus: in this process, or over the emulated board's bridge.

A chip in the rig has no time of its own, so that nothing depends on how fast anything runs: its time passes where the
driver waits, and while it converts it goes on to the next sample as soon as the last one is read.
"""

from __future__ import annotations

import ctypes
import struct
import threading
from types import TracebackType
from typing import Protocol, Self

from earloop.sim.ads1299 import Ads1299
from earloop.spec.errors import LinkError

_EXCHANGE, _WAIT, _READY = b"X", b"W", b"R"  # firmware/boards/stm32f405/converter.h
_CLOSE_S = 60.0  # for the thread to end: longer than a write may wait
_POLL_S = 0.05  # how long one read may wait: bounds how late `close` is noticed


class ChipBus:
    """What the driver's board functions reach: exchange of bytes, and the data-ready line.

    Parameters
    ----------
    chip : powered, its time at 0 or later

    Attributes
    ----------
    allowance : samples that may still become ready unless the driver waits for them; None for any number. What reads on
        until nothing is ready would else never end
    """

    def __init__(self, chip: Ads1299) -> None:
        self.chip = chip
        self.allowance: int | None = None

    def exchange(self, out: bytes) -> bytes:
        """One exchange with chip select low."""
        return self.chip.transfer(out)

    def data_ready(self, wait_us: int) -> int:
        """How often data became ready while `wait_us` passed, up to the first time; with 0, on to the next sample."""
        left = self.chip.cycles_to_drdy()
        if left is not None and (wait_us == 0 or left <= wait_us * 1e-6 * self.chip.clock_hz):
            if wait_us == 0 and not (self.chip.continuous and self._allowed()):
                return 0
            self.chip.advance_to_drdy()
            return 1
        self.chip.advance(wait_us * 1e-6)
        return 0

    def _allowed(self) -> bool:
        if self.allowance is None:
            return True
        self.allowance -= 1
        return self.allowance >= 0


class HostConverter:
    """A bus on the converter's side of the host board; of one library, one lives at a time.

    Parameters
    ----------
    library : made by `earloop.firmware.build.build_host`, loaded
    bus : what the driver is to find; None for nothing
    """

    def __init__(self, library: ctypes.CDLL, bus: ChipBus | None) -> None:
        if bus is None:
            library.host_connect(None, None)
            return

        def exchange(out: int, into: int, length: int) -> None:
            ctypes.memmove(into, bus.exchange(ctypes.string_at(out, length)), length)

        # The library keeps only the addresses: these keep what stands there alive.
        self._exchange = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32)(exchange)
        self._data_ready = ctypes.CFUNCTYPE(ctypes.c_uint32, ctypes.c_uint32)(bus.data_ready)
        library.host_connect(self._exchange, self._data_ready)


class BridgePort(Protocol):
    """What is used of `serial.Serial`."""

    timeout: float | None

    def read(self, size: int = 1, /) -> bytes: ...
    def write(self, data: bytes, /) -> int | None: ...
    def close(self) -> None: ...


class Bridge:
    """A thread that answers the emulated board's bridge; a context manager, which closes the port.

    Parameters
    ----------
    port : the serial line, opened
    bus : what the driver is to find

    Attributes
    ----------
    error : what ended the thread before its time
    """

    def __init__(self, port: BridgePort, bus: ChipBus) -> None:
        self._port, self._bus = port, bus
        self._port.timeout = _POLL_S
        self._closing = threading.Event()
        self._told = False  # that data are ready, which have not been read
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._serve, name="bridge", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread, and close the port.

        Raises
        ------
        LinkError
            The port failed before that. Anything else that ended the thread is raised as it is.
        """
        self._end()
        if isinstance(self.error, OSError):
            raise LinkError(f"the bridge to the converter failed ({self.error}): does the emulator still run?")
        if self.error is not None:
            raise self.error

    def _end(self) -> None:
        self._closing.set()
        self._thread.join(_CLOSE_S)
        self._port.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:  # which says what ended this one, too
            self._end()

    def _serve(self) -> None:
        try:
            while not self._closing.is_set():
                kind = self._port.read(1)
                if kind == _EXCHANGE:
                    self._answer_exchange()
                elif kind == _WAIT:
                    self._answer_wait()
        except Exception as error:
            self.error = error

    def _answer_exchange(self) -> None:
        answer = self._bus.exchange(self._take(self._take(1)[0]))
        self._port.write(_EXCHANGE + bytes([len(answer)]) + answer)
        self._told = self._bus.data_ready(0) > 0
        if self._told:
            self._port.write(_READY)

    def _answer_wait(self) -> None:
        (wait_us,) = struct.unpack("<I", self._take(4))
        count = 0 if self._told else self._bus.data_ready(wait_us)  # what it waits for may be on its way
        self._port.write(_WAIT + bytes([count]))

    def _take(self, count: int) -> bytes:
        """The rest of a message, which is on its way."""
        taken = b""
        while len(taken) < count and not self._closing.is_set():
            taken += self._port.read(count - len(taken))
        return taken
