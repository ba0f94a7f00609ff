"""The state of a replay: which codes were sent, and which rows of which tap came back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.spec.design import Design
from earloop.spec.errors import LinkError
from earloop.spec.fixed import FixedDesign
from earloop.spec.framing import Frame
from earloop.spec.messages import MessageType, Status, Tap
from earloop.spec.signal_messages import Codes, Samples, Tick, Tokens, samples_a_row


@dataclass(frozen=True)
class StreamSegment:
    """A part of a stream that is one run of the earbud: the tokenizer started from reset at sample `first`.

    It ends where the next segment begins. `boots` and `run` are counts of the earbud.
    """

    first: int
    boots: int
    run: int


@dataclass(frozen=True)
class TapRecord:
    """The rows of one tap: `values`, and `received`, bool over the leading axes of `values`."""

    values: NDArray[Any]
    received: NDArray[np.bool_]


Filed = tuple[Tap, tuple[int, ...], NDArray[Any]]
"""A received row: its tap, its place in that tap's record, and its values."""


def missing_tokens(received: NDArray[np.bool_], design: Design) -> str | None:
    """Say how many tokens are missing, and which first; None if none is. `received`: [patches, channels, bands]."""
    missing = np.argwhere(~received)
    if not len(missing):
        return None
    return f"{len(missing):,} of {received.size:,} tokens missing, the first that of {_name(design, *missing[0])}"


def settled_patches(received: NDArray[np.bool_]) -> int:
    """Return how many patches had been sent completely when a run broke off. `received`: [patches, channels, bands]."""
    arrived = np.flatnonzero(received.any(axis=(1, 2)))
    return int(arrived[-1] + received[arrived[-1]].all()) if len(arrived) else 0


def _name(design: Design, patch: int, channel: int, band: int) -> str:
    channels, bands = design.channels, design.band_names
    return (
        f"patch {patch}, channel {channel} ({channels[channel] if channel < len(channels) else 'unknown'}), "
        f"band {band} ({bands[band] if band < len(bands) else 'unknown'})"
    )


