"""How a recording is to be read: what a caller of `read_recording`, a command or a plan may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from earloop.recordings.reading.limits import DEFAULT_MAX_GB

Gaps = Literal["refuse", "nan"]
GAPS: tuple[Gaps, ...] = get_args(Gaps)


@dataclass(frozen=True)
class ReadOptions:
    """The defaults read a whole file that has no gaps.

    rate_hz : sampling rate in Hz, for a file that does not know its own
    channels : which, in which order; None for all that are electrodes
    stream : name, type or number of an XDF file's stream
    board : the BrainFlow board whose columns a table without a header has, by name or number
    max_gb : memory that the samples may take, in GB
    gaps : what becomes of a recording that breaks off and goes on: refused, or filled with NaN
    part : only this unbroken part, counted from 1
    start_s : only what comes from this time on, in seconds since the file's first sample
    seconds : only so much of it
    """

    rate_hz: float | None = None
    channels: tuple[str, ...] | None = None
    stream: str | None = None
    board: str | None = None
    max_gb: float = DEFAULT_MAX_GB
    gaps: Gaps = "refuse"
    part: int | None = None
    start_s: float | None = None
    seconds: float | None = None


READ_ALL = ReadOptions()
