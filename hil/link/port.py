"""What a link stands on: a serial port, and a clock to wait by."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import serial

from earloop.spec.design import Design
from earloop.spec.errors import LinkError


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
"""Opens a port that has gone away again; raises a LinkError while it is not back, a PortLostError if it never will."""

WRITE_S = 5.0  # how long a port may take no byte: the silence after which a link gives up, too


class PortLostError(LinkError):
    """The port is gone, and there is nothing to wait for."""


class PortHeldError(LinkError):
    """Another program holds the port."""


class PortForbiddenError(LinkError):
    """The port is there, and this user may not open it."""


def open_port(name: str, design: Design, *, write_s: float = WRITE_S) -> Port:
    """A serial port at the design's baud rate, for this process alone.

    Parameters
    ----------
    write_s : how long a write may wait for a far end that reads nothing; then it fails

    Raises
    ------
    PortHeldError
        Another program holds it.
    PortForbiddenError
        Its group may open it, and the user is not of it.
    LinkError
        It is not there, or no serial port.
    """
    try:
        port: Port = serial.Serial(name, design.link.baud, exclusive=True, write_timeout=write_s)
    except (serial.SerialException, OSError) as error:
        raise _refusal(name, error) from None
    return port


def _refusal(name: str, error: OSError) -> LinkError:
    if error.errno in (errno.EAGAIN, errno.EBUSY):
        return PortHeldError(f"{name}: held by another program; end that one, or name another port")
    if error.errno in (errno.EACCES, errno.EPERM):
        group = _group(name)
        return PortForbiddenError(
            f"{name}: may not be opened by this user; its group may: sudo usermod -aG {group} $USER, then log in anew"
        )
    return LinkError(f"{name}: cannot be opened ({error})")


def _group(name: str) -> str:
    """Of the users that may open a port."""
    try:
        return Path(name).group()
    except (OSError, KeyError):  # gone meanwhile, or a group without a name
        return "dialout"
