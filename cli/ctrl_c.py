"""Ctrl-C as the normal way to end a command that has no fixed duration, or that saves what it has done."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType


@contextmanager
def ended_by_ctrl_c(*also: signal.Signals) -> Iterator[Callable[[], bool]]:
    """Yield a function that returns whether Ctrl-C was pressed, or one of the signals `also` came.

    The second of these signals interrupts at once: it raises KeyboardInterrupt.
    """
    ended = Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, *also)}

    def once(number: int, frame: FrameType | None) -> None:
        for each in before:
            signal.signal(each, signal.default_int_handler)
        ended.set()

    for number in before:
        signal.signal(number, once)
    try:
        yield ended.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
