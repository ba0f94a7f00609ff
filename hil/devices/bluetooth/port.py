"""A Bluetooth connection with the methods of a serial port, so that `EarbudLink` works over both.

Writes are cut at what one packet carries, and each waits until the stack has taken it: that is all the flow control
that write-without-response has. What notifications bring is kept until it is read.
"""

from __future__ import annotations

import threading
from contextlib import suppress

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import BleakError

from earloop.hil.devices.bluetooth.event_loop import CLOSE_S, EventLoop
from earloop.hil.devices.bluetooth.service import FROM_EARBUD_UUID, SERVICE_UUID, TO_EARBUD_UUID
from earloop.spec.errors import LinkError

WRITE_S = 5.0  # the stack takes a packet each connection event, of which the longest interval is 4 s
_LOST = "the Bluetooth connection is lost"


class BlePort:
    """One connection; see `earloop.hil.link.port.Port`. `earloop.hil.devices.bluetooth.radio.connect` makes it.

    What fails once it is open is a ConnectionError or a TimeoutError, both OSErrors, as from a serial port.
    """

    def __init__(self, loop: EventLoop) -> None:
        self.timeout: float | None = None
        self._loop = loop
        self._heard = bytearray()
        self._changed = threading.Condition()
        self._gone = self._closed = False
        self._client: BleakClient
        self._to_earbud: BleakGATTCharacteristic

    async def begin(self, client: BleakClient) -> None:
        """Listen to a connected earbud.

        Raises
        ------
        LinkError
            It is none: it lacks the service, or a characteristic of it.
        """
        self._client = client
        service = client.services.get_service(SERVICE_UUID)
        to_earbud = service.get_characteristic(TO_EARBUD_UUID) if service else None
        from_earbud = service.get_characteristic(FROM_EARBUD_UUID) if service else None
        if to_earbud is None or from_earbud is None:
            raise LinkError(f"{client.address}: serves no earbud's service {SERVICE_UUID}; see docs/ble.md")
        self._to_earbud = to_earbud
        await client.start_notify(from_earbud, lambda _, data: self._hear(data))

    @property
    def packet_bytes(self) -> int:
        """Of the stream that one write carries: the MTU less the opcode's byte and the handle's two."""
        return self._to_earbud.max_write_without_response_size

    @property
    def in_waiting(self) -> int:
        """Bytes that have come and were not read."""
        with self._changed:
            return len(self._heard)

    def read(self, size: int = 1, /) -> bytes:
        """Up to `size` bytes; waits up to `timeout` seconds for the first, for ever where that is None.

        Raises
        ------
        ConnectionError
            The connection is lost, and all that came before was read.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._heard or self._gone, self.timeout)
            if not self._heard and self._gone:
                raise ConnectionError(_LOST)
            read = bytes(self._heard[:size])
            del self._heard[:size]
            return read

    def write(self, data: bytes, /) -> int:
        """Send bytes, as fast as the stack takes them.

        Raises
        ------
        ConnectionError, TimeoutError
            The connection is lost, or takes nothing.
        """
        if self._gone:
            raise ConnectionError(_LOST)
        try:
            self._loop.call(self._write(data), WRITE_S * (1 + len(data) // self.packet_bytes))
        except BleakError as error:
            raise ConnectionError(str(error) if self._client.is_connected else _LOST) from None
        return len(data)

    def reset_input_buffer(self) -> None:
        """Drop what has come."""
        with self._changed:
            if self._gone:
                raise ConnectionError(_LOST)
            self._heard.clear()

    def close(self) -> None:
        """Disconnect; a second time does nothing."""
        if self._closed:
            return
        self._closed = self._gone = True
        with suppress(BleakError, OSError, EOFError):
            self._loop.call(self._client.disconnect(), CLOSE_S)
        self._loop.close()

    def lost(self) -> None:
        """The stack says that the connection has ended."""
        with self._changed:
            self._gone = True
            self._changed.notify_all()

    def _hear(self, data: bytearray) -> None:
        with self._changed:
            self._heard += data
            self._changed.notify_all()

    async def _write(self, data: bytes) -> None:
        step = self.packet_bytes
        for start in range(0, len(data), step):
            await self._client.write_gatt_char(self._to_earbud, data[start : start + step], response=False)
