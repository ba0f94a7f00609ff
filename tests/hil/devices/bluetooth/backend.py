"""Bleak on Bumble's central: what bleak has for each system's Bluetooth stack, for the virtual air.

Bleak's own front end stands before it, as it does before the others; see `bleak.backends`.
"""

from __future__ import annotations

import asyncio

import bleak
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError
from bumble.core import AdvertisingData, BaseBumbleError
from bumble.device import Device
from bumble.hci import Address

from earloop.hil.devices.bluetooth import radio

WIDEST_MTU = 517


def make_system_bluetooth(air, monkeypatch):
    """Bleak finds this air where it would find the system's adapter."""
    monkeypatch.setattr(bleak, "get_platform_scanner_backend_type", lambda: (scanner_on(air), "virtual"))
    monkeypatch.setattr(bleak, "get_platform_client_backend_type", lambda: (client_on(air), "virtual"))
    monkeypatch.setattr(radio, "SCAN_S", 0.0)  # the virtual scanner has heard all when it has begun


def scanner_on(air):
    """The type of a scanner that listens on that air."""
    return type("VirtualScanner", (_Scanner,), {"air": air})


def client_on(air):
    """The type of a client that connects on that air."""
    return type("VirtualClient", (_Client,), {"air": air})


class _InTheAir:
    async def in_the_air(self, wanted):
        """The result of a coroutine of Bumble's, whose loop is another."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(wanted, self.air.loop))


class _Scanner(_InTheAir, BaseBleakScanner):
    def __init__(self, detection_callback, service_uuids, scanning_mode, **options):
        super().__init__(detection_callback, service_uuids)

    async def start(self):
        """Scan; returns when all that advertise have been heard once, so that no length of a scan is too short."""
        self.seen_devices.clear()
        self._loop, self._heard = asyncio.get_running_loop(), asyncio.Event()
        self._expected = {peripheral.address for peripheral in self.air.peripherals if peripheral.advertises}
        self._everyone = set()
        self.air.central.on(Device.EVENT_ADVERTISEMENT, self._hear)
        await self.in_the_air(self.air.central.start_scanning())
        if self._expected:
            await self._heard.wait()

    async def stop(self):
        self.air.central.remove_listener(Device.EVENT_ADVERTISEMENT, self._hear)
        await self.in_the_air(self.air.central.stop_scanning())

    def _hear(self, advertisement):
        self._loop.call_soon_threadsafe(self._report, advertisement)

    def _report(self, advertisement):
        uuids = advertisement.data.get(AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS) or []
        said = AdvertisementData(
            advertisement.data.get(AdvertisingData.COMPLETE_LOCAL_NAME),
            {},
            {},
            [uuid.to_hex_str("-").lower() for uuid in uuids],
            None,
            -50,
            (),
        )
        address = advertisement.address.to_string(with_type_qualifier=False)
        self._everyone.add(address)
        if self.is_allowed_uuid(said.service_uuids):
            device = self.create_or_update_device(address, address, said.local_name, advertisement.address, said)
            self.call_detection_callbacks(device, said)
        if self._expected <= self._everyone:
            self._heard.set()


class _Client(_InTheAir, BaseBleakClient):
    def __init__(self, address_or_ble_device, *, disconnected_callback, timeout, **options):
        super().__init__(address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout)
        self._connection = self._gatt = None

    @property
    def name(self):
        return self.address

    @property
    def mtu_size(self):
        return self._gatt.mtu

    @property
    def is_connected(self):
        return self._connection is not None

    async def connect(self, pair, **options):
        self._loop = asyncio.get_running_loop()
        await self.in_the_air(self._connect())

    async def _connect(self):
        self._connection = await self.air.central.connect(
            Address(self.address, Address.RANDOM_DEVICE_ADDRESS), timeout=self._timeout
        )
        self._connection.on(self._connection.EVENT_DISCONNECTION, self._disconnected)
        self._gatt = self._connection.gatt_client
        await self._gatt.request_mtu(WIDEST_MTU)
        found = BleakGATTServiceCollection()
        for service in await self._gatt.discover_services():
            listed = BleakGATTService(service, service.handle, service.uuid.to_hex_str("-").lower())
            found.add_service(listed)
            for proxy in await service.discover_characteristics():
                await proxy.discover_descriptors()
                found.add_characteristic(
                    BleakGATTCharacteristic(
                        proxy,
                        proxy.handle,
                        proxy.uuid.to_hex_str("-").lower(),
                        [name.lower().replace("_", "-") for name in str(proxy.properties).split("|")],
                        lambda: self._gatt.mtu - 3,
                        listed,
                    )
                )
        self.services = found

    def _disconnected(self, reason):
        self._connection = None
        if self._disconnected_callback is not None:
            self._loop.call_soon_threadsafe(self._disconnected_callback)

    async def disconnect(self):
        if self._connection is not None:
            await self.in_the_air(self._connection.disconnect())

    async def pair(self, *arguments):
        raise NotImplementedError

    async def unpair(self):
        raise NotImplementedError

    async def read_gatt_char(self, characteristic, **options):
        raise NotImplementedError

    async def read_gatt_descriptor(self, descriptor, **options):
        raise NotImplementedError

    async def write_gatt_descriptor(self, descriptor, data):
        raise NotImplementedError

    async def write_gatt_char(self, characteristic, data, response):
        await self.in_the_air(self._write(characteristic, bytes(data), response))

    async def _write(self, characteristic, data, response):
        """Returns when the controller has taken it, as the systems' stacks do."""
        connection = self._connection
        if connection is None:
            raise BleakError("Not connected")
        assert len(data) <= self._gatt.mtu - 3, "no packet carries more"
        try:
            await self._gatt.write_value(characteristic.obj, data, response)
            await self.air.central.host.get_data_packet_queue(connection.handle).drain(connection.handle)
        except BaseBumbleError as error:
            raise BleakError(str(error)) from None

    async def start_notify(self, characteristic, callback, **options):
        def heard(value):
            self._loop.call_soon_threadsafe(callback, bytearray(value))

        await self.in_the_air(characteristic.obj.subscribe(heard))

    async def stop_notify(self, characteristic):
        await self.in_the_air(characteristic.obj.unsubscribe())
