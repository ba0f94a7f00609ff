"""The host's end of the link to an earbud, emulated or real, on a serial port.

The exchange is the one of `spec.messages`; the earbud's end is `firmware/src/link.c`. Nothing here sleeps: each wait is
a read with a deadline, and each way in which the exchange can fail is one line that says what failed, and where.
"""

from __future__ import annotations

import termios
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
import serial
from numpy.typing import NDArray

from hil.token_stream import TokenStream
from spec.design import Design
from spec.errors import LinkError
from spec.fixed import FixedDesign
from spec.framing import Frame, FrameSplitter, decode_frame, encode_frame
from spec.messages import (
    PROTOCOL_VERSION,
    Configure,
    Error,
    ErrorCode,
    Hello,
    MessageType,
    State,
    Status,
    Tap,
)

SILENCE_S = 5.0  # a healthy earbud answers within milliseconds; a loaded machine may stall the emulator
_REPEAT_HELLO_S = 0.5  # an earbud that is still booting hears nothing
_POLL_S = 0.05  # how long one read may wait: bounds how late a deadline is noticed


class Port(Protocol):
    """What is used of `serial.Serial`."""

    timeout: float | None

    @property
    def in_waiting(self) -> int: ...
    def read(self, size: int = 1, /) -> bytes: ...
    def write(self, data: bytes, /) -> int | None: ...
    def reset_input_buffer(self) -> None: ...
    def close(self) -> None: ...


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


@dataclass(frozen=True)
class LinkRun:
    """What an earbud made of a stream of codes.

    tokens : int16, shape [patches, channels, bands, patch]
    samples, ticks : taken and run by the earbud
    saturated : token samples that clipped
    corrupt : frames that the earbud could not decode since its boot
    tick_clocks_mean, tick_clocks_max : core clocks of a tokenizer tick
    wall_s : from START to the last STATUS
    """

    tokens: NDArray[np.int16]
    samples: int
    ticks: int
    saturated: int
    corrupt: int
    tick_clocks_mean: float
    tick_clocks_max: int
    wall_s: float


