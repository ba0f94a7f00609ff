"""An acquisition: the earbud samples by its converter, until the host has enough."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.hil.link.errors_in_words import fault_in_words
from earloop.hil.link.injection import DATA, Conversation
from earloop.hil.link.numbered_line import LostFrames
from earloop.hil.link.tap_records import StreamSegment, TapRecord
from earloop.spec.design import Design
from earloop.spec.errors import LinkError
from earloop.spec.framing import Frame
from earloop.spec.messages import DeviceState, MessageType, Start, Status, Tap
from earloop.spec.signal_messages import Codes, Tick, Tokens, samples_a_row

_Place = tuple[int, ...]
Watch = Callable[[Status, float], None]
Enough = Callable[[], bool]
_AHEAD_S = 60.0  # the most signal that can have arrived since the last STATUS that got through


@dataclass(frozen=True)
class AcquiredSegment(StreamSegment):
    """Samples without a gap. A fault of the converter ends a segment; the next segment is also a new run.

    taps : the requested taps by name: `codes` from sample `first` on, `decimated`, `notched`, `bands`, `tokens`; see
        `earloop.hil.link.tap_records.TapRecord`. A record ends with the last row that arrived
    """

    taps: dict[str, TapRecord]


@dataclass(frozen=True, kw_only=True)
class Acquired:
    """A whole acquisition; `losses`, `stale` and `corrupt` are those of `earloop.hil.link.link_run.LinkRun`.

    segments : in time order; a segment is missing if none of its STATUS messages arrived
    run : number of the first run, even if its segment is missing
    complete : whether the host ended it; otherwise the converter failed, and `status` holds the fault
    frames : number of accepted frames
    lead_off_p, lead_off_n : electrodes that lost contact at any time, one bit per channel
    status : the last STATUS
    """

    segments: tuple[AcquiredSegment, ...]
    run: int
    complete: bool
    losses: tuple[LostFrames, ...]
    stale: int
    corrupt: int
    frames: int
    lead_off_p: int
    lead_off_n: int
    status: Status


class CutOffError(LinkError):
    """An acquisition ended by something other than its converter; `acquired` holds what had arrived."""

    def __init__(self, message: str, acquired: Acquired) -> None:
        super().__init__(message)
        self.acquired = acquired


class Acquisition:
    """One acquisition by a configured earbud.

    Parameters
    ----------
    advance : called with the number of samples taken, each time that it has grown
    watch : called with each STATUS of this acquisition's runs and its time of arrival by the link's clock
    enough : called before each read; returns whether the acquisition may end early
    """

    def __init__(
        self,
        link: Conversation,
        design: Design,
        taps: Tap,
        advance: Callable[[int], None],
        watch: Watch = lambda status, at_s: None,
        enough: Enough = lambda: False,
    ) -> None:
        self._link, self._design, self._taps = link, design, taps
        self._advance, self._watch, self._enough = advance, watch, enough
        self._parts: dict[int, dict[Tap, dict[_Place, NDArray[Any]]]] = defaultdict(lambda: defaultdict(dict))
        self._first_run = 0
        self._firsts: dict[int, int] = {}  # first samples, by run
        self._started = False
        self._filed = 0  # number of distinct rows, over all taps
        self._lead_off_p = self._lead_off_n = 0
        self._status: Status

    def run(self, number: int, samples: int) -> Acquired:
        """Run from START until the earbud has taken `samples` samples or its converter has failed.

        Raises
        ------
        LinkError
            The converter does not start, the earbud restarts, or it falls silent.
        """
        self._first_run = number
        self._ask(MessageType.START, Start(0, number).pack(), lambda status: status.run == number)
        if self._status.state != DeviceState.RUNNING:
            raise LinkError(f"the earbud does not start: {fault_in_words(self._status.fault)}")
        self._started = True
        self._listen(samples)
        complete = self._status.state == DeviceState.RUNNING
        self._ask(MessageType.STOP, b"", lambda status: status.state == DeviceState.CONFIGURED)
        return self._acquired(complete)

    def cut_off(self, error: LinkError) -> LinkError:
        """Return `error`, together with the data received so far if the converter had started."""
        return CutOffError(str(error), self._acquired(complete=False)) if self._started else error

    def _acquired(self, complete: bool) -> Acquired:
        line = self._link.line
        return Acquired(
            segments=self._segments(),
            run=self._first_run,
            complete=complete,
            losses=tuple(line.losses),
            stale=line.stale,
            corrupt=line.corrupt,
            frames=line.frames,
            lead_off_p=self._lead_off_p,
            lead_off_n=self._lead_off_n,
            status=self._status,
        )

    @property
    def _where(self) -> str:
        return f"after sample {self._status.received}" if self._firsts else "after START"

    def _ask(self, kind: MessageType, payload: bytes, done: Callable[[Status], bool]) -> None:
        def answer(frame: Frame) -> Status | None:
            status = self._take(frame)
            return status if status is not None and done(status) else None

        self._link.ask(kind, payload, answer, lambda: self._where)

    def _listen(self, samples: int) -> None:
        patience, budget = self._link.patience(), self._link.budget()
        while self._status.received < samples and self._status.state == DeviceState.RUNNING and not self._enough():
            self._link.line.listen()
            while (frame := self._link.line.next_frame()) is not None:
                patience.received()
                before, filed = self._status.received, self._filed
                status = self._take(frame)
                if self._filed > filed:
                    patience.progress()
                if status is not None and status.received > before:
                    patience.progress()
                    self._advance(status.received)
            patience.check(self._where)
            budget.check(self._status.received)
            if patience.ask_again():
                self._link.line.send(MessageType.QUERY)

    def _take(self, frame: Frame) -> Status | None:
        if frame.type in DATA:
            self._file(frame)
            return None
        status = self._link.heed(frame, self._where)
        if status is not None:
            self._status = status
            if self._runs_before(status.run) < 0x8000:
                self._watch(status, self._link.line.received_s)
                self._lead_off_p |= status.lead_off_p
                self._lead_off_n |= status.lead_off_n
                self._firsts.setdefault(status.run, status.first)
        return status

    def _file(self, frame: Frame) -> None:
        channels, bands = len(self._design.channels), len(self._design.bands)
        if frame.type is MessageType.TOKENS:
            token = Tokens.unpack(frame.payload, self._design.tokens.patch)
            self._put(frame, token.run, Tap.TOKENS, (token.patch_index, token.channel, token.band), token.values)
        elif frame.type is MessageType.TICK:
            tick = Tick.unpack(frame.payload, channels, bands)
            tap = Tap(tick.tap)
            place = (tick.tick, tick.channel) if tap is Tap.BANDS else (tick.tick,)
            self._put(frame, tick.run, tap, place, tick.values)
        else:
            block = Codes.unpack(frame.payload, channels)
            for i, row in enumerate(block.codes):
                self._put(frame, block.run, Tap.CODES, (block.first + i,), row)

    def _put(self, frame: Frame, run: int, tap: Tap, place: _Place, values: NDArray[Any]) -> None:
        """Store a row; refuse one that the earbud cannot have computed from the samples that it reports."""
        received, last = (self._status.received, self._status.run) if self._firsts else (0, self._first_run)
        if self._runs_before(run) > self._runs_before(last) + 1:
            return  # left over from an earlier acquisition
        if tap not in self._taps:
            raise LinkError(f"frame {frame.sequence}: {frame.type.name} of a tap that was not requested, {tap!r}")
        design = self._design
        ends = (place[0] + 1) * samples_a_row(design, tap)
        inner = {Tap.BANDS: (len(design.channels),), Tap.TOKENS: (len(design.channels), len(design.bands))}
        if ends > received + _AHEAD_S * design.converter.rate_hz or any(
            found >= size for found, size in zip(place[1:], inner.get(tap, ()), strict=True)
        ):
            raise LinkError(
                f"frame {frame.sequence}: {frame.type.name} of {' / '.join(map(str, place))}, which the earbud cannot "
                f"have computed from {received} samples of {len(design.channels)} channels"
            )
        rows = self._parts[run][tap]
        self._filed += place not in rows
        rows[place] = values

    def _runs_before(self, run: int) -> int:
        """Return the number of runs of this acquisition before `run`, modulo 2^16."""
        return (run - self._first_run) & 0xFFFF

    def _segments(self) -> tuple[AcquiredSegment, ...]:
        return tuple(
            AcquiredSegment(
                first,
                self._status.boots,
                run,
                {str(tap.name).lower(): self._record(tap, self._parts[run][tap], first) for tap in self._taps},
            )
            for run, first in sorted(self._firsts.items(), key=lambda item: self._runs_before(item[0]))
        )

    def _record(self, tap: Tap, parts: dict[_Place, NDArray[Any]], first: int) -> TapRecord:
        channels, bands, patch = len(self._design.channels), len(self._design.bands), self._design.tokens.patch
        inner: tuple[int, ...] = {Tap.BANDS: (channels,), Tap.TOKENS: (channels, bands)}.get(tap, ())
        width = {Tap.BANDS: bands, Tap.TOKENS: patch}.get(tap, channels)
        offset = first if tap is Tap.CODES else 0
        parts = {place: found for place, found in parts.items() if place[0] >= offset}
        length = max((place[0] - offset + 1 for place in parts), default=0)
        received = np.zeros((length, *inner), bool)
        values = np.zeros((length, *inner, width), np.int16 if tap is Tap.TOKENS else np.int32)
        for (row, *rest), found in parts.items():
            received[(row - offset, *rest)] = True
            values[(row - offset, *rest)] = found
        return TapRecord(values, received)
