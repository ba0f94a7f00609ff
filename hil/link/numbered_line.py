"""Numbered frames to and from an earbud. This module detects lost, duplicated, late and damaged frames.

The rule is that of `firmware/src/link.h`. A frame with the expected number is accepted. A frame with a higher number is
accepted, too, and the numbers between are listed as lost. A frame with a lower number is late or repeated, and is
dropped. HELLO and STATUS carry their full number, so that any gap is found; other frames carry it modulo 2^16.
"""

from __future__ import annotations

import termios
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

import serial

from earloop.hil.link.port import Port, PortClock, PortLostError, Reopen
from earloop.spec.errors import LinkError
from earloop.spec.framing import DELIMITER, Frame, FrameSplitter, decode_frame, encode_frame
from earloop.spec.messages import PROTOCOL_VERSION, Hello, MessageType, Opening, Status

PORT_ERRORS = (serial.SerialException, OSError, termios.error)
POLL_S = 0.05  # how long one read may wait; a deadline is noticed at most so late
_REOPEN_S = 0.2  # between attempts to open a lost port


@dataclass(frozen=True)
class LostFrames:
    """A gap in the received frames: `count` frames never arrived, the first of them with number `first`."""

    first: int
    count: int


class RestartedError(LinkError):
    """The earbud has booted since the session began."""


class OtherProtocolError(LinkError):
    """The earbud speaks another version of the link's protocol."""

    def __init__(self, version: int) -> None:
        super().__init__(f"protocol: the earbud speaks version {version}, this host {PROTOCOL_VERSION}")


class NobodyReadsError(LinkError):
    """The far end accepted no byte until the write timed out."""


class NumberedLine:
    """Sends and receives the frames of one earbud.

    Parameters
    ----------
    port, clock : the connection, and the clock of its timeouts
    reopen : opens the port again after it disappeared; None if that is an error
    patience_s : how long the port may be gone

    Attributes
    ----------
    sequence_out : number of the next frame to the earbud, modulo 2^16
    opened : number of the HELLO that opened the session; None before it arrived
    losses : the earbud's frames that did not arrive, or arrived late, since the session began
    frames, stale, corrupt : since the session began: frames accepted, dropped as late or duplicate, and not decoded
    received_s : when bytes last arrived, by the clock
    reopened : how often the port was opened again since the session began
    """

    def __init__(self, port: Port, clock: PortClock, reopen: Reopen | None, patience_s: float) -> None:
        self._port, self._clock, self._reopen, self._patience_s = port, clock, reopen, patience_s
        self._port.timeout = POLL_S
        self._splitter = FrameSplitter()
        self._stuffed: deque[bytes] = deque()  # received frames that are not yet decoded
        self._broken_off = False
        self.sequence_out = 0
        self.received_s = clock.now()
        self._forget(0)

    def _forget(self, session: int) -> None:
        self._session, self._boots = session, 0
        self._expected = 0
        self.opened: int | None = None
        self.losses: list[LostFrames] = []
        self.frames = self.stale = self.corrupt = self.reopened = 0

    def close(self) -> None:
        """Close the port."""
        self._port.close()

    def break_off(self) -> None:
        """Make the thread that uses the port fail with a LinkError within `POLL_S`; callable from any thread."""
        self._broken_off = True

    def begin(self, session: int) -> None:
        """Begin a session with clean counters. Frames are ignored until its HELLO, which `ask_hello` requests."""
        self._forget(session)
        self._splitter = FrameSplitter()
        self._stuffed.clear()
        try:
            self._port.reset_input_buffer()
        except PORT_ERRORS as error:
            self._open_again(error)

    def ask_hello(self) -> None:
        """Send HELLO, after a delimiter that ends an incomplete frame of an earlier conversation."""
        self._write(DELIMITER)
        self.send(MessageType.HELLO, Opening(self._session).pack())

    def send(self, kind: MessageType, payload: bytes = b"") -> None:
        """Send a frame. It uses up its number even if the port loses it."""
        number = self.sequence_out
        self.sequence_out = (number + 1) & 0xFFFF
        self._write(encode_frame(Frame(kind, number, payload)))

    def listen(self, wait_s: float = POLL_S) -> bool:
        """Read once, waiting at most `wait_s` for the first byte; return whether bytes arrived."""
        self._check_wanted()
        try:
            if self._port.timeout != wait_s:
                self._port.timeout = wait_s
            received = self._port.read(max(1, self._port.in_waiting))
        except PORT_ERRORS as error:
            self._open_again(error)
            return False
        if received:
            self.received_s = self._clock.now()
        self._stuffed.extend(self._splitter.push(received))
        return bool(received)

    def next_frame(self) -> Frame | None:
        """Return the next received frame that is new, or None.

        Raises
        ------
        RestartedError
            The frame shows that the earbud has booted.
        OtherProtocolError
            The frame is of another version of the protocol.
        LinkError
            The port is gone and does not come back.
        """
        while self._stuffed:
            try:
                frame = decode_frame(self._stuffed.popleft())
            except LinkError:
                self.corrupt += self.opened is not None
                continue
            if self._is_new(frame):
                return frame
        return None

    def _is_new(self, frame: Frame) -> bool:
        said = _self_numbered(frame)
        if self.opened is None:
            if not isinstance(said, Hello) or said.session != self._session:
                return False  # left over from an earlier conversation
            self.opened = self._expected = said.frames_out
            self._boots = said.boots
        if said is None:
            ahead = _signed(frame.sequence - self._expected, 16)
        elif said.session not in (0, self._session):
            self.stale += 1
            return False
        elif said.boots != self._boots:
            raise RestartedError(f"earbud restarted: boot count {said.boots}, was {self._boots}")
        else:
            ahead = _signed(said.frames_out - self._expected, 32)
        if ahead < 0:
            self.stale += 1
            return False
        if ahead > 0:
            self.losses.append(LostFrames(self._expected, ahead))
        self._expected += ahead + 1
        self.frames += 1
        return True

    def _write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except serial.SerialTimeoutException:
            raise NobodyReadsError(f"the earbud does not read: {len(data)} bytes could not be written to it") from None
        except PORT_ERRORS as error:
            self._open_again(error)

    def _check_wanted(self) -> None:
        if self._broken_off:
            raise LinkError("broken off by the host")

    def _open_again(self, error: Exception) -> None:
        """Wait for the port to come back, unless it never will. Bytes that were being read or written are lost."""
        if self._reopen is None:
            raise error
        with suppress(*PORT_ERRORS):
            self._port.close()
        gone = self._clock.now()
        while True:
            self._check_wanted()
            try:
                self._port = self._reopen()
                self._port.timeout = POLL_S
                self._port.write(DELIMITER)  # ends the interrupted frame
                self.reopened += 1
                return
            except PortLostError:
                raise
            except (LinkError, *PORT_ERRORS):
                if self._clock.now() - gone > self._patience_s:
                    raise error from None
                self._clock.wait(_REOPEN_S)


def _self_numbered(frame: Frame) -> Hello | Status | None:
    """Return the message of a frame that carries its full number, else None."""
    if frame.type is MessageType.STATUS:
        return Status.unpack(frame.payload)
    if frame.type is not MessageType.HELLO:
        return None
    if (version := Hello.version_of(frame.payload)) != PROTOCOL_VERSION:
        raise OtherProtocolError(version)
    return Hello.unpack(frame.payload)


def _signed(difference: int, bits: int) -> int:
    """Return a difference modulo 2^bits as a signed number."""
    half = 1 << (bits - 1)
    return (difference + half) % (1 << bits) - half
