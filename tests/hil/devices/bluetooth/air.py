"""Radio without a radio: Bumble's controllers on one link, a central for the host, and earbuds that are the firmware.

All of Bumble lives in one event loop, in a thread of its own, as a system's Bluetooth stack lives in another process.
"""

from __future__ import annotations

import asyncio

from bumble.att import Attribute, AttributeValue
from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData
from bumble.device import Device
from bumble.gatt import Characteristic, Service
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink

from earloop.hil.devices.bluetooth.event_loop import EventLoop
from earloop.hil.devices.bluetooth.service import FROM_EARBUD_UUID, SERVICE_UUID, TO_EARBUD_UUID

CENTRAL = "C0:00:00:00:00:01"
SECONDS = 60.0  # for anything on the air: only a mistake takes so long


class Air:
    """The air, and the host's adapter; a context manager."""

    def __enter__(self):
        self._loop = EventLoop()
        self.link = LocalLink()
        self.peripherals = []
        self.central = self.call(self._device(CENTRAL, "host"))
        return self

    def __exit__(self, *error):
        self._loop.close()

    @property
    def loop(self):
        """Bumble's event loop."""
        return self._loop.loop

    def call(self, wanted):
        """The result of a coroutine in Bumble's loop, for a caller in no loop."""
        return self._loop.call(wanted, SECONDS)

    def switch_on(self, address, name, earbud=None, *, mtu=247, service=SERVICE_UUID):
        """An earbud on the air: its firmware behind a port, such as a Loopback; without one it is mute."""
        peripheral = Peripheral(earbud, address, name, mtu, service)
        self.call(peripheral.begin(self))
        self.peripherals.append(peripheral)
        return peripheral

    async def _device(self, address, name):
        controller = Controller(name, link=self.link, public_address=address)
        controller.le_acl_data_packet_length = 251  # the most that there is: fewer events to simulate
        device = Device(name=name, address=Address(address), host=Host(controller, AsyncPipeSink(controller)))
        await device.power_on()
        return device


class Peripheral:
    """An earbud's radio: what is written to it goes to the firmware, whose answers are notified.

    emitted : all that the firmware has said
    connections : how often a host has connected
    """

    def __init__(self, earbud, address, name, mtu, service):
        self._earbud, self.address, self.name = earbud, address, name
        self._mtu, self._service = mtu, service
        self.emitted = b""
        self.connections = 0
        self._breaks_after = None
        self._notified = 0
        self._connection = None
        self._queue = asyncio.Queue()

    async def begin(self, air):
        """Serve, and advertise."""
        self._device = await air._device(self.address, self.name)
        self._device.gatt_server.max_mtu = self._mtu
        write = AttributeValue(write=self._write)
        properties = Characteristic.Properties
        self._from_earbud = Characteristic(FROM_EARBUD_UUID, properties.NOTIFY, Attribute.READABLE, b"")
        to_earbud = Characteristic(
            TO_EARBUD_UUID, properties.WRITE_WITHOUT_RESPONSE, Attribute.WRITEABLE, write
        )  # fmt: skip
        self._device.add_service(Service(self._service, [to_earbud, self._from_earbud]))
        self._device.on(Device.EVENT_CONNECTION, self._connected)
        self._sender = asyncio.create_task(self._send())
        data = [
            (AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, UUID(SERVICE_UUID).to_bytes()),
            (AdvertisingData.COMPLETE_LOCAL_NAME, self.name.encode()),
        ]
        await self._device.start_advertising(
            advertising_data=bytes(AdvertisingData(data)),
            advertising_interval_min=20,
            advertising_interval_max=20,
            auto_restart=True,
        )

    def break_after(self, notified, reboot=lambda: None):
        """Once the connection is lost after so many more bytes, and `reboot` called."""
        self._breaks_after, self._reboot = self._notified + notified, reboot

    @property
    def advertises(self):
        """Whether it can be found: nobody is connected."""
        return self._connection is None

    def _connected(self, connection):
        self.connections += 1
        self._connection = connection
        connection.on(connection.EVENT_DISCONNECTION, self._disconnected)

    def _disconnected(self, reason):
        self._connection = None
        while not self._queue.empty():
            self._queue.get_nowait()

    def _write(self, connection, data):
        if self._earbud is None:
            return
        while data:
            data = data[self._earbud.write(data) :]
            said = self._earbud.read(self._earbud.in_waiting)
            self.emitted += said
            self._queue.put_nowait(said)

    async def _send(self):
        while True:
            said = await self._queue.get()
            while said and self._connection is not None:
                if self._breaks_after is not None and self._notified >= self._breaks_after:
                    self._breaks_after = None
                    self._reboot()
                    await self._connection.disconnect()
                    break
                step = self._connection.att_mtu - 3
                await self._device.notify_subscriber(self._connection, self._from_earbud, said[:step])
                self._notified += len(said[:step])
                said = said[step:]
