"""Earbuds that a fault can be brought to: the firmware in this process, in the emulator, and one on a port."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from firmware.build import build_elf
from firmware.emulator import Emulator
from firmware.loopback import Loopback
from hil.discovery import find_earbud
from hil.earbud import EMULATED_SILENCE_S
from hil.faults.earbud import EarbudAtHand
from hil.port import open_port
from spec.fixed import FixedDesign


@contextmanager
def loopback_at_hand(fixed: FixedDesign) -> Iterator[EarbudAtHand]:
    """The firmware compiled into this process, where time passes only as it is waited for."""
    earbud, boots = Loopback(fixed), count(1)
    yield EarbudAtHand(
        "firmware", "firmware in this process", earbud, reset=lambda: earbud.reset(next(boots)), clock=earbud
    )


@contextmanager
def emulated_at_hand(fixed: FixedDesign, image: Path | None = None) -> Iterator[EarbudAtHand]:
    """The firmware in QEMU, with its reset button; by default the tree's own."""
    elf = image or build_elf(fixed)
    with Emulator(elf) as emulator:
        port = open_port(emulator.port, fixed.design)
        name = f"STM32F405 in QEMU, {elf.name}"
        yield EarbudAtHand("firmware", name, port, reset=emulator.reset, silence_s=EMULATED_SILENCE_S)
        port.close()


@contextmanager
def serial_at_hand(
    fixed: FixedDesign, serial_number: str | None = None, port_name: str | None = None, build: str | None = None
) -> Iterator[EarbudAtHand]:
    """A real earbud on a port, whose button nobody presses."""
    name = port_name or find_earbud(fixed, serial_number, build)
    port = open_port(name, fixed.design)
    yield EarbudAtHand("serial", f"earbud on {name}", port)
    port.close()
