"""A replay: one stream of codes goes to an earbud, with repeats of lost samples, and the computed taps come back.

With a pace, samples leave no earlier than a converter would take them. An observer is called for both directions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from earloop.hil.link.errors_in_words import fault_in_words
from earloop.hil.link.numbered_line import POLL_S, NumberedLine
from earloop.hil.link.pace import Observer, Pace
from earloop.hil.link.patience import Patience, TimeBudget
from earloop.hil.link.plausible import check_credit
from earloop.hil.link.port import PortClock
from earloop.hil.link.tap_records import SentStream, StreamSegment
from earloop.spec.errors import LinkError
from earloop.spec.fixed import FixedDesign
from earloop.spec.framing import Frame
from earloop.spec.messages import DeviceState, Error, ErrorCode, MessageType, Start, Status

DATA = (MessageType.TOKENS, MessageType.TICK, MessageType.CODES)


class Conversation(Protocol):
    """The part of `earloop.hil.link.earbud_link.EarbudLink` that a replay and an acquisition use."""

    clock: PortClock
    line: NumberedLine

    fixed: FixedDesign

    def patience(self) -> Patience:
        """Return deadlines that start now."""
        ...

    def budget(self) -> TimeBudget:
        """Return the time limit of a stream that starts now."""
        ...

    def heed(self, frame: Frame, where: str) -> Status | None:
        """Return the STATUS in a frame, else None; raise a LinkError for an ERROR that the line cannot have caused."""
        ...

    def ask(
        self, kind: MessageType, payload: bytes, answer: Callable[[Frame], Status | None], where: Callable[[], str]
    ) -> Status:
        """Send a message, repeatedly, until `answer` returns a STATUS for a received frame."""
        ...


class Replay:
    """The replay of one stream on a configured earbud.

    Parameters
    ----------
    advance : called with the number of samples taken, each time that it has grown
    lock_step : await each frame's STATUS before the next frame
    pace : when samples may leave, counted from the first START; by default as soon as the earbud accepts them
    observer : called with all that leaves and arrives
    """

    def __init__(
        self,
        link: Conversation,
        stream: SentStream,
        advance: Callable[[int], None],
        lock_step: bool,
        pace: Pace | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._link, self._stream, self._advance, self._lock_step = link, stream, advance, lock_step
        self._pace, self._observer = pace, observer
        self._budget = link.budget()
        self._first_s: float | None = None  # when the first sample may be taken
        self.began: Status | None = None  # the answer to the last START
        self._reported = 0  # samples of the last call of `advance`
        self._credit = 0
        self._resent_from = 0  # frames before this number were sent before going back

    def segment(self, run: int, first: int) -> Status:
        """Replay from sample `first` to the end of the stream, as run `run` of the earbud; return its last STATUS.

        Raises
        ------
        RestartedError, SilenceError
            The earbud has lost the run by a restart, or falls silent.
        LinkError
            The earbud violates the protocol or reports a fault.
        """
        self._start(Start(first, run))
        self._feed()
        return self._link.ask(MessageType.STOP, b"", self._stopped, lambda: f"{self._stream.where} and STOP")

    def _start(self, start: Start) -> None:
        def started(frame: Frame) -> Status | None:
            status = self._link.heed(frame, "after START")
            if status is None or status.run != start.run:
                return None
            if status.state != DeviceState.RUNNING:
                raise LinkError(f"the earbud does not start: {fault_in_words(status.fault)}")
            return status

        status = self._link.ask(MessageType.START, start.pack(), started, lambda: "after START")
        segment = StreamSegment(start.first, status.boots, start.run)
        self._stream.begin(segment)
        self.began = status
        now = self._link.clock.now()
        self._first_s = now if self._first_s is None else self._first_s
        if self._observer is not None:
            self._observer.started(segment, now)
        self._credit, self._resent_from = self._credit_of(status), self._link.line.sequence_out

    def _credit_of(self, status: Status) -> int:
        return check_credit(status, self._link.fixed.design)

    def _feed(self) -> None:
        """Send samples until the earbud has taken them all."""
        stream, line, patience = self._stream, self._link.line, self._link.patience()
        while stream.taken < stream.length:
            held_s = self._send()
            before_s = self._link.clock.now()
            line.listen(min(held_s or POLL_S, POLL_S))
            if held_s and stream.sent == stream.taken:  # the earbud waits for the host, not the reverse
                patience.progress()
                self._budget.excuse(self._link.clock.now() - before_s)
            while (frame := line.next_frame()) is not None:
                patience.received()
                if self._take(frame):
                    patience.progress()
            if stream.taken > self._reported:
                self._reported = stream.taken
                self._advance(stream.taken)
            patience.check(stream.where)
            self._budget.check(stream.taken)
            if patience.ask_again():
                line.send(MessageType.QUERY)

    def _send(self) -> float:
        """Send the samples that credit and pace allow; return the seconds until the pace allows the next frame."""
        stream, reopened = self._stream, self._link.line.reopened
        window = min(self._credit, stream.taken + 1) if self._lock_step else self._credit
        # After the port was opened again, wait for the earbud's STATUS: opening may have taken long.
        while stream.sent < min(window, stream.length) and self._link.line.reopened == reopened:
            if held_s := self._held_s():
                return held_s
            frame = stream.next_frame(self._credit)
            self._link.line.send(MessageType.SAMPLES, frame.pack())
            if self._observer is not None:
                self._observer.sent(frame.first, len(frame.codes), self._link.clock.now())
        return 0.0

    def _held_s(self) -> float:
        if self._pace is None or self._first_s is None:
            return 0.0
        return self._pace.wait_s(self._stream.frame_end(self._credit), self._link.clock.now() - self._first_s)

    def _put(self, frame: Frame) -> bool:
        """Store the values of a frame; return whether they belong to this run."""
        filed = self._stream.put(frame)
        if self._observer is not None:
            for tap, place, values in filed:
                self._observer.filed(tap, place, values, self._link.line.received_s)
        return bool(filed)

    def _take(self, frame: Frame) -> bool:
        """Process a frame received during the run; return whether the stream made progress."""
        stream = self._stream
        if frame.type in DATA:
            return self._put(frame)
        status = self._link.heed(frame, stream.where)
        if frame.type is MessageType.ERROR:
            self._go_back(Error.unpack(frame.payload))
        if status is None or status.run != stream.run:
            return False
        if status.state != DeviceState.RUNNING:
            raise LinkError(f"the earbud ended its run {stream.where}: {fault_in_words(status.fault)}")
        if self._observer is not None:
            self._observer.status(status, self._link.line.received_s)
        before = stream.taken
        stream.acknowledge(status)
        self._credit = self._credit_of(status)
        if status.expected == self._link.line.sequence_out:  # nothing is on its way: samples not received are lost
            stream.go_back(status.received)
        return stream.taken > before

    def _go_back(self, error: Error) -> None:
        """Go back once per gap; ignore refusals of frames that were already on their way."""
        resent = (error.sequence - self._resent_from) & 0xFFFF < 0x8000
        if error.code == ErrorCode.INDEX and resent:
            self._stream.go_back(error.detail)
            self._resent_from = self._link.line.sequence_out

    def _stopped(self, frame: Frame) -> Status | None:
        if frame.type in DATA:
            self._put(frame)
            return None
        status = self._link.heed(frame, f"{self._stream.where} and STOP")
        stopped = status is not None and status.run == self._stream.run and status.state == DeviceState.CONFIGURED
        return status if stopped else None