class EarbudLink:
    """A conversation with one earbud; a context manager that closes the port.

    Parameters
    ----------
    port : a pyserial port; see `open_port`
    fixed : the design that both ends are to hold
    silence_s : how long the earbud may say nothing while something is due
    """

    def __init__(self, port: Port, fixed: FixedDesign, *, silence_s: float = SILENCE_S) -> None:
        self.fixed = fixed
        self._port = port
        self._port.timeout = _POLL_S
        self._silence_s = silence_s
        self._splitter = FrameSplitter()
        self._sequence_out = 0
        self._sequence_in: int | None = None
        self._boots: int | None = None
        self._stuffed: deque[bytes] = deque()  # received frames that nobody has looked at

    def close(self) -> None:
        """Close the port."""
        self._port.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def hello(self) -> Hello:
        """Begin anew, and learn who the earbud is.

        Raises
        ------
        LinkError
            No answer, no earbud, or one of another protocol.
        """
        self._splitter = FrameSplitter()
        self._sequence_in = self._boots = None
        self._stuffed.clear()
        with _while_plugged_in(lambda: "after HELLO"):
            self._port.reset_input_buffer()
            began = asked = time.monotonic()
            self._ask_hello()
            while (frame := self._next_frame("after HELLO")) is None:
                self._listen(began, "after HELLO")
                if time.monotonic() - asked > _REPEAT_HELLO_S:
                    asked = time.monotonic()
                    self._ask_hello()
        hello = Hello.unpack(frame.payload)
        if hello.protocol != PROTOCOL_VERSION:
            raise LinkError(f"protocol: the earbud speaks version {hello.protocol}, this host {PROTOCOL_VERSION}")
        return hello

    def configure(self, design_hash: str, taps: Tap = Tap.TOKENS) -> None:
        """Agree on the design, SHA-256 in hex, and on what is emitted.

        Raises
        ------
        LinkError
            The earbud was built for another design (names both), cannot emit `taps`, or does not answer.
        """
        hello = self.hello()
        if hello.design_hash.hex() != design_hash:
            raise LinkError(_mismatch(hello.design_hash.hex(), design_hash))
        with _while_plugged_in(lambda: "after CONFIGURE"):
            self._send(MessageType.CONFIGURE, Configure(bytes.fromhex(design_hash), taps).pack())
            self._await_status(State.CONFIGURED, "after CONFIGURE")

    def run(
        self,
        codes: NDArray[np.integer[Any]],
        *,
        advance: Callable[[int], None] | None = None,
        lock_step: bool = False,
    ) -> LinkRun:
        """Stream codes through a configured earbud and collect its tokens.

        Parameters
        ----------
        codes : int24, shape [samples, channels]
        advance : called with the count of samples that the earbud has taken
        lock_step : await each frame's STATUS before the next frame, so that nothing arrives during a tick and the
            clocks counted are the tokenizer's alone

        Raises
        ------
        LinkError
            Says what failed and at which sample, frame or token.
        """
        stream = TokenStream(self.fixed, codes)
        with _while_plugged_in(lambda: stream.where):
            return self._run(stream, advance, lock_step)

    def _run(self, stream: TokenStream, advance: Callable[[int], None] | None, lock_step: bool) -> LinkRun:
        self._send(MessageType.START)
        status = self._await_status(State.RUNNING, "after START")
        began = time.monotonic()
        heard = began
        while stream.taken < stream.length:
            window = stream.taken + 1 if lock_step else status.credit
            while stream.sent < min(window, stream.length):
                self._send(MessageType.SAMPLES, stream.next_frame(status.credit).pack())
            heard, before = self._listen(heard, stream.where), stream.taken
            status = self._take_answers(stream) or status
            if advance is not None and stream.taken > before:
                advance(stream.taken)
        self._send(MessageType.STOP)
        while status.state != State.CONFIGURED:
            heard = self._listen(heard, f"{stream.where} and STOP")
            status = self._take_answers(stream) or status
        wall_s = time.monotonic() - began
        return LinkRun(
            tokens=stream.whole_tokens(),
            samples=status.received,
            ticks=status.ticks,
            saturated=status.saturated,
            corrupt=status.corrupt,
            tick_clocks_mean=status.tick_clocks / max(1, status.ticks),
            tick_clocks_max=status.tick_clocks_max,
            wall_s=wall_s,
        )

    def _take_answers(self, stream: TokenStream) -> Status | None:
        """File what has come during a run; returns the last STATUS."""
        status = None
        while (frame := self._next_frame(stream.where)) is not None:
            if frame.type is MessageType.TOKENS:
                stream.put(frame)
            elif frame.type is MessageType.STATUS:
                status = self._take_status(frame, stream)
            else:
                raise LinkError(f"frame {frame.sequence}: {frame.type.name} came {stream.where}, in the midst of a run")
        return status

    def _take_status(self, frame: Frame, stream: TokenStream) -> Status:
        status = Status.unpack(frame.payload)
        if not stream.taken <= status.received <= stream.sent:
            raise LinkError(
                f"STATUS {stream.where}: the earbud says it took {status.received} of {stream.sent} samples sent"
            )
        stream.taken = status.received
        return status

    def _ask_hello(self) -> None:
        self._port.write(b"\0")  # ends whatever a former conversation left half said
        self._send(MessageType.HELLO)

    def _send(self, kind: MessageType, payload: bytes = b"") -> int:
        number = self._sequence_out
        self._port.write(encode_frame(Frame(kind, number, payload)))
        self._sequence_out = (number + 1) & 0xFFFF
        return number

    def _await_status(self, state: State, where: str) -> Status:
        status = Status.unpack(self._await(MessageType.STATUS, where).payload)
        if status.state != state:
            found = State(status.state).name if status.state in set(State) else status.state
            raise LinkError(f"STATUS {where}: the earbud is {found}, expected {state.name}")
        return status

    def _await(self, kind: MessageType, where: str) -> Frame:
        heard = time.monotonic()
        while (frame := self._next_frame(where)) is None:
            heard = self._listen(heard, where)
        if frame.type is not kind:
            raise LinkError(f"frame {frame.sequence}: {frame.type.name} came {where}, expected {kind.name}")
        return frame

    def _listen(self, heard: float, where: str) -> float:
        """Read once; returns when the earbud was last heard."""
        received = self._port.read(max(1, self._port.in_waiting))
        now = time.monotonic()
        if not received:
            if now - heard > self._silence_s:
                raise LinkError(f"earbud silent for {now - heard:.1f} s {where}")
            return heard
        self._stuffed.extend(self._splitter.push(received))
        return now

    def _next_frame(self, where: str) -> Frame | None:
        """The next received frame that says something new."""
        while self._stuffed:
            frame = self._check(self._stuffed.popleft(), where)
            if frame is not None:
                return frame
        return None

    def _check(self, stuffed: bytes, where: str) -> Frame | None:
        """A received frame, or None where it says what is known; an ERROR is raised."""
        try:
            frame = decode_frame(stuffed)
        except LinkError as error:
            if self._sequence_in is None:
                return None  # the tail of a frame that was under way when the port was opened
            raise LinkError(
                f"corrupt frame from the earbud, expected number {self._sequence_in}, {where}: {error}"
            ) from None
        if frame.type is MessageType.HELLO:
            self._sequence_in = (frame.sequence + 1) & 0xFFFF
            boots = Hello.unpack(frame.payload).boots
            if self._boots is None:
                self._boots = boots
                return frame
            if boots != self._boots:
                raise LinkError(f"earbud restarted {where}: boot count {boots}, was {self._boots}")
            return None
        if self._sequence_in is None:
            return None  # left over from a former conversation
        if frame.sequence != self._sequence_in:
            raise LinkError(
                f"frame out of order from the earbud {where}: "
                f"expected number {self._sequence_in}, found {frame.sequence} ({frame.type.name})"
            )
        self._sequence_in = (frame.sequence + 1) & 0xFFFF
        if frame.type is MessageType.ERROR:
            raise LinkError(f"{_in_words(Error.unpack(frame.payload), self.fixed.design.design_hash)} ({where})")
        return frame


