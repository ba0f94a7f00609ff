"""The port and the clock that a link uses."""

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
    """The part of `serial.Serial` that the link uses. `timeout` limits, in seconds, how long a read waits."""

    timeout: float | None

    @property
    def in_waiting(self) -> int:
        """Number of bytes that can be read at once."""
        ...

    def read(self, size: int = 1, /) -> bytes:
        """Return up to `size` bytes, after waiting up to `timeout` for the first."""
        ...

    def write(self, data: bytes, /) -> int | None:
        """Write all bytes."""
        ...

    def reset_input_buffer(self) -> None:
        """Discard received bytes that were not read."""
        ...

    def close(self) -> None:
        """Close the port."""
        ...


class PortClock(Protocol):
    """The time at the far end of a port: that of this machine, or the simulated time of an earbud in this process."""

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
"""Opens a lost port again; raises a LinkError while it is not back, a PortLostError if it never will be."""

WRITE_S = 5.0  # timeout of a write, equal to the silence after which a link fails


class PortLostError(LinkError):
    """The port is gone for good."""


class PortHeldError(LinkError):
    """Another program holds the port."""


class PortForbiddenError(LinkError):
    """This user may not open the port."""


def open_port(name: str, design: Design, *, write_s: float = WRITE_S) -> Port:
    """Open a serial port at the design's baud rate, exclusively for this process.

    Parameters
    ----------
    write_s : timeout of a write to a far end that does not read

    Raises
    ------
    PortHeldError
        Another program uses the port.
    PortForbiddenError
        The user is not in the group that may open the port.
    LinkError
        The port does not exist, or is no serial port.
    """
    try:
        port: Port = serial.Serial(name, design.link.baud, exclusive=True, write_timeout=write_s)
    except (serial.SerialException, OSError) as error:
        raise _refusal(name, error) from None
    return port


def _refusal(name: str, error: OSError) -> LinkError:
    if error.errno in (errno.EAGAIN, errno.EBUSY):
        return PortHeldError(f"{name}: another program uses this port; end that program, or name another port")
    if error.errno in (errno.EACCES, errno.EPERM):
        group = _group(name)
        return PortForbiddenError(
            f"{name}: this user may not open the port; run sudo usermod -aG {group} $USER, then log in again"
        )
    return LinkError(f"{name}: cannot be opened ({error})")


def _group(name: str) -> str:
    """Return the group of users that may open a port."""
    try:
        return Path(name).group()
    except (OSError, KeyError):  # the port is gone, or the group has no name
        return "dialout"
