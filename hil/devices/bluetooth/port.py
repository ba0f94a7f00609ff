"""A Bluetooth connection with the methods of a serial port, so that `EarbudLink` works over both.

Writes are split into packets, and each waits until the stack has accepted it: write-without-response has no other flow
control. The bytes of notifications are kept until they are read.
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

WRITE_S = 5.0  # the stack accepts a packet per connection event, whose longest interval is 4 s
_LOST = "the Bluetooth connection is lost"


class BlePort:
    """One connection; see `earloop.hil.link.port.Port`. `earloop.hil.devices.bluetooth.radio.connect` makes it.

    Failures of an open port are ConnectionErrors or TimeoutErrors, which are OSErrors as from a serial port.
    """

    def __init__(self, loop: EventLoop) -> None:
        self.timeout: float | None = None
        self._loop = loop
        self._received = bytearray()
        self._changed = threading.Condition()
        self._gone = self._closed = False
        self._client: BleakClient
        self._to_earbud: BleakGATTCharacteristic

    async def begin(self, client: BleakClient) -> None:
        """Find the characteristics of a connected earbud, and subscribe to its notifications.

        Raises
        ------
        LinkError
            The device is no earbud: it lacks the service or one of its characteristics.
        """
        self._client = client
        service = client.services.get_service(SERVICE_UUID)
        to_earbud = service.get_characteristic(TO_EARBUD_UUID) if service else None
        from_earbud = service.get_characteristic(FROM_EARBUD_UUID) if service else None
        if to_earbud is None or from_earbud is None:
            raise LinkError(f"{client.address}: lacks the earbud service {SERVICE_UUID}; see docs/how-to/ble.md")
        self._to_earbud = to_earbud
        await client.start_notify(from_earbud, lambda _, data: self._receive(data))

    @property
    def packet_bytes(self) -> int:
        """Number of bytes that one write carries: the MTU less one byte of opcode and two of handle."""
        return self._to_earbud.max_write_without_response_size

    @property
    def in_waiting(self) -> int:
        """Number of received bytes that were not read."""
        with self._changed:
            return len(self._received)

    def read(self, size: int = 1, /) -> bytes:
        """Return up to `size` bytes; wait up to `timeout` seconds for the first, without limit if that is None.

        Raises
        ------
        ConnectionError
            The connection is lost, and all received bytes were read.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._received or self._gone, self.timeout)
            if not self._received and self._gone:
                raise ConnectionError(_LOST)
            read = bytes(self._received[:size])
            del self._received[:size]
            return read

    def write(self, data: bytes, /) -> int:
        """Send bytes, as fast as the stack accepts them.

        Raises
        ------
        ConnectionError, TimeoutError
            The connection is lost, or accepts no bytes.
        """
        if self._gone:
            raise ConnectionError(_LOST)
        try:
            self._loop.call(self._write(data), WRITE_S * (1 + len(data) // self.packet_bytes))
        except BleakError as error:
            raise ConnectionError(str(error) if self._client.is_connected else _LOST) from None
        return len(data)

    def reset_input_buffer(self) -> None:
        """Discard received bytes."""
        with self._changed:
            if self._gone:
                raise ConnectionError(_LOST)
            self._received.clear()

    def close(self) -> None:
        """Disconnect; a second time does nothing."""
        if self._closed:
            return
        self._closed = self._gone = True
        with suppress(BleakError, OSError, EOFError):
            self._loop.call(self._client.disconnect(), CLOSE_S)
        self._loop.close()

    def lost(self) -> None:
        """Note that the connection has ended; the stack calls this."""
        with self._changed:
            self._gone = True
            self._changed.notify_all()

    def _receive(self, data: bytearray) -> None:
        with self._changed:
            self._received += data
            self._changed.notify_all()

    async def _write(self, data: bytes) -> None:
        step = self.packet_bytes
        for start in range(0, len(data), step):
            await self._client.write_gatt_char(self._to_earbud, data[start : start + step], response=False)
