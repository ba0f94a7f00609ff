"""The whole firmware in this process: the application over a board whose wires are byte strings.

`Loopback` has the face of a pyserial port, so that `earloop.hil.link.earbud_link.EarbudLink` talks to it as to any
earbud, and it is the clock of that conversation: time passes only when a read waits in vain, and its timeout has then
passed at once. The firmware's state is the library's: of one library, one `Loopback` lives at a time, and making
another boots it again.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

from earloop.firmware.build import build_host
from earloop.firmware.converter import ChipBus, HostConverter
from earloop.spec.fixed import FixedDesign

_CONVERTED = 25  # samples of a converter in each exchange with the firmware
_DRAIN_BYTES = 65536  # HOST_SEND_BYTES in boards/host/host.h: all that can be there


class Loopback:
    """An earbud that answers at once.

    Parameters
    ----------
    fixed : the compiled design
    library : a shared library made by `earloop.firmware.build.build_host`; by default it is built
    send_room : bytes that the board stores until they are read; less than a frame halts the firmware
    bus : the converter that it finds, if any; whoever talks to the firmware lets it have some samples
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
        """Boot the firmware, which has booted `boots` times before; what it sent and was not read is gone."""
        self._library.library_boot(ctypes.c_uint32(self._send_room), ctypes.c_uint16(boots))
        self._sent = b""

    @property
    def in_waiting(self) -> int:
        """Bytes that the earbud has sent and that were not read."""
        self._run()
        return len(self._sent)

    def write(self, data: bytes, /) -> int:
        """Send bytes to the earbud, which acts on them; returns how many it had room for."""
        taken = int(self._library.host_feed(data, ctypes.c_uint32(len(data))))
        self._run()
        return taken

    def read(self, size: int = 1, /) -> bytes:
        """Up to `size` bytes from the earbud."""
        self._run()
        read, self._sent = self._sent[:size], self._sent[size:]
        if not read:
            self.wait(self.timeout or 0.0)
        return read

    def now(self) -> float:
        """Seconds that reads have waited in vain."""
        return self._now_s

    def wait(self, seconds: float) -> None:
        """Let that time pass, on the board's clock too."""
        self._now_s += seconds
        self._library.host_let_pass(ctypes.c_uint32(round(seconds * 1e6)))

    def reset_input_buffer(self) -> None:
        """Drop what the earbud has sent."""
        self._run()
        self._sent = b""

    def close(self) -> None:
        """Nothing to close."""

    def _run(self) -> None:
        """Let the firmware work until it has nothing to do, or no room to send."""
        if self._bus is not None:
            self._bus.allowance = _CONVERTED
        while True:
            self._library.library_run()
            drained = self._library.host_drain(self._buffer, ctypes.c_uint32(_DRAIN_BYTES))
            if not drained:
                return
            self._sent += self._buffer.raw[:drained]
