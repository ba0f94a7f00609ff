"""The seam between formats and all else: what a file holds, as its reader finds it, before anything is chosen.

A reader of a format (`edf_file`, `brainvision_file`, `table_file`, `xdf_file`, `stored_session`) makes an `OpenedFile`.
`file_info` describes it, and `assemble` makes a `Recording` of it: choosing channels, gaps, resampling and the place of
events are decided there, once, for every format.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.recording import Annotation

CODES = "codes"  # the unit of a converter's own numbers


@dataclass(frozen=True)
class FileChannel:
    """A channel, or a column, of a file.

    unit : as the file writes it; empty where it writes none
    rate_hz : its own, however fast its neighbours are
    scale : by how much its values are multiplied to be uV; 1 for codes; None where they are neither
    is_electrode : whether it is taken where no channels are asked for by name
    why_not : what it is instead, or why it cannot be read, to follow "channel X"; empty where it can be read
    """

    name: str
    unit: str
    rate_hz: float
    scale: float | None = 1.0
    is_electrode: bool = True
    why_not: str = ""


@dataclass(frozen=True)
class Part:
    """An unbroken run of samples.

    start_s, duration_s : in seconds of the file's own clock, since the first sample of the file
    stamps_s : the time of each sample on that clock, float64 [samples], where the file tells one; else samples follow
        each other at their rate
    place : where in the file it begins, as an editor or a viewer counts: `line 402`, `record 4`
    unknown_gap : whether the recorder stopped before it for a time that the file does not tell; `start_s` is then where
        the part before ends
    """

    start_s: float
    duration_s: float
    stamps_s: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)
    place: str = ""
    unknown_gap: bool = False

    @property
    def end_s(self) -> float:
        return self.start_s + self.duration_s


@dataclass(frozen=True)
class OpenedFile:
    """A file whose header was read and checked, and whose samples may still be on disk.

    format : as people call it: `EDF+D`, `BrainVision`, `OpenBCI text`
    channels : every one, in the file's order; a name may stand twice
    parts : unbroken runs, in the file's order, at least one; a part may begin before the one before it ends, where a
        clock was set back or a packet came twice
    events : on the file's own clock, in seconds since its first sample; some may lie in no part
    read : the samples of one part of these channels, by their positions: one array a channel, float64 in uV or int32
        codes, of `round(duration_s * rate_hz)` samples
    notes : what a reader found out and the user should know, one sentence each: a clock that is off, a separator
    streams : the streams that the file holds, described in a line each, where it is a format of streams
    stream : the one that is open, by number and name
    undecided : why no stream is open, to follow the path; a file with nothing but `streams` is then all there is
    value_bytes : that a sample of a channel takes in memory
    meta : JSON-able facts for `Recording.meta`
    told : further notes, on what `read` came across so far
    """

    path: Path
    format: str
    channels: tuple[FileChannel, ...]
    parts: tuple[Part, ...]
    events: tuple[Annotation, ...]
    read: Callable[[Sequence[int], int], list[NDArray[Any]]] = field(repr=False, compare=False)
    notes: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    stream: str | None = None
    undecided: str = ""
    value_bytes: int = 8
    meta: dict[str, Any] = field(default_factory=dict)
    told: Callable[[], tuple[str, ...]] = field(default=tuple, repr=False, compare=False)
