"""Ctrl-C as the way to end what may last as long as the user likes."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType


@contextmanager
def ended_by_ctrl_c() -> Iterator[Callable[[], bool]]:
    """Yields a function that tells whether Ctrl-C was pressed; pressed again, it interrupts as it does elsewhere."""
    pressed, before = Event(), signal.getsignal(signal.SIGINT)

    def once(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        pressed.set()

    signal.signal(signal.SIGINT, once)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)
