"""Plays the earbud's half of a transcript to a host: its port, its clock, and the numbers of its sessions.

The host must do what it did then, act for act and byte for byte; what departs is named by the number of the exchange,
which is that of the record in the transcript, from 0.
"""

from __future__ import annotations

from collections.abc import Iterator

import serial

from earloop.hil.link.port import PortLostError
from earloop.hil.transcript.format import Kind, Record, RecordingRead, TranscriptError
from earloop.hil.transcript.reader import Transcript
from earloop.spec.errors import LinkError
from earloop.spec.framing import Frame, FrameSplitter, decode_frame
from earloop.spec.messages import Configure, MessageType, Opening, Tap

_OF_THE_PORT = (Kind.HEARD, Kind.SAID, Kind.DROPPED)  # acts in whose place a port may fail
_DOES = {
    Kind.HEARD: "listens",
    Kind.SAID: "speaks",
    Kind.DROPPED: "begins a session",
    Kind.FAILED: "found the port gone",
    Kind.WAITED: "waits",
    Kind.REOPENED: "opens the port again",
    Kind.ABSENT: "tries to open the port again",
}


class Player:
    """A port, a clock, and a way to open the port again, that a transcript stands behind."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._next = 0
        self._at_us = 0
        self._sessions = _sessions(transcript.records)
        self.timeout: float | None = None

    # ---- Port ----

    @property
    def in_waiting(self) -> int:
        """Bytes that the next read gave then."""
        record = self._ahead()
        return len(record.data) if record is not None and record.kind is Kind.HEARD else 0

    def read(self, size: int = 1, /) -> bytes:
        """What was read then."""
        record = self._take(Kind.HEARD)
        if len(record.data) > size:
            raise self._departs(f"reads {size} bytes at most, then it read {len(record.data)}")
        return record.data

    def write(self, data: bytes, /) -> int:
        """Compare with what was written then."""
        record = self._take(Kind.SAID, data)
        if record.data != data:
            raise self._departs(_difference(data, record.data, self._transcript.header.recording))
        return len(data)

    def reset_input_buffer(self) -> None:
        """What was dropped then is not heard now."""
        self._take(Kind.DROPPED)

    def close(self) -> None:
        """Nothing is open."""

    # ---- Time, sessions, and the port that went away ----

    def now(self) -> float:
        """When the last act was done then."""
        return self._at_us / 1e6

    def wait(self, seconds: float) -> None:
        """Time has passed."""
        self._take(Kind.WAITED)

    def session(self) -> int:
        """The number that the host gave its next session then."""
        session = next(self._sessions, None)
        if session is None:
            raise self._departs("begins one session more than then")
        return session

    @property
    def reopens(self) -> bool:
        """Whether the host had a way to open the port again, and needed it."""
        return any(record.kind in (Kind.REOPENED, Kind.ABSENT) for record in self._transcript.records)

    def reopen(self) -> Player:
        """The port once more, or a LinkError as often as it was away then."""
        record = self._ahead()
        if record is None and self._transcript.complete:
            raise PortLostError("the port is gone and was not opened again")
        if record is not None and record.kind is Kind.ABSENT:
            raise LinkError(_text(self._take(Kind.ABSENT)))
        self._take(Kind.REOPENED)
        return self

    def about_to_say(self, kind: MessageType) -> bool:
        """Whether the host's next act then was to send one frame of that type."""
        record = self._ahead()
        return (
            record is not None and record.kind is Kind.SAID and [frame.type for frame in _frames(record.data)] == [kind]
        )

    def taps_ahead(self) -> Tap | None:
        """The taps that the host asks for when it configures the earbud next; None where it does so no more."""
        said = FrameSplitter()
        for record in self._transcript.records[self._next :]:
            if record.kind is Kind.SAID:
                for frame in map(decode_frame, said.push(record.data)):
                    if frame.type is MessageType.CONFIGURE:
                        return Tap(Configure.unpack(frame.payload).taps)
        return None

    def finish(self) -> None:
        """Hold the host to having done all that it did then.

        Raises
        ------
        TranscriptError
            It has done less.
        """
        record = self._ahead()
        if record is not None:
            self._next += 1
            raise self._departs(f"has ended, then it still {_did(record)}")

    def _ahead(self) -> Record | None:
        records = self._transcript.records
        return records[self._next] if self._next < len(records) else None

    def _take(self, kind: Kind, said: bytes = b"") -> Record:
        record = self._ahead()
        if record is None and not self._transcript.complete:
            raise TranscriptError(
                f"{self._transcript.path}: incomplete, broken off after {self._next} exchanges "
                f"({self.now():.3f} s): it cannot be repeated to its end"
            )
        self._next += 1
        does = _DOES[kind] + (f": {_words(said)}" if said else "")
        if record is None:
            raise self._departs(f"{does}, then it had ended")
        self._at_us = record.at_us
        if record.kind is Kind.FAILED and kind in _OF_THE_PORT:
            raise serial.SerialException(_text(record))
        if record.kind is not kind:
            raise self._departs(f"{does}, then it {_did(record)}")
        return record

    def _departs(self, what: str) -> TranscriptError:
        return TranscriptError(
            f"{self._transcript.path}: exchange {max(0, self._next - 1)} ({self.now():.3f} s): the host now {what}"
        )


def _sessions(records: tuple[Record, ...]) -> Iterator[int]:
    """The number of each session that the host began, once, however often it asked."""
    said, before = FrameSplitter(), 0
    for record in records:
        if record.kind is Kind.SAID:
            for frame in map(decode_frame, said.push(record.data)):
                if frame.type is MessageType.HELLO and (session := Opening.unpack(frame.payload).session) != before:
                    before = session
                    yield session


def _did(record: Record) -> str:
    said = f": {_words(record.data)}" if record.kind is Kind.SAID else ""
    return _DOES[record.kind].replace("speaks", "spoke").replace("listens", "listened") + said


def _text(record: Record) -> str:
    """What was written down of an error; a damaged letter does not hide the rest."""
    return record.data.decode(errors="replace")


def _words(data: bytes) -> str:
    """Frames by type and number."""
    return ", ".join(f"{frame.type.name} {frame.sequence}" for frame in _frames(data)) or f"{len(data)} bytes"


def _difference(now: bytes, then: bytes, recording: RecordingRead | None) -> str:
    shorter = min(len(now), len(then))
    at = next((i for i in range(shorter) if now[i] != then[i]), shorter)
    what = f"says {_words(now)}, then it said {_words(then)}; they differ from byte {at} on"
    sent = all([frame.type for frame in _frames(data)] == [MessageType.SAMPLES] for data in (now, then))
    if recording is not None and sent:
        what += f"; was it made with another recording than {recording.name}, or one read otherwise?"
    return what


def _frames(data: bytes) -> list[Frame]:
    return [decode_frame(stuffed) for stuffed in FrameSplitter().push(data)]
