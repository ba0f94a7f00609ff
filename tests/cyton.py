"""A simulated Cyton for tests: on a port, in a hurry, and its packets taken apart."""

from __future__ import annotations

import contextlib
import threading
import time

from earloop.hil.interop.cyton_packet import PACKET_BYTES
from earloop.hil.interop.cyton_port import CytonPort

PATIENCE_S = 60.0  # of the tests, on a machine that is busy
SPEED = 20


class FastClock:
    """The machine's clock, so many times as fast that tests need not wait for 250 SPS."""

    def now(self):
        return SPEED * time.monotonic()

    def wait(self, seconds):
        raise AssertionError("a board waits for its line, not for a clock")


@contextlib.contextmanager
def serving(signal):
    """A board on a port that answers in a thread of its own."""
    stop = threading.Event()
    with CytonPort(signal, FastClock()) as port:
        thread = threading.Thread(target=port.serve, args=(stop,))
        thread.start()
        try:
            yield port
        finally:
            stop.set()
            thread.join()


def codes_of(packet):
    """The eight samples of a packet, int."""
    assert len(packet) == PACKET_BYTES
    assert packet[0] == 0xA0
    return [int.from_bytes(packet[i : i + 3], "big", signed=True) for i in range(2, 26, 3)]
