"""What an earbud made of a stream of codes, and what the line did to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hil.line_account import LineAccount
from hil.numbered_line import Loss
from hil.token_stream import Segment, TapRecord
from spec.messages import Status


@dataclass(frozen=True)
class LinkRun:
    """Of every tap that was asked for: what came, and which of it is there.

    tokens : int16, shape [patches, channels, bands, patch]; zeros where a token is missing
    there : bool, shape [patches, channels, bands]
    taps : the other taps by name: `codes`, `decimated`, `notched`, `bands`
    segments : the parts of the stream that were each made from the tokenizer's reset; one, unless the earbud restarted
    losses : frames of the earbud that never came or came late; `stale` and `corrupt` count those that came late or
        twice, and those that did not decode, `frames` those that were taken; all since the session began
    reopened : how often since then the port was opened again
    began : the STATUS that answered the last START
    status : the last; its counters of samples and ticks are those of the last segment
    wall_s : from START to the last STATUS, by the link's clock
    """

    tokens: NDArray[np.int16]
    there: NDArray[np.bool_]
    taps: Mapping[str, TapRecord]
    segments: tuple[Segment, ...]
    losses: tuple[Loss, ...]
    stale: int
    corrupt: int
    reopened: int
    frames: int
    began: Status
    status: Status
    wall_s: float

    @property
    def tick_clocks_mean(self) -> float:
        """Core clocks of a tokenizer tick."""
        return self.status.tick_clocks / max(1, self.status.ticks)

    @property
    def tick_clocks_max(self) -> int:
        """Core clocks of the longest tick."""
        return self.status.tick_clocks_max

    @property
    def line_faults(self) -> int:
        """Frames that were lost, late, doubled or damaged, either way."""
        lost = sum(loss.count for loss in self.losses)
        return lost + self.stale + self.corrupt + self.status.missing_in + self.status.stale_in + self.status.corrupt_in

    @property
    def account(self) -> LineAccount:
        """What the line did, as both ends know it: the earbud, of what came since the last START."""
        began, ended = self.began, self.status
        return LineAccount(
            damaged=self.corrupt + ended.corrupt_in - began.corrupt_in,
            missing=sum(loss.count for loss in self.losses) + ended.missing_in - began.missing_in,
            stale=self.stale + ended.stale_in - began.stale_in,
            reopened=self.reopened,
            frames=self.frames + ended.frames_in - began.frames_in,
        )
