"""The result of a replay on an earbud, with the losses on the line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.hil.link.numbered_line import LostFrames, NumberedLine
from earloop.hil.link.tap_records import StreamSegment, TapRecord
from earloop.hil.run.line_account import LineAccount
from earloop.spec.messages import Status


@dataclass(frozen=True, kw_only=True)
class LinkRun:
    """The result of a replay: for every requested tap the values and which of them arrived.

    tokens : int16, shape [patches, channels, bands, patch]; zeros where a token is missing
    received : bool, shape [patches, channels, bands], the tokens that arrived
    taps : the other taps by name: `codes`, `decimated`, `notched`, `bands`
    segments : the parts of the stream, each from the tokenizer's reset; one, unless the earbud restarted
    losses : frames of the earbud that never arrived or arrived late; `stale` counts those that arrived late or twice,
        `corrupt` those that did not decode, `frames` those that were accepted; all since the session began
    reopened : how often since then the port was opened again
    began : the STATUS that answered the last START
    status : the last STATUS; its counters of samples and ticks cover the last segment
    wall_s : from START to the last STATUS, by the link's clock
    """

    tokens: NDArray[np.int16]
    received: NDArray[np.bool_]
    taps: Mapping[str, TapRecord]
    segments: tuple[StreamSegment, ...]
    losses: tuple[LostFrames, ...]
    stale: int
    corrupt: int
    reopened: int
    frames: int
    began: Status
    status: Status
    wall_s: float

    @property
    def tick_clocks_mean(self) -> float:
        """Mean number of core clocks per tokenizer tick."""
        return self.status.tick_clocks / max(1, self.status.ticks)

    @property
    def tick_clocks_max(self) -> int:
        """Number of core clocks of the longest tick."""
        return self.status.tick_clocks_max

    @property
    def line_faults(self) -> int:
        """Number of frames that were lost, late, duplicated or damaged, in both directions."""
        lost = sum(loss.count for loss in self.losses)
        return lost + self.stale + self.corrupt + self.status.missing_in + self.status.stale_in + self.status.corrupt_in

    @property
    def account(self) -> LineAccount:
        """The counts of both ends; those of the earbud begin with the last START."""
        missing = sum(loss.count for loss in self.losses)
        host = LineAccount(
            damaged=self.corrupt, missing=missing, stale=self.stale, reopened=self.reopened, frames=self.frames
        )
        return host + counts_of_earbud(self.status) - counts_of_earbud(self.began)


def counts_of_earbud(status: Status) -> LineAccount:
    """Return an earbud's counts of the host's frames, since its boot."""
    return LineAccount(
        damaged=status.corrupt_in, missing=status.missing_in, stale=status.stale_in, frames=status.frames_in
    )


def counts_of_host(line: NumberedLine) -> LineAccount:
    """Return the host's counts of the earbud's frames, since the session began."""
    missing = sum(loss.count for loss in line.losses)
    return LineAccount(
        damaged=line.corrupt, missing=missing, stale=line.stale, reopened=line.reopened, frames=line.frames
    )
