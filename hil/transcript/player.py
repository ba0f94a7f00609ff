"""Plays the earbud's half of a transcript to a host: its port, its clock, and its session numbers.

The host must repeat the same operations with the same bytes. An error names the number of the exchange that differs,
which is the number of the record in the transcript, from 0.
"""

from __future__ import annotations

from collections.abc import Iterator

import serial

from earloop.hil.link.port import PortLostError
from earloop.hil.transcript.format import RecordingRead, RecordKind, TranscriptError, TranscriptRecord
from earloop.hil.transcript.reader import Transcript
from earloop.spec.errors import LinkError
from earloop.spec.framing import Frame, FrameSplitter, decode_frame
from earloop.spec.messages import Configure, MessageType, Opening, Tap

_MAY_FAIL = (RecordKind.HEARD, RecordKind.SAID, RecordKind.DROPPED)  # operations that can fail with the port
_OPERATIONS = {
    RecordKind.HEARD: "reads",
    RecordKind.SAID: "writes",
    RecordKind.DROPPED: "begins a session",
    RecordKind.FAILED: "finds the port gone",
    RecordKind.WAITED: "waits",
    RecordKind.REOPENED: "opens the port again",
    RecordKind.ABSENT: "tries to open the port again",
}


class Player:
    """A port, a clock, and a function to open the port again, all of which repeat a transcript."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._next = 0
        self._at_us = 0
        self._sessions = _sessions(transcript.records)
        self.timeout: float | None = None

    # ---- Port ----

    @property
    def in_waiting(self) -> int:
        """Number of bytes that the next read returned in the transcript."""
        record = self._ahead()
        return len(record.data) if record is not None and record.kind is RecordKind.HEARD else 0

    def read(self, size: int = 1, /) -> bytes:
        """Return the bytes that this read returned in the transcript."""
        record = self._take(RecordKind.HEARD)
        if len(record.data) > size:
            raise self._differs(f"reads {size} bytes at most, in the transcript it read {len(record.data)}")
        return record.data

    def write(self, data: bytes, /) -> int:
        """Compare `data` with the bytes that this write has in the transcript."""
        record = self._take(RecordKind.SAID, data)
        if record.data != data:
            raise self._differs(_difference(data, record.data, self._transcript.header.recording))
        return len(data)

    def reset_input_buffer(self) -> None:
        """Skip the bytes that the host discarded in the transcript."""
        self._take(RecordKind.DROPPED)

    def close(self) -> None:
        """Do nothing: no real port is open."""

    # ---- Time, sessions, and the port that went away ----

    def now(self) -> float:
        """Return the time in seconds of the last operation in the transcript."""
        return self._at_us / 1e6

    def wait(self, seconds: float) -> None:
        """Go to the time after this wait in the transcript."""
        self._take(RecordKind.WAITED)

    def session(self) -> int:
        """Return the number of the host's next session in the transcript."""
        session = next(self._sessions, None)
        if session is None:
            raise self._differs("begins one session more than in the transcript")
        return session

    @property
    def reopens(self) -> bool:
        """Whether the host opened the port again, or tried to, in the transcript."""
        return any(record.kind in (RecordKind.REOPENED, RecordKind.ABSENT) for record in self._transcript.records)

    def reopen(self) -> Player:
        """Return the port again; raises a LinkError for each failed attempt in the transcript."""
        record = self._ahead()
        if record is None and self._transcript.complete:
            raise PortLostError("the port is gone and was not opened again")
        if record is not None and record.kind is RecordKind.ABSENT:
            raise LinkError(_text(self._take(RecordKind.ABSENT)))
        self._take(RecordKind.REOPENED)
        return self

    def next_sends(self, kind: MessageType) -> bool:
        """Return whether the host's next operation in the transcript sends one frame of that type."""
        record = self._ahead()
        return (
            record is not None
            and record.kind is RecordKind.SAID
            and [frame.type for frame in _frames(record.data)] == [kind]
        )

    def taps_ahead(self) -> Tap | None:
        """Return the taps of the next CONFIGURE in the transcript; None if no more follows."""
        said = FrameSplitter()
        for record in self._transcript.records[self._next :]:
            if record.kind is RecordKind.SAID:
                for frame in map(decode_frame, said.push(record.data)):
                    if frame.type is MessageType.CONFIGURE:
                        return Tap(Configure.unpack(frame.payload).taps)
        return None

    def finish(self) -> None:
        """Check that the host has repeated the whole transcript.

        Raises
        ------
        TranscriptError
            The host ended too early.
        """
        record = self._ahead()
        if record is not None:
            self._next += 1
            raise self._differs(f"has ended, in the transcript it {_operation(record)}")

    def _ahead(self) -> TranscriptRecord | None:
        records = self._transcript.records
        return records[self._next] if self._next < len(records) else None

    def _take(self, kind: RecordKind, written: bytes = b"") -> TranscriptRecord:
        record = self._ahead()
        if record is None and not self._transcript.complete:
            raise TranscriptError(
                f"{self._transcript.path}: incomplete, it ends after {self._next} exchanges "
                f"({self.now():.3f} s): the run cannot be repeated to its end"
            )
        self._next += 1
        operation = _OPERATIONS[kind] + (f": {_words(written)}" if written else "")
        if record is None:
            raise self._differs(f"{operation}, in the transcript it had ended")
        self._at_us = record.at_us
        if record.kind is RecordKind.FAILED and kind in _MAY_FAIL:
            raise serial.SerialException(_text(record))
        if record.kind is not kind:
            raise self._differs(f"{operation}, in the transcript it {_operation(record)}")
        return record

    def _differs(self, what: str) -> TranscriptError:
        return TranscriptError(
            f"{self._transcript.path}: exchange {max(0, self._next - 1)} ({self.now():.3f} s): the host now {what}"
        )


def _sessions(records: tuple[TranscriptRecord, ...]) -> Iterator[int]:
    """Yield the number of each session that the host began, once even if it repeated HELLO."""
    said, before = FrameSplitter(), 0
    for record in records:
        if record.kind is RecordKind.SAID:
            for frame in map(decode_frame, said.push(record.data)):
                if frame.type is MessageType.HELLO and (session := Opening.unpack(frame.payload).session) != before:
                    before = session
                    yield session


def _operation(record: TranscriptRecord) -> str:
    return _OPERATIONS[record.kind] + (f": {_words(record.data)}" if record.kind is RecordKind.SAID else "")


def _text(record: TranscriptRecord) -> str:
    """Return the text of an error; damaged letters are replaced."""
    return record.data.decode(errors="replace")


def _words(data: bytes) -> str:
    """Return the types and numbers of the frames in `data`."""
    return ", ".join(f"{frame.type.name} {frame.sequence}" for frame in _frames(data)) or f"{len(data)} bytes"


def _difference(now: bytes, then: bytes, recording: RecordingRead | None) -> str:
    shorter = min(len(now), len(then))
    at = next((i for i in range(shorter) if now[i] != then[i]), shorter)
    difference = f"writes {_words(now)}, in the transcript {_words(then)}; they differ from byte {at} on"
    sent = all([frame.type for frame in _frames(data)] == [MessageType.SAMPLES] for data in (now, then))
    if recording is not None and sent:
        difference += f"; is this another recording than {recording.name}, or one read with other options?"
    return difference


def _frames(data: bytes) -> list[Frame]:
    return [decode_frame(stuffed) for stuffed in FrameSplitter().push(data)]
