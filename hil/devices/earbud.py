"""Earbuds behind a serial link: the firmware in the emulator, and a real earbud on a port.

`earloop.hil.devices.discovery` finds a real earbud by its identity, not by the name of its port.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from serial.tools import list_ports

from earloop.firmware.emulator import CLOCKS_PER_INSTRUCTION, Emulator
from earloop.hil.devices.discovery import find_earbud
from earloop.hil.devices.own_converter import take_all_that_fits
from earloop.hil.devices.tap_choice import NO_WISH, TapWish
from earloop.hil.faults.faulty_line import FaultyLine
from earloop.hil.link.acquisition import Enough
from earloop.hil.link.earbud_link import SILENCE_S, EarbudLink
from earloop.hil.link.errors_in_words import channels_off, self_test_complaints
from earloop.hil.link.link_run import LinkRun
from earloop.hil.link.port import Port, PortClock, PortLostError, Reopen, open_port
from earloop.hil.run.device import Advance, BrokenOffError, DeviceRun, Identity
from earloop.hil.transcript.recorder import Recorder
from earloop.spec.design import Design
from earloop.spec.errors import EarloopError, LinkError
from earloop.spec.fixed import FixedDesign
from earloop.spec.messages import Hello, Tap


class Procedure(Protocol):
    """A procedure that runs an earbud over its link, with given codes and requested taps."""

    def __call__(
        self, link: EarbudLink, fixed: FixedDesign, codes: NDArray[np.int32], advance: Advance, taps: Tap = Tap.TOKENS
    ) -> DeviceRun:
        """Process codes, int32 [samples, channels], on the earbud."""
        ...


EMULATED_SILENCE_S = 30.0  # for an emulator; other work on the machine may stall it for many seconds
_ENDING_S = 1.0  # between the end of an emulator's terminal and that of its process
COUNTED_S = 1.0  # of each recording is repeated in lock step, to count instructions


@dataclass(frozen=True, kw_only=True)
class Plug:
    """An open port and the device at it.

    name : a description for people
    reopen : opens the port again, if it can disappear and return
    clock : clock of the link's timeouts; None for the machine's
    """

    port: Port
    name: str
    reopen: Reopen | None = None
    clock: PortClock | None = None


class Earbud(ABC):
    """An earbud behind a link; `with` opens it.

    Parameters
    ----------
    silence_s : how long it may be silent, or disconnected, while a reply is due
    recorder : records the conversation
    procedure : runs the earbud; by default `run_once`
    line : a line between link and port, on which faults can be injected
    wish : the requested taps; by default tokens alone

    Attributes
    ----------
    link : the link to it, while it is open
    offered : the taps in its HELLO
    taps : the requested taps
    has_button : whether `reset` can be pressed
    """

    kind: str
    identity: Identity
    link: EarbudLink
    offered: Tap
    taps: Tap
    has_button = False

    def __init__(
        self,
        fixed: FixedDesign,
        silence_s: float,
        recorder: Recorder | None = None,
        procedure: Procedure | None = None,
        line: FaultyLine | None = None,
        wish: TapWish = NO_WISH,
    ) -> None:
        self._fixed, self._silence_s, self._wish = fixed, silence_s, wish
        self._recorder, self._procedure, self._line = recorder, procedure or run_once, line
        self._stack = ExitStack()

    @abstractmethod
    def _plug_in(self, stack: ExitStack) -> Plug:
        """Open the port to it. Resources that must be closed after the port are added to `stack`."""

    def reset(self) -> None:
        """Press its reset button; raises a LinkError if it has none."""
        raise LinkError(f"{self.identity.name} has no reset button that this program can press")

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            plug = self._plug_in(stack)
            link = open_link(
                plug.port, self._fixed, self._recorder, plug.reopen, self._silence_s, self._line, plug.clock
            )
            self.link = stack.enter_context(link)
            if self._line is not None:
                stack.callback(self._line.close)
            self.identity, self.offered = identify(self.kind, plug.name, self.link, self._recorder)
            self.taps, self._notes = self._wish.choose(self.offered, self.kind, self._fixed.design)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """Run its procedure on codes, int32 [samples, channels]."""
        run = self._procedure(self.link, self._fixed, codes, advance, self.taps)
        return replace(run, notes=self._notes)

    def run_with_all_taps(self, codes: NDArray[np.int32]) -> DeviceRun:
        """Process codes, int32 [samples, channels], again, with all offered taps, at the speed of the line."""
        return run_once(self.link, self._fixed, codes, lambda samples: None, self.offered)


class EmulatedEarbud(Earbud):
    """The STM32F405 firmware in QEMU, with its reset button.

    Parameters
    ----------
    image : a prebuilt ELF; by default the firmware of this tree is built
    recorder : records the conversation
    procedure : runs the earbud; by default `run_and_count`
    line : a line on which faults can be injected
    wish : the requested taps
    """

    kind = "firmware"
    has_button = True

    def __init__(
        self,
        fixed: FixedDesign,
        image: Path | None = None,
        *,
        recorder: Recorder | None = None,
        procedure: Procedure | None = None,
        line: FaultyLine | None = None,
        wish: TapWish = NO_WISH,
    ) -> None:
        from earloop.firmware.build import build_elf

        super().__init__(fixed, EMULATED_SILENCE_S, recorder, procedure or run_and_count, line, wish)
        self._elf = image or build_elf(fixed)

    def _plug_in(self, stack: ExitStack) -> Plug:
        self._emulator = stack.enter_context(Emulator(self._elf))
        return plug_into(self._emulator, self._fixed.design, f"STM32F405 in QEMU, {self._elf.name}")

    def reset(self) -> None:
        """Press the reset button of the emulated board."""
        self._emulator.reset()


def plug_into(emulator: Emulator, design: Design, name: str) -> Plug:
    """Open the link's port of a running emulator; once lost, it cannot be opened again."""

    def never() -> Port:
        try:
            emulator.check(_ENDING_S)
        except EarloopError as error:
            raise PortLostError(str(error)) from None
        raise PortLostError(f"{emulator.port}: the emulator still runs, but its port is gone; run it again")

    return Plug(port=open_port(emulator.port, design, write_s=EMULATED_SILENCE_S), name=name, reopen=never)


