"""What a link stands on: a serial port, and a clock to wait by."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

import serial

from spec.design import Design
from spec.errors import LinkError


class Port(Protocol):
    """What is used of `serial.Serial`. `timeout` bounds, in seconds, how long a read waits for the first byte."""

    timeout: float | None

    @property
    def in_waiting(self) -> int: ...
    def read(self, size: int = 1, /) -> bytes: ...
    def write(self, data: bytes, /) -> int | None: ...
    def reset_input_buffer(self) -> None: ...
    def close(self) -> None: ...


class Clock(Protocol):
    """Time as the far end of a port sees it: that of the machine, or of an earbud which answers in no time."""

    def now(self) -> float:
        """Seconds since some instant."""
        ...

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Seconds since some instant."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)


Reopen = Callable[[], Port]
"""Opens a port that has gone away again; raises a LinkError while it is not back."""


def open_port(name: str, design: Design) -> Port:
    """A serial port at the design's baud rate, for this process alone.

    Raises
    ------
    LinkError
        The port is not there, or another program holds it.
    """
    try:
        port: Port = serial.Serial(name, design.link.baud, exclusive=True)
    except (serial.SerialException, OSError) as error:
        raise LinkError(f"{name}: cannot be opened ({error})") from None
    return port
