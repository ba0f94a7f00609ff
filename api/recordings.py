"""Recordings from files, arrays and MNE."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np

from earloop.recordings import Annotation, Recording, RecordingError, from_mne, read_recording, to_mne
from earloop.recordings.reading.units import KNOWN, uv_per_unit

__all__ = ["from_array", "from_mne", "read", "to_mne"]

Event = Annotation | tuple[float, str] | tuple[float, float, str]

read = read_recording


def from_array(
    data: Any,
    rate_hz: float,
    names: Sequence[str],
    unit: str = "uV",
    events: Sequence[Event] = (),
    *,
    lsb_uv: float | None = None,
) -> Recording:
    """Return an array as a recording.

    Parameters
    ----------
    data : numbers [samples, channels]; [samples] for a single channel
    rate_hz : sampling rate in Hz
    names : names of the channels
    unit : `uV`, `mV`, `V`, `nV` or their words, which become uV; or `codes`, integers of a converter
    events : Annotations, or (onset in seconds, label), or (onset, duration, label)
    lsb_uv : for codes, the size of one in uV

    Raises
    ------
    RecordingError
        The shape does not fit the names, the unit is unknown, an event is none, or a value is not finite.
    """
    names = tuple(names) if not isinstance(names, str) else (names,)
    values = np.asarray(data)
    if values.ndim == 1:
        values = values[:, np.newaxis]
    if values.ndim == 2 and values.shape[1] != len(names) == values.shape[0]:
        raise RecordingError(
            f"data of shape {list(values.shape)} for {len(names)} names: wanted [samples, channels]; give data.T"
        )
    notes = tuple(sorted((_annotation(i, event) for i, event in enumerate(events)), key=lambda note: note.onset_s))
    if unit == "codes":
        return Recording(values, "codes", rate_hz, names, notes, {} if lsb_uv is None else {"lsb_uv": lsb_uv})
    scale = uv_per_unit(unit)
    if scale is None:
        raise RecordingError(f"unit {unit!r} is no known unit of potential; valid: {KNOWN}, codes")
    if lsb_uv is not None:
        raise RecordingError(f"lsb_uv is the size of a code, and the data are in {unit}; leave it out")
    if values.dtype.kind not in "fiu":
        raise RecordingError(f"data are {values.dtype}; wanted numbers")
    return Recording(np.asarray(values * scale, np.float64), "uV", rate_hz, names, notes)


def _annotation(number: int, event: Any) -> Annotation:
    if isinstance(event, Annotation):
        return event
    onset_s, *duration_s, label = event if isinstance(event, tuple) and len(event) in (2, 3) else (None, None)
    if isinstance(onset_s, Real) and isinstance(label, str) and all(isinstance(each, Real) for each in duration_s):
        return Annotation(float(onset_s), float(*duration_s), label)
    raise RecordingError(
        f"event {number} is {event!r}: wanted (onset in seconds, label) or (onset, duration, label), the label as text"
    )
