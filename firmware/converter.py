"""The simulated ADS1299 on the firmware's bus: in this process, or over the emulated board's bridge.

The chip's time does not depend on the speed of the programs: it advances where the driver waits, and during conversion
it advances to the next sample as soon as the last one is read.
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
_CLOSE_S = 60.0  # longest wait for the end of the thread: longer than a write may wait
_POLL_S = 0.05  # longest wait of a read: the thread notices `close` within this time


class ChipBus:
    """The bus of the driver's board functions: exchange of bytes, and the data-ready line.

    Parameters
    ----------
    chip : the powered chip, its time at 0 or later

    Attributes
    ----------
    allowance : number of samples that may still become ready without a wait of the driver; None for no limit, with
        which a driver that reads until nothing is ready would never stop
    """

    def __init__(self, chip: Ads1299) -> None:
        self.chip = chip
        self.allowance: int | None = None

    def exchange(self, out: bytes) -> bytes:
        """Do one exchange with chip select low, and return the received bytes."""
        return self.chip.transfer(out)

    def data_ready(self, wait_us: int) -> int:
        """Advance the chip by at most `wait_us`, or to data ready; return how often data became ready, 0 or 1.

        With `wait_us` of 0 a converting chip advances to its next sample, within `allowance`.
        """
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
    """A bus that is connected to the host board; a library can have one at a time.

    Parameters
    ----------
    library : the loaded library of `earloop.firmware.build.build_host`
    bus : the driver's bus; None for no converter
    """

    def __init__(self, library: ctypes.CDLL, bus: ChipBus | None) -> None:
        if bus is None:
            library.host_connect(None, None)
            return

        def exchange(out: int, into: int, length: int) -> None:
            ctypes.memmove(into, bus.exchange(ctypes.string_at(out, length)), length)

        # The library stores only addresses; these references keep the functions alive.
        self._exchange = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32)(exchange)
        self._data_ready = ctypes.CFUNCTYPE(ctypes.c_uint32, ctypes.c_uint32)(bus.data_ready)
        library.host_connect(self._exchange, self._data_ready)


class BridgePort(Protocol):
    """The part of `serial.Serial` that the bridge uses."""

    timeout: float | None

    def read(self, size: int = 1, /) -> bytes:
        """Return up to `size` bytes that arrive within the timeout."""
        ...

    def write(self, data: bytes, /) -> int | None:
        """Send bytes."""
        ...

    def close(self) -> None:
        """Close the port."""
        ...


class Bridge:
    """A thread that answers the emulated board's bridge; a context manager, which closes the port.

    Parameters
    ----------
    port : the open serial line
    bus : the driver's bus

    Attributes
    ----------
    error : the exception that ended the thread early, or None
    """

    def __init__(self, port: BridgePort, bus: ChipBus) -> None:
        self._port, self._bus = port, bus
        self._port.timeout = _POLL_S
        self._closing = threading.Event()
        self._ready_sent = False  # whether READY was sent for data that have not been read
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._serve, name="bridge", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread, and close the port.

        Raises
        ------
        LinkError
            The port failed before that. Any other exception that ended the thread is raised unchanged.
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
        else:  # this error also explains the bridge's
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
        answer = self._bus.exchange(self._read(self._read(1)[0]))
        self._port.write(_EXCHANGE + bytes([len(answer)]) + answer)
        self._ready_sent = self._bus.data_ready(0) > 0
        if self._ready_sent:
            self._port.write(_READY)

    def _answer_wait(self) -> None:
        (wait_us,) = struct.unpack("<I", self._read(4))
        count = 0 if self._ready_sent else self._bus.data_ready(wait_us)  # READY may be in transit
        self._port.write(_WAIT + bytes([count]))

    def _read(self, count: int) -> bytes:
        """Read `count` more bytes of a message."""
        received = b""
        while len(received) < count and not self._closing.is_set():
            received += self._port.read(count - len(received))
        return received
