"""Which earbuds are there, who they say they are, and which one is meant: devices by identity, in one place.

The name of a port says nothing: it changes from one plugging-in to the next. Every port is asked for a HELLO, all of
them side by side, so that many silent ones take no longer than one.
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
from earloop.spec.errors import EarloopError, LinkError
from earloop.spec.fixed import FixedDesign
from earloop.spec.messages import Hello, Source, Tap
from earloop.system.programs import find_program

if TYPE_CHECKING:
    from earloop.hil.devices.bluetooth.radio import Advertised

SEARCH_SILENCE_S = (
    2.0  # what is no earbud says nothing; an earbud answers within milliseconds, an emulated one at leisure
)
_BUILT_WITH: Mapping[str, tuple[str, ...]] = {
    "golden": (),
    "rtl": ("c++",),
    "firmware": ("arm-none-eabi-gcc", QEMU),
}


class Standing(Enum):
    """What a device is good for."""

    READY = "ready"
    OTHER_DESIGN = "another design"
    OTHER_PROTOCOL = "another protocol"
    NO_EARBUD = "no earbud"
    HELD = "held by another program"
    FORBIDDEN = "not permitted"
    UNUSABLE = "cannot be used"


@dataclass(frozen=True)
class Answer:
    """What came of asking for a HELLO; `hello` is None where none came, and `detail` then says why."""

    standing: Standing
    detail: str
    hello: Hello | None = None


@dataclass(frozen=True)
class FoundDevice:
    """A device that is there, or could be.

    kind : as `earloop.hil.devices.open_device` has it
    where : a port's name, a Bluetooth address; empty in process
    description : of the USB device or the Bluetooth advertiser, as it names itself
    usb : vendor and product, hexadecimal
    serial_number : the USB serial number
    """

    kind: str
    where: str
    description: str
    answer: Answer
    usb: str | None = None
    serial_number: str | None = None

    def is_called(self, serial_number: str | None, build: str | None) -> bool:
        """Whether it is an earbud with these names, of which the chip's number is as good as the USB serial number."""
        hello = self.answer.hello
        if hello is None:
            return False
        numbers = (self.serial_number, hello.serial.hex())
        return (serial_number is None or serial_number in numbers) and (
            build is None or hello.build.hex().startswith(build.lower())
        )


def built_devices() -> list[FoundDevice]:
    """The devices that need nothing but this machine, and the tools that build them."""
    found = []
    for kind, tools in _BUILT_WITH.items():
        missing = [tool for tool in tools if find_program(tool) is None]
        what = f"{', '.join(missing)} not found; see earloop doctor" if missing else ""
        answer = Answer(Standing.UNUSABLE if missing else Standing.READY, what)
        found.append(FoundDevice(kind, "", "built from the tree" if tools else "in process", answer))
    return found


def serial_devices(fixed: FixedDesign, serial_number: str | None = None) -> list[FoundDevice]:
    """Every serial port, in the order of their names, and what each answers.

    serial_number : where ports have this USB serial number, only they are asked
    """
    ports = sorted(list_ports.comports(), key=lambda port: str(port.device))
    ports = [port for port in ports if serial_number is not None and port.serial_number == serial_number] or ports
    answers = _side_by_side([partial(ask, partial(open_port, port.device, fixed.design), fixed) for port in ports])
    return [
        FoundDevice(
            "serial",
            port.device,
            getattr(port, "product", None) or "",
            answer,
            _usb(getattr(port, "vid", None), getattr(port, "pid", None)),
            port.serial_number,
        )
        for port, answer in zip(ports, answers, strict=True)
    ]


def ble_devices(fixed: FixedDesign) -> list[FoundDevice]:
    """What advertises the earbuds' service, and what each answers; without Bluetooth one device that says so."""
    from earloop.hil.devices.bluetooth.radio import advertised

    try:
        heard = advertised()
    except LinkError as error:
        return [FoundDevice("ble", "", "", Answer(Standing.UNUSABLE, str(error)))]
    # One after the other: not every adapter makes two connections at once.
    return [_ble_device(one, fixed) for one in heard]


def _ble_device(one: Advertised, fixed: FixedDesign) -> FoundDevice:
    from earloop.hil.devices.bluetooth.radio import connect

    return FoundDevice("ble", one.address, one.name or "", ask(lambda: connect(one.address), fixed))


def find_earbud(fixed: FixedDesign, serial_number: str | None = None, build: str | None = None) -> str:
    """The port of the one earbud that is plugged in and called so.

    Parameters
    ----------
    serial_number : of the USB device, or of the chip in hex
    build : of its firmware, in hex, or how that begins

    Raises
    ------
    EarloopError
        None answers, or more than one; names the ports that were asked.
    """
    ports = serial_devices(fixed, serial_number)
    wanted = _in_words(serial_number, build)
    if not ports:
        with_number = f"with the USB serial number {serial_number} " if serial_number else ""
        raise EarloopError(f"serial: no port {with_number}is there; plug the earbud in, or name its --port")
    answering = [port for port in ports if port.answer.hello is not None]
    meant = [port for port in answering if port.is_called(serial_number, build)]
    if len(meant) == 1:
        return meant[0].where
    if meant:
        raise EarloopError(
            f"serial: {len(meant)} earbuds answer{wanted}: {_listed(meant)}; "
            "choose one with --serial-number, --build or --port"
        )
    if answering:
        raise EarloopError(f"serial: no earbud{wanted} answers; there are: {_listed(answering)}")
    asked = ", ".join(f"{port.where} ({port.answer.detail or port.answer.standing.value})" for port in ports)
    if serial_number is not None and all(port.serial_number != serial_number for port in ports):
        raise EarloopError(
            f"serial: no port with the USB serial number {serial_number} is there, and no chip of that number "
            f"answers HELLO on {asked}"
        )
    raise EarloopError(f"serial: no earbud answers HELLO on {asked}")


def ask(opened: Callable[[], Port], fixed: FixedDesign) -> Answer:
    """Open a port, ask for a HELLO, and close it."""
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
    return _of_design(hello, fixed.design)


def _side_by_side(questions: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """The answers to all questions, which are put at once."""
    if not questions:
        return []
    with ThreadPoolExecutor(len(questions)) as pool:
        return list(pool.map(lambda question: question(), questions))


def facts(found: FoundDevice) -> dict[str, object]:
    """All that is known of a device, as plain JSON values."""
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
            "sources": [str(source.name).lower() for source in Source(hello.sources)],
            "channels": hello.channels,
            "bands": hello.bands,
        },
    }


def _of_design(hello: Hello, design: Design) -> Answer:
    theirs = hello.design_hash.hex()
    if theirs == design.design_hash:
        return Answer(Standing.READY, "", hello)
    detail = f"built for design {theirs[:12]}, this one is {design.design_hash[:12]}"
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
