"""The search for advertisers of the earbud service, and a connection to one of them as a port.

Bleak, which uses the system's Bluetooth stack, needs an event loop; each call starts one in a thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bleak import BleakClient, BleakScanner
from bleak.exc import BleakBluetoothNotAvailableError, BleakDeviceNotFoundError, BleakError

from earloop.hil.devices.bluetooth.event_loop import EventLoop
from earloop.hil.devices.bluetooth.port import BlePort
from earloop.hil.devices.bluetooth.service import SERVICE_UUID
from earloop.spec.errors import EarloopError, LinkError

SCAN_S = 4.0  # an earbud should advertise once a second at least: see docs/how-to/ble.md
CONNECT_S = 10.0  # estimate: phones and PCs take 1 to 5 s to connect and to read the services


@dataclass(frozen=True)
class Advertised:
    """An advertiser of the service: its address (a UUID on macOS), and its name if it has one."""

    address: str
    name: str | None


def advertised() -> list[Advertised]:
    """Return the advertisers of the earbud service within SCAN_S seconds, sorted by address.

    Raises
    ------
    LinkError
        There is no Bluetooth adapter, it is off, or it may not be used.
    """
    with EventLoop() as loop, _one_line():
        scan = BleakScanner.discover(SCAN_S, return_adv=True, service_uuids=[SERVICE_UUID])
        found = loop.call(scan, SCAN_S + CONNECT_S)
    advertisers = [Advertised(device.address, data.local_name or device.name) for device, data in found.values()]
    return sorted(advertisers, key=lambda advertiser: advertiser.address)


def find_address(name: str | None = None) -> str:
    """Return the address of the only earbud that advertises, or the only one with this name.

    Raises
    ------
    EarloopError
        There is none, or more than one; the message lists them.
    """
    advertisers = advertised()
    matching = [each for each in advertisers if name in (None, each.name)]
    if len(matching) == 1:
        return matching[0].address
    wanted = f" named {name}" if name else ""
    listed = ", ".join(f"{each.address} ({each.name or 'no name'})" for each in matching or advertisers)
    if matching:
        raise EarloopError(f"ble: {len(matching)} earbuds{wanted} advertise: {listed}; choose one with --address")
    others = f"; found: {listed}" if advertisers else "; is it switched on, near, and not connected elsewhere?"
    raise EarloopError(f"ble: no earbud{wanted} advertises{others}")


def connect(address: str, *, seconds: float = CONNECT_S) -> BlePort:
    """Connect to the earbud at `address`, and return the connection as a port.

    Raises
    ------
    LinkError
        There is no Bluetooth adapter, no device at that address, or the device is no earbud.
    """
    loop = EventLoop()
    try:
        with _one_line(address):
            return loop.call(_connected(address, seconds, loop), 3 * seconds)
    except BaseException:
        loop.close()
        raise


async def _connected(address: str, seconds: float, loop: EventLoop) -> BlePort:
    device = await BleakScanner.find_device_by_address(address, timeout=seconds, service_uuids=[SERVICE_UUID])
    if device is None:
        raise LinkError(f"{address}: no earbud advertises there; is it switched on, near, and not connected elsewhere?")
    port = BlePort(loop)
    client = BleakClient(
        device, disconnected_callback=lambda client: port.lost(), services=[SERVICE_UUID], timeout=seconds
    )
    await client.connect()
    try:
        await port.begin(client)
    except BaseException:
        await client.disconnect()
        raise
    return port


@contextmanager
def _one_line(address: str = "ble") -> Iterator[None]:
    """Turn an error of Bluetooth into a LinkError of one line."""
    try:
        yield
    except BleakBluetoothNotAvailableError as error:
        raise LinkError(f"ble: no Bluetooth here ({error.args[0]}); plug an adapter in, or switch it on") from None
    except BleakDeviceNotFoundError:
        raise LinkError(f"{address}: disappeared before the connection was made; try again") from None
    except TimeoutError:
        raise LinkError(f"{address}: no answer in time; is it near?") from None
    except BleakError as error:
        raise LinkError(f"{address}: {error}") from None
    except OSError as error:  # on Linux: no D-Bus, and so no BlueZ
        raise LinkError(f"ble: no Bluetooth here ({error.strerror or error}); on Linux it needs BlueZ") from None
