"""Codes on their way to an earbud, and what has come back of them: who counts what is still missing."""

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
class Segment:
    """A part of a stream that one run of the earbud made: the tokenizer began anew at sample `first`.

    It ends where the next segment begins. `boots` and `run` are the earbud's counts.
    """

    first: int
    boots: int
    run: int


@dataclass(frozen=True)
class TapRecord:
    """What came of one tap: `values`, and which of them are `received`, over their leading axes."""

    values: NDArray[Any]
    received: NDArray[np.bool_]


Filed = tuple[Tap, tuple[int, ...], NDArray[Any]]
"""Something that came of a tap: which tap, its place in that tap's record, and its values."""


def missing_tokens(received: NDArray[np.bool_], design: Design) -> str | None:
    """How many tokens are missing, and the first; None where all are there. `received`: [patches, channels, bands]."""
    missing = np.argwhere(~received)
    if not len(missing):
        return None
    return f"{len(missing):,} of {received.size:,} tokens missing, the first that of {_name(design, *missing[0])}"


def settled_patches(received: NDArray[np.bool_]) -> int:
    """Of the patches of which something came, how many were not still on their way when a run broke off."""
    begun = np.flatnonzero(received.any(axis=(1, 2)))
    return int(begun[-1] + received[begun[-1]].all()) if len(begun) else 0


def _name(design: Design, patch: int, channel: int, band: int) -> str:
    channels, bands = design.channels, design.band_names
    return (
        f"patch {patch}, channel {channel} ({channels[channel] if channel < len(channels) else 'unknown'}), "
        f"band {band} ({bands[band] if band < len(bands) else 'unknown'})"
    )


class TokenStream:
    """One stream: of `length` samples, `sent` have left and `taken` are acknowledged by the earbud.

    Parameters
    ----------
    codes : int24, shape [samples, channels]
    taps : what the earbud was asked to emit
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
        self.segments: list[Segment] = []
        self.length = samples
        self.sent = self.taken = self._furthest = 0

    @property
    def where(self) -> str:
        """How far the stream has come, for messages."""
        return f"after sample {self.taken}"

    @property
    def first(self) -> int:
        """First sample of the run that goes on, or will begin."""
        return self.segments[-1].first if self.segments else 0

    @property
    def run(self) -> int:
        """Number of the run that goes on."""
        return self.segments[-1].run

    def begin(self, segment: Segment) -> None:
        """Go on with a new run, which replaces all that came of its samples before."""
        self.segments = [known for known in self.segments if known.first < segment.first] + [segment]
        self.sent = self.taken = self._furthest = segment.first
        for tap, record in self.records.items():
            record.received[segment.first // samples_a_row(self._design, tap) :] = False

    def resume_point(self) -> int:
        """Where a new run may go on so that the earbud's restart loses nothing: at the first patch of which something
        may not have been sent. What lies before the last thing that came was sent, for all is sent in order; of that,
        only what the line lost is missing."""
        settled = min((self._settled(tap) for tap in self.taps), default=self.taken)
        return max(self.first, settled // self._design.patch_samples * self._design.patch_samples)

    def _settled(self, tap: Tap) -> int:
        """Samples of which a tap's frames are known to have been sent."""
        received = self.records[tap].received
        rows = np.flatnonzero(received.any(axis=tuple(range(1, received.ndim))))
        return int(rows[-1] + np.ravel(received[rows[-1]])[-1]) * samples_a_row(self._design, tap) if len(rows) else 0

    def next_frame(self, limit: int) -> Samples:
        """The next SAMPLES, as long as frame, `limit` and codes allow."""
        first = self.sent
        self.sent = self.frame_end(limit)
        self._furthest = max(self._furthest, self.sent)
        return Samples(first, self._codes[first : self.sent])

    def frame_end(self, limit: int) -> int:
        """The sample after the last of the next SAMPLES."""
        return min(self.sent + self._design.link.samples_per_frame, limit, self.length)

    def go_back(self, sample: int) -> None:
        """Send from a sample that the earbud says comes next."""
        self.sent = self._acknowledged(sample)

    def acknowledge(self, status: Status) -> None:
        """Note what the earbud has taken."""
        self.taken = self._acknowledged(status.received)
        self.sent = max(self.sent, self.taken)

    def _acknowledged(self, sample: int) -> int:
        if not self.taken <= sample <= self._furthest:
            raise LinkError(
                f"{self.where} the earbud says that sample {sample} comes next, of {self._furthest} samples sent"
            )
        return sample

    def put(self, frame: Frame) -> list[Filed]:
        """File what the earbud made; returns what that was, nothing where it is not of this run."""
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
            raise LinkError(f"frame {frame.sequence}: {frame.type.name} of a tap that was not asked for, {tap!r}")
        if any(found >= size for found, size in zip(place, record.received.shape, strict=True)):
            raise LinkError(
                f"frame {frame.sequence}: {frame.type.name} of {self._place(tap, place)} where there are "
                f"{' x '.join(map(str, record.received.shape))}"
            )
        if record.received[place]:
            raise LinkError(f"frame {frame.sequence}: {frame.type.name} of {self._place(tap, place)} came twice")
        record.received[place] = True
        record.values[place] = values

    def _place(self, tap: Tap, place: tuple[int, ...]) -> str:
        if tap is Tap.TOKENS:
            return _name(self._design, *place)
        names = ("sample",) if tap is Tap.CODES else ("tick", "channel")
        return ", ".join(f"{name} {index}" for name, index in zip(names, place, strict=False))

    def asked_for(self) -> Iterator[tuple[str, TapRecord]]:
        """Name and record of each tap that the earbud was to emit."""
        return ((str(tap.name).lower(), self.records[tap]) for tap in self.taps)


def _record(dtype: type[np.generic], leading: tuple[int, ...], rest: tuple[int, ...]) -> TapRecord:
    return TapRecord(np.zeros(leading + rest, dtype), np.zeros(leading, bool))