class RealEarbud(Earbud):
    """A real earbud on a port that may disappear and return; it has no `reset`. See `Earbud`."""

    @abstractmethod
    def _connect(self) -> tuple[Port, str]:
        """Return an open port to it, found by a search if necessary, and a description for people."""

    @abstractmethod
    def _reopen(self) -> Port:
        """Open the port again after it disappeared."""

    def _plug_in(self, stack: ExitStack) -> Plug:
        port, name = self._connect()
        return Plug(port=port, name=name, reopen=self._reopen)

    def acquire(self, samples: int, advance: Advance, enough: Enough = lambda: False) -> DeviceRun:
        """Acquire at least `samples` samples, or until `enough` returns true, with all taps that its line carries.

        Raises
        ------
        LinkError
            It has no converter, its converter does not start, it does not offer its codes, or no whole patch arrived.
        """
        return take_all_that_fits(self.kind, self.link, self._fixed, samples, advance, enough)


class SerialEarbud(RealEarbud):
    """A real earbud on a serial port.

    Parameters
    ----------
    serial_number : of the USB device or of the chip, to choose among several earbuds
    port : name of the port; by default it is searched for
    silence_s : how long it may be silent, or unplugged, while a reply is due
    build : build of its firmware in hex, or the first digits of it; for the search, too
    recorder : records the conversation
    procedure : runs the earbud; by default `run_once`
    line : a line on which faults can be injected
    wish : the requested taps
    """

    kind = "serial"

    def __init__(
        self,
        fixed: FixedDesign,
        serial_number: str | None = None,
        port: str | None = None,
        *,
        build: str | None = None,
        silence_s: float = SILENCE_S,
        recorder: Recorder | None = None,
        procedure: Procedure | None = None,
        line: FaultyLine | None = None,
        wish: TapWish = NO_WISH,
    ) -> None:
        super().__init__(fixed, silence_s, recorder, procedure, line, wish)
        self._port = port
        self._serial_number, self._build = serial_number, build

    def _connect(self) -> tuple[Port, str]:
        self._port = self._port or find_earbud(self._fixed, self._serial_number, self._build)
        usb = {port.device: port.serial_number for port in list_ports.comports()}
        self._usb_number = usb.get(self._port) or self._serial_number
        return self._open(self._port), f"earbud on {self._port}"

    def _reopen(self) -> Port:
        """Open the port again: the one with the known USB serial number, whose name may have changed."""
        if self._port is None:
            raise LinkError("serial: no port was open before, so there is none to open again")
        if self._usb_number is not None:
            names = [port.device for port in list_ports.comports() if port.serial_number == self._usb_number]
            self._port = names[0] if names else self._port
        return self._open(self._port)

    def _open(self, name: str) -> Port:
        return open_port(name, self._fixed.design, write_s=self._silence_s)


