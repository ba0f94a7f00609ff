"""A simulated Cyton on a pseudo terminal, for BrainFlow, the OpenBCI GUI and other programs with a serial port.

The signal is that of the earbud: its converter's codes in uV, resampled to the Cyton's 250 SPS, on channels 1 to N; the
others are zero. Differences from a real Cyton at the same electrodes: the signal is not inverted; the resampler is flat
to 100 Hz, where an ADS1299 at 250 SPS loses 7 dB by its sinc3 filter; and there is no settling time of 16 ms after a
start. A code at the Cyton's gain of 24 is half of one at ours of 12, so the range is half as wide, and clips earlier.

Packets are due by deadlines counted from `b`, and are always sent completely, also around `s`. The line is as fast as
its reader. Packets that the reader does not fetch within `BACKLOG_S` are lost as a whole, which their numbers show.
"""

from __future__ import annotations

import os
import select
import termios
import threading
import tty
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from earloop.hil.interop.cyton_ads import CHANNELS, FULL_SCALE, uv_per_code
from earloop.hil.interop.cyton_board import RATE_HZ, CytonBoard
from earloop.hil.link.port import PortClock, SystemClock
from earloop.recordings import Recording, RecordingError, resample
from earloop.sim.front_end.quantise import codes_to_uv
from earloop.sim.front_end.stimulus import to_stimulus
from earloop.spec.design import Design

BACKLOG_S = 4.0
AT_ONCE = 1000  # largest number of packets computed together
IDLE_S = 0.1  # how long to wait for a command without streaming
READ_BYTES = 4096


@dataclass(frozen=True)
class CytonSignal:
    """The signal at the board.

    uv : float64 [samples, channels], uV at 250 SPS
    clipped : number of samples beyond the range at the default gain of 24
    """

    uv: NDArray[np.float64]
    clipped: int


def cyton_signal(recording: Recording, design: Design) -> CytonSignal:
    """Return a recording as the earbud's converter receives it, at the Cyton's rate.

    Raises
    ------
    RecordingError
        The recording does not fit the design, or the design has more electrodes than a Cyton.
    """
    if len(design.channels) > CHANNELS:
        raise RecordingError(f"{len(design.channels)} electrodes; a Cyton has {CHANNELS} channels")
    codes = to_stimulus(recording, design).codes
    uv = Recording(codes_to_uv(codes, design.converter), "uV", float(design.converter.rate_hz), design.channels)
    at_250 = resample(uv, RATE_HZ).data
    return CytonSignal(at_250, int((np.abs(at_250) > FULL_SCALE * uv_per_code()).sum()))


class CytonPort:
    """The board on its port. `with` opens and closes the port; the board answers while `serve` runs.

    Each `b` starts at the signal's first sample; after the last sample the signal repeats.

    Attributes
    ----------
    name : name of the pseudo terminal, for serial libraries
    lost : number of packets that were not fetched
    """

    def __init__(self, signal: CytonSignal, clock: PortClock | None = None) -> None:
        self._uv = signal.uv
        self._clock = clock or SystemClock()
        self._board = CytonBoard(signal.uv.shape[1], self._clock.now())
        self._outgoing: deque[bytes] = deque()
        self._rest = b""  # the unsent part of a packet
        self._started, self._made = 0.0, 0
        self.lost = 0

    def __enter__(self) -> Self:
        self._ours, self._theirs = (
            os.openpty()
        )  # the host's end stays open here, so that a host may close and reopen it
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        self.name = os.ttyname(self._theirs)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._ours)
        os.close(self._theirs)

    def serve(self, stop: threading.Event) -> None:
        """Answer and stream until `stop` is set."""
        while not stop.is_set():
            wait_s = 1 / RATE_HZ if self._board.streaming or self._rest else IDLE_S
            if select.select([self._ours], [], [], wait_s)[0]:
                for byte in os.read(self._ours, READ_BYTES):
                    self._obey(byte)
            elif late := self._board.expire(self._clock.now()):
                self._outgoing.append(late)
            self._make_due()
            self._send()

    def _obey(self, byte: int) -> None:
        now, resets, was_streaming = self._clock.now(), self._board.resets, self._board.streaming
        reply = self._board.receive(byte, now)
        if was_streaming and not self._board.streaming:
            self._outgoing.clear()
        if self._board.streaming and not was_streaming:
            self._started, self._made = now, 0
        if self._board.resets != resets:
            self._rest = b""
            # Discard data that an earlier host did not read. Linux clears the readable data first and then the data in
            # transit, of which a part may have become readable in between: hence twice.
            for _ in range(2):
                termios.tcflush(self._theirs, termios.TCIFLUSH)
        if reply:
            self._outgoing.append(reply)

    def _make_due(self) -> None:
        if not self._board.streaming:
            return
        due = int((self._clock.now() - self._started) * RATE_HZ)
        numbers = np.arange(self._made, min(due, self._made + AT_ONCE))
        if not len(numbers):
            return
        for packet in self._board.packets(self._uv[numbers % len(self._uv)], self._started + numbers / RATE_HZ):
            if len(self._outgoing) < BACKLOG_S * RATE_HZ:
                self._outgoing.append(packet)
            else:
                self.lost += 1
        self._made += len(numbers)

    def _send(self) -> None:
        """Send as much as the line accepts; an incomplete packet is continued before the next."""
        with suppress(BlockingIOError):  # the reader is too slow
            while self._rest or self._outgoing:
                self._rest = self._rest or self._outgoing.popleft()
                self._rest = self._rest[os.write(self._ours, self._rest) :]