class SentStream:
    """One stream: of `length` samples, `sent` were sent and the earbud has acknowledged `taken`.

    Parameters
    ----------
    codes : int24, shape [samples, channels]
    taps : the taps requested from the earbud
    """

    def __init__(self, fixed: FixedDesign, codes: NDArray[np.integer[Any]], taps: Tap) -> None:
        design = fixed.design
        channels, bands, patch = len(design.channels), len(design.bands), design.tokens.patch
        if codes.ndim != 2 or codes.shape[1] != channels:
            raise ValueError(f"codes of shape {codes.shape}: wanted [samples, {channels}]")
        self._design, self._codes = design, np.ascontiguousarray(codes, np.int32)
        samples, ticks = len(codes), design.ticks_in(len(codes))
        self.records = {
            Tap.CODES: _record(np.int32, (samples,), (channels,)),
            Tap.DECIMATED: _record(np.int32, (ticks,), (channels,)),
            Tap.NOTCHED: _record(np.int32, (ticks,), (channels,)),
            Tap.BANDS: _record(np.int32, (ticks, channels), (bands,)),
            Tap.TOKENS: _record(np.int16, (ticks // patch, channels, bands), (patch,)),
        }
        self.taps = taps
        self.segments: list[StreamSegment] = []
        self.length = samples
        self.sent = self.taken = self._furthest = 0

    @property
    def where(self) -> str:
        """The position in the stream, for messages."""
        return f"after sample {self.taken}"

    @property
    def first(self) -> int:
        """First sample of the current run, or of the next one."""
        return self.segments[-1].first if self.segments else 0

    @property
    def run(self) -> int:
        """Number of the current run."""
        return self.segments[-1].run

    def begin(self, segment: StreamSegment) -> None:
        """Continue with a new run, which replaces all rows received for its samples."""
        self.segments = [known for known in self.segments if known.first < segment.first] + [segment]
        self.sent = self.taken = self._furthest = segment.first
        for tap, record in self.records.items():
            record.received[segment.first // samples_a_row(self._design, tap) :] = False

    def resume_point(self) -> int:
        """Return the sample at which a new run must begin so that the earbud's restart loses nothing.

        It is the start of the first patch that may not have been sent completely. Rows are sent in order, so the earbud
        has sent everything before the last row that arrived.
        """
        settled = min((self._settled(tap) for tap in self.taps), default=self.taken)
        return max(self.first, settled // self._design.patch_samples * self._design.patch_samples)

    def _settled(self, tap: Tap) -> int:
        """Return the number of samples for which a tap's frames are known to have been sent."""
        received = self.records[tap].received
        rows = np.flatnonzero(received.any(axis=tuple(range(1, received.ndim))))
        return int(rows[-1] + np.ravel(received[rows[-1]])[-1]) * samples_a_row(self._design, tap) if len(rows) else 0

    def next_frame(self, limit: int) -> Samples:
        """Return the next SAMPLES, as long as the frame size, `limit` and the codes allow."""
        first = self.sent
        self.sent = self.frame_end(limit)
        self._furthest = max(self._furthest, self.sent)
        return Samples(first, self._codes[first : self.sent])

    def frame_end(self, limit: int) -> int:
        """Return the index after the last sample of the next SAMPLES."""
        return min(self.sent + self._design.link.samples_per_frame, limit, self.length)

    def go_back(self, sample: int) -> None:
        """Continue sending from `sample`, which the earbud expects next."""
        self.sent = self._acknowledged(sample)

    def acknowledge(self, status: Status) -> None:
        """Record how many samples the earbud has taken."""
        self.taken = self._acknowledged(status.received)
        self.sent = max(self.sent, self.taken)

    def _acknowledged(self, sample: int) -> int:
        if not self.taken <= sample <= self._furthest:
            raise LinkError(f"{self.where} the earbud expects sample {sample} next, of {self._furthest} samples sent")
        return sample

    def put(self, frame: Frame) -> list[Filed]:
        """Store the rows of a frame and return them; return none if the frame is not of this run."""
        design, first = self._design, self.first
        channels, bands, patch = len(design.channels), len(design.bands), design.tokens.patch
        parts: list[Filed]
        if frame.type is MessageType.TOKENS:
            token = Tokens.unpack(frame.payload, patch)
            run, index = token.run, token.patch_index + first // design.patch_samples
            parts = [(Tap.TOKENS, (index, token.channel, token.band), token.values)]
        elif frame.type is MessageType.TICK:
            tick = Tick.unpack(frame.payload, channels, bands)
            run, index = tick.run, tick.tick + design.ticks_in(first)
            tap = Tap(tick.tap)
            parts = [(tap, (index, tick.channel) if tap is Tap.BANDS else (index,), tick.values)]
        else:
            block = Codes.unpack(frame.payload, channels)
            run = block.run
            parts = [(Tap.CODES, (block.first + i,), row) for i, row in enumerate(block.codes)]
        if run != self.run:
            return []
        for part in parts:
            self._file(frame, *part)
        return parts

    def _file(self, frame: Frame, tap: Tap, place: tuple[int, ...], values: NDArray[Any]) -> None:
        record = self.records.get(tap)
        if record is None or tap not in self.taps:
            raise LinkError(f"frame {frame.sequence}: {frame.type.name} of a tap that was not requested, {tap!r}")
        if any(found >= size for found, size in zip(place, record.received.shape, strict=True)):
            raise LinkError(
                f"frame {frame.sequence}: {frame.type.name} of {self._place(tap, place)}, but the record has "
                f"{' x '.join(map(str, record.received.shape))}"
            )
        if record.received[place]:
            raise LinkError(f"frame {frame.sequence}: {frame.type.name} of {self._place(tap, place)} arrived twice")
        record.received[place] = True
        record.values[place] = values

    def _place(self, tap: Tap, place: tuple[int, ...]) -> str:
        if tap is Tap.TOKENS:
            return _name(self._design, *place)
        names = ("sample",) if tap is Tap.CODES else ("tick", "channel")
        return ", ".join(f"{name} {index}" for name, index in zip(names, place, strict=False))

    def requested(self) -> Iterator[tuple[str, TapRecord]]:
        """Return the name and the record of each requested tap."""
        return ((str(tap.name).lower(), self.records[tap]) for tap in self.taps)


def _record(dtype: type[np.generic], leading: tuple[int, ...], rest: tuple[int, ...]) -> TapRecord:
    return TapRecord(np.zeros(leading + rest, dtype), np.zeros(leading, bool))
