"""The interface between the readers of formats and the rest of the room: a file's contents before any choice.

The reader of a format (`edf.file`, `brainvision.file`, `tables.file`, `xdf.file`, `store.stored_session`) returns an
`OpenedFile`. `file_info` describes it, and `assemble` turns it into a `Recording`: it chooses channels, treats gaps,
resamples and places events in the same way for every format.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.recording import Annotation

CODES = "codes"  # the unit of a converter's codes


@dataclass(frozen=True, kw_only=True)
class FileChannel:
    """A channel, or a column, of a file.

    unit : as the file writes it; may be empty
    rate_hz : rate of this channel; others may have other rates
    scale : factor from its values to uV; 1 for codes; None if they are neither
    is_electrode : whether it is read if the user names no channels
    why_not : what it is instead, or why it cannot be read, for a sentence that begins with "channel X"; may be empty
    reference : what it is measured against, as the file states it apart from the name; may be empty
    """

    name: str
    unit: str
    rate_hz: float
    scale: float | None = 1.0
    is_electrode: bool = True
    why_not: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Part:
    """A run of samples without a gap.

    start_s, duration_s : in seconds of the file's clock, since the first sample of the file
    stamps_s : the time of each sample on that clock, float64 [samples]; None if samples follow each other at their rate
    place : where the part begins in the file, as an editor or a viewer counts: `line 402`, `record 4`
    unknown_gap : whether the gap before the part has an unknown duration; `start_s` is then the end of the part before
    """

    start_s: float
    duration_s: float
    stamps_s: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)
    place: str = ""
    unknown_gap: bool = False

    @property
    def end_s(self) -> float:
        """End of the part on the file's clock, s."""
        return self.start_s + self.duration_s


@dataclass(frozen=True, kw_only=True)
class OpenedFile:
    """A file with a checked header, whose samples may still be on disk.

    format : its usual name: `EDF+D`, `BrainVision`, `OpenBCI text`
    channels : all channels, in the file's order; a name may occur twice
    parts : runs without a gap, in the file's order, one or more; a part may begin before the end of the one before, if
        a
        clock was set back or a packet was repeated
    events : on the file's clock, in seconds since its first sample; some may be in no part
    read : returns the samples of channels, by their positions, in one part: one array for each channel, float64 in uV
        or
        int32 codes, of `round(duration_s * rate_hz)` samples
    notes : findings that the user should know, one sentence each: an inaccurate clock, a separator
    streams : one line of description for each stream, in a format of streams
    stream : the open stream, by number and name
    undecided : why no stream is open, for a message that begins with the path; the file then has only `streams`
    value_bytes : memory of one sample of a channel
    meta : JSON-able facts for `Recording.meta`
    reading_notes : returns further notes, about the samples that `read` has read so far
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
    reading_notes: Callable[[], tuple[str, ...]] = field(default=tuple, repr=False, compare=False)
