"""Writes down a conversation as the host has it: a wrapper around its port, and the clock that goes with it.

The clock stands still between two records: the host's decisions of when to ask again then follow from the transcript
alone, and are the same when it is played. It lags by no more
than a read that waits in vain, and none waits long.

A slow line is read in single bytes. Reads that complete no frame, and so change nothing for the host, are put together
with the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from earloop.hil.link.numbered_line import PORT_ERRORS
from earloop.hil.link.port import Clock, Port, PortLostError, Reopen, SystemClock
from earloop.hil.run.device import Identity
from earloop.hil.transcript.format import (
    LONGEST_DELTA_US,
    Header,
    Kind,
    RecordingRead,
    TranscriptError,
    encode_header,
    encode_record,
)
from earloop.spec.errors import LinkError
from earloop.spec.framing import DELIMITER
from earloop.spec.messages import PROTOCOL_VERSION
from earloop.system.whole import writing

HELD_US = 50_000  # longest that the clock lags behind bytes that make no frame


class Recorder:
    """A transcript that is being written; a context manager that ends it.

    Nothing is written before a port is wrapped. The header waits for the earbud to say who it is; whatever ends the
    conversation before, it is written then. Each record is in the file as soon as the host has done what it says.

    Parameters
    ----------
    path : the file; an earlier one is replaced
    recording : what is replayed; None where the earbud takes samples of its own
    design_hash : the host's, hex
    clock : the time that is written down
    """

    def __init__(
        self, path: Path, recording: RecordingRead | None, design_hash: str, clock: Clock | None = None
    ) -> None:
        self._path, self._recording, self._design_hash = path, recording, design_hash
        self._clock = clock or SystemClock()
        self._file: BinaryIO | None = None
        self._crc: int | None = None
        self._early: list[tuple[int, Kind, bytes]] = []  # before the header was written
        self._began = self._clock.now()
        self._at_us = 0
        self._partial = b""  # heard, and not yet in a record
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
            if kind is None or issubclass(kind, Exception):  # else someone broke it off
                self.note(Kind.END)

    def tap(self, port: Port, silence_s: float) -> Port:
        """The port, with all that passes written down, for a host of that patience; use `clock` with it."""
        self._silence_s = silence_s
        with writing(self._path, TranscriptError):
            self._file = self._path.open("wb", buffering=0)
        self._began = self._clock.now()
        return _TappedPort(port, self)

    def tap_reopen(self, reopen: Reopen) -> Reopen:
        """The way to open the port again, written down as well."""

        def open_again() -> Port:
            try:
                port = reopen()
            except PortLostError:
                raise
            except (LinkError, *PORT_ERRORS) as error:
                self.note(Kind.ABSENT, str(error).encode())
                raise
            self.note(Kind.REOPENED)
            return _TappedPort(port, self)

        return open_again

    @property
    def clock(self) -> Clock:
        """Time as the transcript has it."""
        return _RecordedClock(self)

    def identify(self, identity: Identity | None) -> None:
        """Write the header, and what came before it was known."""
        header = Header(PROTOCOL_VERSION, self._design_hash, identity, self._recording, self._silence_s)
        packed, self._crc = encode_header(header)
        self._write(packed)
        for delta_us, kind, data in self._early:
            self._append(delta_us, kind, data)
        self._early.clear()

    @property
    def at_s(self) -> float:
        """When the last record was made."""
        return self._at_us / 1e6

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._clock.wait(seconds)
        self.note(Kind.WAITED)

    def heard(self, data: bytes) -> None:
        """Write down what the host has just read, once it means something: a frame is whole, or time has passed."""
        self._partial += data
        if not data or DELIMITER in data or self._passed_us() >= HELD_US:
            whole, self._partial = self._partial, b""
            self.note(Kind.HEARD, whole)

    def note(self, kind: Kind, data: bytes = b"") -> None:
        """Write down what the host has just done."""
        if self._partial:  # the host did it knowing of these bytes, and of no later time
            self._append(0, Kind.HEARD, self._partial)
            self._partial = b""
        delta_us = self._passed_us()
        self._at_us += delta_us
        self._append(delta_us, kind, data)

    def _passed_us(self) -> int:
        """Time since the last record."""
        now_us = round((self._clock.now() - self._began) * 1e6)
        return min(max(0, now_us - self._at_us), LONGEST_DELTA_US)

    def _append(self, delta_us: int, kind: Kind, data: bytes) -> None:
        if self._crc is None:
            self._early.append((delta_us, kind, data))
            return
        packed, self._crc = encode_record(delta_us, kind, data, self._crc)
        self._write(packed)

    def _write(self, packed: bytes) -> None:
        if self._file is None:
            raise TranscriptError(f"{self._path}: nothing can be written down before the port is tapped")
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
    """A port that has a recorder write down what the host does to it."""

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
        self._recorder.heard(data)
        return data

    def write(self, data: bytes, /) -> int | None:
        try:
            taken = self._port.write(data)
        except PORT_ERRORS as error:
            raise self._failed(error) from None
        self._recorder.note(Kind.SAID, data)
        return taken

    def reset_input_buffer(self) -> None:
        try:
            waiting = self._port.in_waiting
            dropped = self._port.read(waiting) if waiting else b""
            self._port.reset_input_buffer()
        except PORT_ERRORS as error:
            raise self._failed(error) from None
        self._recorder.note(Kind.DROPPED, dropped)

    def close(self) -> None:
        self._port.close()

    def _failed(self, error: Exception) -> Exception:
        self._recorder.note(Kind.FAILED, str(error).encode())
        return error
