"""Tracks: additional signals of a recording with another rate and unit, such as impedance or gaze."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.recording import RecordingError


@dataclass(frozen=True)
class Track:
    """An additional signal of a recording; its first row is at the recording's first sample.

    Parameters
    ----------
    data : numbers, [rows] or [rows, columns]
    sfreq : rows a second
    columns : one name for each column; empty if `data` is [rows]
    unit : unit of all columns, such as `kOhm`; empty for shares and indices

    Raises
    ------
    RecordingError
        The names do not fit the shape, there are no rows, a file cannot hold the dtype, or the rate is not positive.
    """

    data: NDArray[Any]
    sfreq: float
    columns: tuple[str, ...] = ()
    unit: str = ""

    def __post_init__(self) -> None:
        wanted = (len(self.columns),) if self.columns else ()
        if not self.data.ndim or self.data.shape[1:] != wanted:
            raise RecordingError(f"a track of shape {self.data.shape} does not fit {len(self.columns)} column names")
        if not len(self.data):
            raise RecordingError("a track without rows")
        if self.data.dtype.kind not in "biuf":
            raise RecordingError(f"a track of {self.data.dtype}; wanted numbers")
        if not (np.isfinite(self.sfreq) and self.sfreq > 0):
            raise RecordingError(f"a track of {self.sfreq} Hz: must be positive")
