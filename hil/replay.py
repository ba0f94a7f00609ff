"""One stream of codes through an earbud: samples out, again where they were lost, and what is made of them in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from hil.numbered_line import NumberedLine
from hil.patience import Patience
from hil.refusal import fault_in_words
from hil.token_stream import Segment, TokenStream
from spec.errors import LinkError
from spec.framing import Frame
from spec.messages import Error, ErrorCode, MessageType, Start, State, Status

DATA = (MessageType.TOKENS, MessageType.TICK, MessageType.CODES)


class Conversation(Protocol):
    """What is used of `hil.link.EarbudLink`."""

    line: NumberedLine

    def patience(self) -> Patience: ...
    def heed(self, frame: Frame, where: str) -> Status | None: ...
    def ask(
        self, kind: MessageType, payload: bytes, answer: Callable[[Frame], Status | None], where: Callable[[], str]
    ) -> Status: ...


class Replay:
    """A stream through a configured earbud.

    Parameters
    ----------
    advance : called with the count of samples that the earbud has taken, each time a larger one
    lock_step : await each frame's STATUS before the next frame
    """

    def __init__(
        self, link: Conversation, stream: TokenStream, advance: Callable[[int], None], lock_step: bool
    ) -> None:
        self._link, self._stream, self._advance, self._lock_step = link, stream, advance, lock_step
        self._told = 0
        self._credit = 0
        self._resent_from = 0  # frames before this number were sent before going back

    def segment(self, run: int, first: int) -> Status:
        """From sample `first` to the end of the stream, as run number `run` of the earbud; returns its last STATUS.

        Raises
        ------
        RestartedError, SilenceError
            The earbud has forgotten the run, or says no more.
        LinkError
            The earbud is at fault.
        """
        self._start(Start(first, run))
        self._feed()
        return self._link.ask(MessageType.STOP, b"", self._stopped, lambda: f"{self._stream.where} and STOP")

    def _start(self, start: Start) -> None:
        def begun(frame: Frame) -> Status | None:
            status = self._link.heed(frame, "after START")
            if status is None or status.run != start.run:
                return None
            if status.state != State.RUNNING:
                raise LinkError(f"the earbud does not start: {fault_in_words(status.fault)}")
            return status

        status = self._link.ask(MessageType.START, start.pack(), begun, lambda: "after START")
        self._stream.begin(Segment(start.first, status.boots, start.run))
        self._credit, self._resent_from = status.credit, self._link.line.sequence_out

    def _feed(self) -> None:
        """Send samples until the earbud has taken them all."""
        stream, line, patience = self._stream, self._link.line, self._link.patience()
        while stream.taken < stream.length:
            window = min(self._credit, stream.taken + 1) if self._lock_step else self._credit
            while stream.sent < min(window, stream.length):
                line.send(MessageType.SAMPLES, stream.next_frame(self._credit).pack())
            line.listen()
            while (frame := line.next_frame()) is not None:
                patience.heard()
                if self._take(frame):
                    patience.progress()
            if stream.taken > self._told:
                self._told = stream.taken
                self._advance(stream.taken)
            patience.check(stream.where)
            if patience.ask_again():
                line.send(MessageType.QUERY)

    def _take(self, frame: Frame) -> bool:
        """Act on what comes in mid-run; returns whether the stream has got further by it."""
        stream = self._stream
        if frame.type in DATA:
            return stream.put(frame)
        status = self._link.heed(frame, stream.where)
        if frame.type is MessageType.ERROR:
            self._go_back(Error.unpack(frame.payload))
        if status is None or status.run != stream.run:
            return False
        if status.state != State.RUNNING:
            raise LinkError(f"the earbud ended its run {stream.where}: {fault_in_words(status.fault)}")
        before = stream.taken
        stream.acknowledge(status)
        self._credit = status.credit
        if status.expected == self._link.line.sequence_out:  # it has seen all that was sent: what it lacks is lost
            stream.go_back(status.received)
        return stream.taken > before

    def _go_back(self, error: Error) -> None:
        """Once a gap: refusals of what was on its way then say nothing new."""
        resent = (error.sequence - self._resent_from) & 0xFFFF < 0x8000
        if error.code == ErrorCode.INDEX and resent:
            self._stream.go_back(error.detail)
            self._resent_from = self._link.line.sequence_out

    def _stopped(self, frame: Frame) -> Status | None:
        if frame.type in DATA:
            self._stream.put(frame)
            return None
        status = self._link.heed(frame, f"{self._stream.where} and STOP")
        stopped = status is not None and status.run == self._stream.run and status.state == State.CONFIGURED
        return status if stopped else None
