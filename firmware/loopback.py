"""The whole firmware in this process: the application on a board whose wires are byte strings.

`Loopback` has the interface of a pyserial port, so that `earloop.hil.link.earbud_link.EarbudLink` uses it as any
earbud. It is also the clock of that link: time advances only when a read finds nothing, and then by the whole timeout
at once. The firmware's state is in the library: a library can have one `Loopback` at a time, and the next one boots it
again.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

from earloop.firmware.build import build_host
from earloop.firmware.converter import ChipBus, HostConverter
from earloop.spec.fixed import FixedDesign

_CONVERTED = 25  # samples of a converter in each exchange with the firmware
_DRAIN_BYTES = 65536  # HOST_SEND_BYTES in boards/host/host.h: the most that the board can store


class Loopback:
    """An earbud that answers at once.

    Parameters
    ----------
    fixed : the compiled design
    library : a shared library from `earloop.firmware.build.build_host`; by default it is built
    send_room : bytes that the board stores until they are read; less than a frame halts the firmware
    bus : the bus of a converter, if any; each exchange with the firmware makes some samples ready
    """

    def __init__(
        self,
        fixed: FixedDesign,
        library: Path | None = None,
        *,
        send_room: int = _DRAIN_BYTES,
        bus: ChipBus | None = None,
    ) -> None:
        self._library = ctypes.CDLL(str(library or build_host(fixed)))
        self._bus = bus
        self._converter = HostConverter(self._library, bus)
        self._send_room = send_room
        self._buffer = ctypes.create_string_buffer(_DRAIN_BYTES)
        self.reset(boots=0)
        self._now_s = 0.0
        self.timeout: float | None = None

    def reset(self, boots: int) -> None:
        """Boot the firmware, which has booted `boots` times before; bytes that were not read are lost."""
        self._library.library_boot(ctypes.c_uint32(self._send_room), ctypes.c_uint16(boots))
        self._sent = b""

    @property
    def in_waiting(self) -> int:
        """The number of bytes that the earbud has sent and that are not read yet."""
        self._run()
        return len(self._sent)

    def write(self, data: bytes, /) -> int:
        """Send bytes to the earbud, which acts on them; returns the number of bytes that it had room for."""
        accepted = int(self._library.host_feed(data, ctypes.c_uint32(len(data))))
        self._run()
        return accepted

    def read(self, size: int = 1, /) -> bytes:
        """Return up to `size` bytes from the earbud."""
        self._run()
        read, self._sent = self._sent[:size], self._sent[size:]
        if not read:
            self.wait(self.timeout or 0.0)
        return read

    def now(self) -> float:
        """Return the clock's time: the seconds for which reads have waited without a byte."""
        return self._now_s

    def wait(self, seconds: float) -> None:
        """Advance this clock and the board's clock."""
        self._now_s += seconds
        self._library.host_let_pass(ctypes.c_uint32(round(seconds * 1e6)))

    def reset_input_buffer(self) -> None:
        """Discard the bytes that the earbud has sent."""
        self._run()
        self._sent = b""

    def close(self) -> None:
        """Do nothing: there is no port to close."""

    def _run(self) -> None:
        """Run the firmware until it has nothing to do, or no room to send."""
        if self._bus is not None:
            self._bus.allowance = _CONVERTED
        while True:
            self._library.library_run()
            drained = self._library.host_drain(self._buffer, ctypes.c_uint32(_DRAIN_BYTES))
            if not drained:
                return
            self._sent += self._buffer.raw[:drained]