def open_link(
    port: Port,
    fixed: FixedDesign,
    recorder: Recorder | None,
    reopen: Reopen | None = None,
    silence_s: float = SILENCE_S,
    line: FaultyLine | None = None,
    clock: PortClock | None = None,
) -> EarbudLink:
    """Return a link to the earbud on an open port, optionally over a line with faults and with a recorder."""
    if line is not None:
        port, reopen = line.to(port), line.reopening(reopen)
    if recorder is None:
        return EarbudLink(port, fixed, reopen=reopen, silence_s=silence_s, clock=clock)
    return EarbudLink(
        recorder.tap(port, silence_s),
        fixed,
        reopen=recorder.tap_reopen(reopen) if reopen is not None else None,
        clock=recorder.clock,
        silence_s=silence_s,
    )


def run_and_count(
    link: EarbudLink, fixed: FixedDesign, codes: NDArray[np.int32], advance: Advance, taps: Tap = Tap.TOKENS
) -> DeviceRun:
    """Run all codes at full speed, then the first second again in lock step, to count instructions."""
    hello = link.configure(fixed.design.design_hash, taps)
    run = link.run(codes, advance=advance)
    first = codes[: round(COUNTED_S * fixed.design.converter.rate_hz)]
    link.configure(fixed.design.design_hash)
    try:
        counted = link.run(first, lock_step=True)
    except BrokenOffError as error:
        raise BrokenOffError(f"{error}, in the run that counts instructions", run.tokens, run.received) from None
    instructions = {
        "instructions_per_tick": counted.tick_clocks_mean / CLOCKS_PER_INSTRUCTION,
        "instructions_per_tick_max": counted.tick_clocks_max / CLOCKS_PER_INSTRUCTION,
    }
    return device_run(run, hello, instructions, fixed.design)


def run_once(
    link: EarbudLink, fixed: FixedDesign, codes: NDArray[np.int32], advance: Advance, taps: Tap = Tap.TOKENS
) -> DeviceRun:
    """Run all codes at full speed."""
    hello = link.configure(fixed.design.design_hash, taps)
    run = link.run(codes, advance=advance)
    clocks = {"clocks_per_tick": run.tick_clocks_mean, "clocks_per_tick_max": run.tick_clocks_max}
    return device_run(run, hello, clocks, fixed.design)


PROCEDURES: Mapping[str, Procedure] = {"firmware": run_and_count, "serial": run_once, "ble": run_once}
"""The procedure for each kind of earbud."""


def identify(kind: str, name: str, link: EarbudLink, recorder: Recorder | None) -> tuple[Identity, Tap]:
    """Request an earbud's identity and record it; return it with the offered taps."""
    hello = link.hello()
    serial = hello.serial.hex()
    identity = Identity(
        kind=kind,
        name=f"{name}, chip {serial}",
        design_hash=hello.design_hash.hex(),
        build=hello.build.hex(),
        serial=serial,
    )
    if recorder is not None:
        recorder.identify(identity)
    return identity, Tap(hello.taps)


def device_run(run: LinkRun, hello: Hello, clocks: dict[str, float], design: Design) -> DeviceRun:
    """Return a run over a link as a `DeviceRun`, with the complaints of the earbud and the counts of the line."""
    return DeviceRun(
        tokens=run.tokens,
        taps={name: record.values for name, record in run.taps.items()},
        measurements={**clocks, "line_faults": run.line_faults},
        received=run.received,
        complaints=self_test_complaints(hello),
        line=run.account,
        restarts=tuple(segment.first for segment in run.segments if segment.first),
        lead_off=channels_off(run.status.lead_off_p | run.status.lead_off_n, design),
        taps_received={name: record.received for name, record in run.taps.items()},
    )
