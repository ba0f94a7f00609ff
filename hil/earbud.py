"""Earbuds behind a serial link: the firmware in the emulator, and a real one on a port.

A real earbud is found by `hil.discovery`; never by the name of its tty.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from serial.tools import list_ports

from firmware.build import build_elf
from firmware.emulator import CLOCKS_PER_INSTRUCTION, Emulator
from hil.device import Advance, BrokenOffError, DeviceRun, Identity
from hil.discovery import find_earbud
from hil.link import SILENCE_S, EarbudLink
from hil.link_run import LinkRun
from hil.port import Port, Reopen, open_port
from hil.refusal import fault_in_words
from hil.transcript.recorder import Recorder
from spec.design import Design
from spec.fixed import FixedDesign
from spec.messages import Fault, Hello

Procedure = Callable[[EarbudLink, FixedDesign, NDArray[np.int32], Advance], DeviceRun]
"""How an earbud is run, over a link to it."""

EMULATED_SILENCE_S = 30.0  # of an emulator; other work on the machine may stall it for many seconds
COUNTED_S = 1.0  # of each recording goes through once more, in lock step, to count instructions


class EmulatedEarbud:
    """The STM32F405 firmware in QEMU.

    Parameters
    ----------
    image : an ELF built elsewhere; by default the tree's own firmware is built
    recorder : writes the conversation down
    procedure : how it is run; by default `run_and_count`
    """

    identity: Identity

    def __init__(
        self,
        fixed: FixedDesign,
        image: Path | None = None,
        *,
        recorder: Recorder | None = None,
        procedure: Procedure | None = None,
    ) -> None:
        self._fixed, self._recorder, self._procedure = fixed, recorder, procedure or run_and_count
        self._elf = image or build_elf(fixed)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            emulator = stack.enter_context(Emulator(self._elf))
            port = open_port(emulator.port, self._fixed.design)
            link = open_link(port, self._fixed, self._recorder, silence_s=EMULATED_SILENCE_S)
            self._link = stack.enter_context(link)
            self.identity = introduced("firmware", f"STM32F405 in QEMU, {self._elf.name}", self._link, self._recorder)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """Tokens, and the instructions that a tick of the tokenizer takes, or what the procedure measures instead."""
        return self._procedure(self._link, self._fixed, codes, advance)


class RealEarbud(ABC):
    """A real earbud behind a port that may go and come back.

    Parameters
    ----------
    silence_s : how long it may say nothing, or be away, while something is due
    recorder : writes the conversation down
    procedure : how it is run; by default `run_once`
    """

    kind: str
    identity: Identity

    def __init__(
        self, fixed: FixedDesign, silence_s: float, recorder: Recorder | None, procedure: Procedure | None
    ) -> None:
        self._fixed, self._silence_s = fixed, silence_s
        self._recorder, self._procedure = recorder, procedure or run_once

    @abstractmethod
    def _connect(self) -> tuple[Port, str]:
        """An open port to it, found if need be, and its name for a person."""

    @abstractmethod
    def _reopen(self) -> Port:
        """The port after it was gone."""

    def __enter__(self) -> Self:
        port, name = self._connect()
        link = open_link(port, self._fixed, self._recorder, reopen=self._reopen, silence_s=self._silence_s)
        try:
            self.identity = introduced(self.kind, name, link, self._recorder)
        except BaseException:
            link.close()
            raise
        self._link = link
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._link.close()

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """Tokens, and the core clocks that a tick of the tokenizer takes, interrupts included."""
        return self._procedure(self._link, self._fixed, codes, advance)


class SerialEarbud(RealEarbud):
    """A real earbud on a serial port.

    Parameters
    ----------
    serial_number : that of the USB device or of the chip, where several earbuds are plugged in
    port : a port that is known, instead of a search
    silence_s : how long it may say nothing, or be unplugged, while something is due
    build : of its firmware, in hex, or how that begins; for a search, too
    recorder : writes the conversation down
    procedure : how it is run; by default `run_once`
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
    ) -> None:
        super().__init__(fixed, silence_s, recorder, procedure)
        self._port = port
        self._serial_number, self._build = serial_number, build

    def _connect(self) -> tuple[Port, str]:
        self._port = self._port or find_earbud(self._fixed, self._serial_number, self._build)
        usb = {port.device: port.serial_number for port in list_ports.comports()}
        self._usb_number = usb.get(self._port) or self._serial_number
        return open_port(self._port, self._fixed.design), f"earbud on {self._port}"

    def _reopen(self) -> Port:
        """The port after it was gone: that of the USB serial number where one is known, whatever its name is now."""
        assert self._port is not None
        if self._usb_number is not None:
            names = [port.device for port in list_ports.comports() if port.serial_number == self._usb_number]
            self._port = names[0] if names else self._port
        return open_port(self._port, self._fixed.design)


