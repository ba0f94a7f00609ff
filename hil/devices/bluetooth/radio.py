"""Who advertises the earbuds' service, and a connection to one of them as a port.

Bleak, which drives the system's own Bluetooth stack, wants an event loop: each call brings its own, in a thread.
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

SCAN_S = 4.0  # an earbud should advertise once a second at least: see docs/ble.md
CONNECT_S = 10.0  # estimate: phones and PCs take 1 to 5 s to connect and to read the services


@dataclass(frozen=True)
class Advertised:
    """An advertiser of the service: its address, which on macOS is a UUID, and its name if it has one."""

    address: str
    name: str | None


def advertised() -> list[Advertised]:
    """All that advertises the earbuds' service within SCAN_S seconds, in the order of their addresses.

    Raises
    ------
    LinkError
        There is no Bluetooth adapter, it is off, or it may not be used.
    """
    with EventLoop() as loop, _one_line():
        scan = BleakScanner.discover(SCAN_S, return_adv=True, service_uuids=[SERVICE_UUID])
        found = loop.call(scan, SCAN_S + CONNECT_S)
    heard = [Advertised(device.address, said.local_name or device.name) for device, said in found.values()]
    return sorted(heard, key=lambda one: one.address)


def find_address(name: str | None = None) -> str:
    """The address of the one earbud that advertises, under that name where one is given.

    Raises
    ------
    EarloopError
        None does, or more than one; names those that do.
    """
    heard = advertised()
    meant = [one for one in heard if name in (None, one.name)]
    if len(meant) == 1:
        return meant[0].address
    wanted = f" named {name}" if name else ""
    listed = ", ".join(f"{one.address} ({one.name or 'no name'})" for one in meant or heard)
    if meant:
        raise EarloopError(f"ble: {len(meant)} earbuds{wanted} advertise: {listed}; choose one with --address")
    others = f"; there are: {listed}" if heard else "; is it switched on, near, and connected to nobody else?"
    raise EarloopError(f"ble: no earbud{wanted} advertises{others}")


def connect(address: str, *, seconds: float = CONNECT_S) -> BlePort:
    """A port to the earbud of that address and no other.

    Raises
    ------
    LinkError
        There is no Bluetooth adapter, no such earbud, or what has that address is none.
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
        raise LinkError(f"{address}: advertises no earbud; is it switched on, near, and connected to nobody else?")
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
    """What goes wrong with Bluetooth, said as one line."""
    try:
        yield
    except BleakBluetoothNotAvailableError as error:
        raise LinkError(f"ble: no Bluetooth here ({error.args[0]}); plug an adapter in, or switch it on") from None
    except BleakDeviceNotFoundError:
        raise LinkError(f"{address}: gone before it could be connected to") from None
    except TimeoutError:
        raise LinkError(f"{address}: no answer in time; is it near?") from None
    except BleakError as error:
        raise LinkError(f"{address}: {error}") from None
    except OSError as error:  # on Linux: no D-Bus, and so no BlueZ
        raise LinkError(f"ble: no Bluetooth here ({error.strerror or error}); on Linux it wants BlueZ") from None
