"""Records a conversation as the host sees it: a wrapper around its port, with its own clock.

The clock does not advance between two records. So the host's timeouts follow from the transcript alone, and are the
same when it is played. The clock lags by at most the timeout of one read, which is short.

A slow line is read in single bytes. Reads that complete no frame change nothing for the host, and are merged with the
next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from earloop.hil.link.numbered_line import PORT_ERRORS
from earloop.hil.link.port import Port, PortClock, PortLostError, Reopen, SystemClock
from earloop.hil.run.device import Identity
from earloop.hil.transcript.format import (
    LONGEST_DELTA_US,
    Header,
    RecordingRead,
    RecordKind,
    TranscriptError,
    encode_header,
    encode_record,
)
from earloop.spec.errors import LinkError
from earloop.spec.framing import DELIMITER
from earloop.spec.messages import PROTOCOL_VERSION
from earloop.system.whole import writing

HELD_US = 50_000  # longest lag of the clock after bytes that complete no frame


class Recorder:
    """Writes a transcript; a context manager that ends it.

    Nothing is written before a port is wrapped. The header is written when the earbud's identity is known, or at the
    end of the conversation. Each record is in the file as soon as its operation is done.

    Parameters
    ----------
    path : the file; an existing transcript is replaced
    recording : the replayed recording; None for an acquisition
    design_hash : the host's, in hex
    clock : the clock of the recorded times
    """

    def __init__(
        self, path: Path, recording: RecordingRead | None, design_hash: str, clock: PortClock | None = None
    ) -> None:
        self._path, self._recording, self._design_hash = path, recording, design_hash
        self._clock = clock or SystemClock()
        self._file: BinaryIO | None = None
        self._crc: int | None = None
        self._early: list[tuple[int, RecordKind, bytes]] = []  # records from before the header
        self._began = self._clock.now()
        self._at_us = 0
        self._partial = b""  # bytes read, not yet in a record
        self._silence_s = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is None:
            return
        with self._file:
            if self._crc is None:
                self.identify(None)
            if kind is None or issubclass(kind, Exception):  # otherwise the user interrupted it
                self.note(RecordKind.END)

    def tap(self, port: Port, silence_s: float) -> Port:
        """Return a port that records everything, for a host with this timeout; use `clock` with it."""
        self._silence_s = silence_s
        with writing(self._path, TranscriptError):
            self._file = self._path.open("wb", buffering=0)
        self._began = self._clock.now()
        return _TappedPort(port, self)

    def tap_reopen(self, reopen: Reopen) -> Reopen:
        """Return a function that opens the port again and records that."""

        def open_again() -> Port:
            try:
                port = reopen()
            except PortLostError:
                raise
            except (LinkError, *PORT_ERRORS) as error:
                self.note(RecordKind.ABSENT, str(error).encode())
                raise
            self.note(RecordKind.REOPENED)
            return _TappedPort(port, self)

        return open_again

    @property
    def clock(self) -> PortClock:
        """The clock of the transcript."""
        return _RecordedClock(self)

    def identify(self, identity: Identity | None) -> None:
        """Write the header, and the records from before the identity was known."""
        header = Header(
            protocol=PROTOCOL_VERSION,
            design_hash=self._design_hash,
            identity=identity,
            recording=self._recording,
            silence_s=self._silence_s,
        )
        packed, self._crc = encode_header(header)
        self._write(packed)
        for delta_us, kind, data in self._early:
            self._append(delta_us, kind, data)
        self._early.clear()

    @property
    def at_s(self) -> float:
        """Time of the last record."""
        return self._at_us / 1e6

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._clock.wait(seconds)
        self.note(RecordKind.WAITED)

    def received(self, data: bytes) -> None:
        """Record the bytes that the host has just read, once a frame is whole or time has passed."""
        self._partial += data
        if not data or DELIMITER in data or self._passed_us() >= HELD_US:
            whole, self._partial = self._partial, b""
            self.note(RecordKind.HEARD, whole)

    def note(self, kind: RecordKind, data: bytes = b"") -> None:
        """Record an operation that the host has just done."""
        if self._partial:  # the host had these bytes before the operation, and saw no later time
            self._append(0, RecordKind.HEARD, self._partial)
            self._partial = b""
        delta_us = self._passed_us()
        self._at_us += delta_us
        self._append(delta_us, kind, data)

    def _passed_us(self) -> int:
        """Return the time in microseconds since the last record."""
        now_us = round((self._clock.now() - self._began) * 1e6)
        return min(max(0, now_us - self._at_us), LONGEST_DELTA_US)

    def _append(self, delta_us: int, kind: RecordKind, data: bytes) -> None:
        if self._crc is None:
            self._early.append((delta_us, kind, data))
            return
        packed, self._crc = encode_record(delta_us, kind, data, self._crc)
        self._write(packed)

    def _write(self, packed: bytes) -> None:
        if self._file is None:
            raise TranscriptError(f"{self._path}: nothing can be recorded before `tap` has wrapped a port")
        with writing(self._path, TranscriptError):
            self._file.write(packed)


@dataclass(frozen=True)
class _RecordedClock:
    """The time of the last record."""

    recorder: Recorder

    def now(self) -> float:
        """Seconds since the conversation began."""
        return self.recorder.at_s

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.recorder.wait(seconds)


class _TappedPort:
    """A port whose operations a recorder records."""

    def __init__(self, port: Port, recorder: Recorder) -> None:
        self._port, self._recorder = port, recorder

    @property
    def timeout(self) -> float | None:
        return self._port.timeout

    @timeout.setter
    def timeout(self, seconds: float | None) -> None:
        self._port.timeout = seconds

    @property
    def in_waiting(self) -> int:
        try:
            return self._port.in_waiting
        except PORT_ERRORS as error:
            raise self._failed(error) from None

    def read(self, size: int = 1, /) -> bytes:
        try:
            data = self._port.read(size)
        except PORT_ERRORS as error:
            raise self._failed(error) from None
        self._recorder.received(data)
        return data

    def write(self, data: bytes, /) -> int | None:
        try:
            taken = self._port.write(data)
        except PORT_ERRORS as error:
            raise self._failed(error) from None
        self._recorder.note(RecordKind.SAID, data)
        return taken

    def reset_input_buffer(self) -> None:
        try:
            waiting = self._port.in_waiting
            dropped = self._port.read(waiting) if waiting else b""
            self._port.reset_input_buffer()
        except PORT_ERRORS as error:
            raise self._failed(error) from None
        self._recorder.note(RecordKind.DROPPED, dropped)

    def close(self) -> None:
        self._port.close()

    def _failed(self, error: Exception) -> Exception:
        self._recorder.note(RecordKind.FAILED, str(error).encode())
        return error