def open_link(
    port: Port,
    fixed: FixedDesign,
    recorder: Recorder | None,
    *,
    reopen: Reopen | None = None,
    silence_s: float = SILENCE_S,
) -> EarbudLink:
    """A link to the earbud on an open port, which a recorder listens in to where there is one."""
    if recorder is None:
        return EarbudLink(port, fixed, reopen=reopen, silence_s=silence_s)
    return EarbudLink(
        recorder.tap(port, silence_s),
        fixed,
        reopen=recorder.tap_reopen(reopen) if reopen is not None else None,
        clock=recorder.clock,
        silence_s=silence_s,
    )


def run_and_count(link: EarbudLink, fixed: FixedDesign, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
    """All codes at full speed, then the first of them once more in lock step, to count instructions."""
    hello = link.configure(fixed.design.design_hash)
    run = link.run(codes, advance=advance)
    first = codes[: round(COUNTED_S * fixed.design.converter.rate_hz)]
    link.configure(fixed.design.design_hash)
    try:
        counted = link.run(first, lock_step=True)
    except BrokenOffError as error:
        raise BrokenOffError(f"{error}, while its instructions were counted", run.tokens, run.there) from None
    instructions = {
        "instructions_per_tick": counted.tick_clocks_mean / CLOCKS_PER_INSTRUCTION,
        "instructions_per_tick_max": counted.tick_clocks_max / CLOCKS_PER_INSTRUCTION,
    }
    return device_run(run, hello, instructions, fixed.design)


def run_once(link: EarbudLink, fixed: FixedDesign, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
    """All codes, at full speed."""
    hello = link.configure(fixed.design.design_hash)
    run = link.run(codes, advance=advance)
    clocks = {"clocks_per_tick": run.tick_clocks_mean, "clocks_per_tick_max": run.tick_clocks_max}
    return device_run(run, hello, clocks, fixed.design)


PROCEDURES = {"firmware": run_and_count, "serial": run_once, "ble": run_once}
"""How an earbud of each kind is run."""


def introduced(kind: str, name: str, link: EarbudLink, recorder: Recorder | None) -> Identity:
    """Who an earbud says it is, written down where someone does."""
    hello = link.hello()
    identity = Identity(kind, f"{name}, chip {hello.serial.hex()}", hello.design_hash.hex(), hello.build.hex())
    if recorder is not None:
        recorder.identify(identity)
    return identity


def device_run(run: LinkRun, hello: Hello, clocks: dict[str, float], design: Design) -> DeviceRun:
    """What an earbud gave back over its link, and what it and the line say of themselves."""
    complaints = (fault_in_words(hello.self_test),) if hello.self_test != Fault.NONE else ()
    off = run.status.lead_off_p | run.status.lead_off_n
    return DeviceRun(
        run.tokens,
        {},
        {**clocks, "line_faults": run.line_faults},
        there=run.there,
        complaints=complaints,
        line=run.account,
        restarts=tuple(segment.first for segment in run.segments if segment.first),
        lead_off=tuple(name for bit, name in enumerate(design.channels) if off >> bit & 1),
    )
