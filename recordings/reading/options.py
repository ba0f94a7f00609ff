"""The options for reading a recording, shared by `read_recording`, commands and plans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from earloop.recordings.reading.limits import DEFAULT_MAX_GB

Gaps = Literal["refuse", "nan"]
GAPS: tuple[Gaps, ...] = get_args(Gaps)


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """Options for reading; the defaults read a complete file without gaps.

    Parameters
    ----------
    rate_hz : sampling rate in Hz, for a file that does not say its rate
    channels : names of the channels to read, in this order; None for all electrodes
    renames : name in the file and new name of channels to rename, as the names of a design's electrodes
    stream : name, type or number of an XDF file's stream
    board : the BrainFlow board that wrote a table without a header, by name or number
    max_gb : largest memory of the samples, in GB
    gaps : whether a recording with gaps is refused, or its gaps are filled with NaN
    part : read only this part without gaps, counted from 1
    start_s : read only samples from this time on, in seconds since the file's first sample
    seconds : read only so many seconds
    """

    rate_hz: float | None = None
    channels: tuple[str, ...] | None = None
    renames: tuple[tuple[str, str], ...] | None = None
    stream: str | None = None
    board: str | None = None
    max_gb: float = DEFAULT_MAX_GB
    gaps: Gaps = "refuse"
    part: int | None = None
    start_s: float | None = None
    seconds: float | None = None


READ_ALL = ReadOptions()