@contextmanager
def _while_plugged_in(where: Callable[[], str]) -> Iterator[None]:
    """Say in one line that the port went away, and where."""
    try:
        yield
    except (serial.SerialException, OSError, termios.error) as error:
        raise LinkError(f"the port failed {where()} ({error}): is the earbud still plugged in?") from None


def _mismatch(earbud: str, host: str) -> str:
    return f"design hash differs: the earbud was built for {earbud}, the host holds {host}; build and flash that design"


def _in_words(error: Error, design_hash: str) -> str:
    """What an ERROR says, as a sentence."""
    words = {
        ErrorCode.DESIGN_MISMATCH: f"it was built for a design other than {design_hash}",
        ErrorCode.BAD_STATE: f"not while {State(error.detail).name if error.detail in set(State) else error.detail}",
        ErrorCode.BAD_LENGTH: f"{error.detail} bytes are no payload of that message",
        ErrorCode.SEQUENCE: f"frame out of order, expected number {error.detail}",
        ErrorCode.OVERRUN: f"samples beyond the credit, which ends before sample {error.detail}",
        ErrorCode.UNKNOWN_MESSAGE: f"message type {error.detail} is not known",
        ErrorCode.CORRUPT: f"a frame arrived corrupt, {error.detail} since boot",
        ErrorCode.UNSUPPORTED: f"taps asked for that it cannot emit; it can: {Tap(error.detail)!r}",
        ErrorCode.INDEX: f"samples out of order, expected sample {error.detail}",
    }
    if error.code not in set(ErrorCode):
        return f"earbud refused frame {error.sequence}: code {error.code}, detail {error.detail}"
    code = ErrorCode(error.code)
    return f"earbud refused frame {error.sequence} ({code.name}): {words[code]}"
