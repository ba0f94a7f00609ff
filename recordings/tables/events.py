"""Times of a table's events on the clock of its parts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.reading.opened_file import Part
from earloop.recordings.recording import Annotation
from earloop.recordings.tables.contents import Contents


def place(
    contents: Contents, parts: Sequence[Part], firsts: Sequence[int], period: float, rate_hz: float
) -> tuple[Annotation, ...]:
    """Return the events as annotations, in seconds since the first sample.

    Parameters
    ----------
    firsts : index of the first sample of each part
    period : time from one sample to the next, in the stamps' unit
    """
    annotations = []
    for before, stamp, label in contents.events:
        part = max(0, int(np.searchsorted(firsts, min(before, len(contents.lines) - 1), side="right")) - 1)
        sample = float(before)
        if contents.stamps is not None and np.isfinite(stamp):
            part, sample = _by_stamp(contents.stamps, stamp, parts, firsts, part, period)
        onset_s = parts[part].start_s + (sample - firsts[part]) / rate_hz
        annotations.append(Annotation(onset_s, 0.0, label))
    return tuple(sorted(annotations, key=lambda event: event.onset_s))


def _by_stamp(
    stamps: NDArray[np.float64], stamp: float, parts: Sequence[Part], firsts: Sequence[int], part: int, period: float
) -> tuple[int, float]:
    """Return the part and the sample, with a fraction, at which the samples' stamps reach an event's stamp.

    The search begins in the part of the event's row, and continues in the parts before and after it. An event between
    two parts, or outside all, is extrapolated from the part of its row.
    """
    ends = [*firsts[1:], len(stamps)]
    for i in (part, part - 1, part + 1):
        if 0 <= i < len(parts):
            grown = np.maximum.accumulate(stamps[firsts[i] : ends[i]])
            if grown[0] <= stamp < grown[-1] + period:
                at = int(np.searchsorted(grown, stamp, side="left"))
                if at == len(grown):
                    return i, ends[i] - 1 + float(stamp - grown[-1]) / period
                if grown[at] == stamp or at == 0:
                    return i, float(firsts[i] + at)
                return i, firsts[i] + at - 1 + float((stamp - grown[at - 1]) / (grown[at] - grown[at - 1]))
    return part, firsts[part] + float(stamp - stamps[firsts[part]]) / period
