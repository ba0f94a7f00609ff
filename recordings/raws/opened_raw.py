"""An MNE `Raw` as an opened file: its channels, unbroken parts and events.

MNE keeps potentials in volts. It marks breaks by annotations: `BAD_ACQ_SKIP` covers time in which nothing was recorded,
and `BAD boundary` or `EDGE boundary` is where two recordings were joined, between which an unknown time has passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.reading.channels import check_rate
from earloop.recordings.reading.opened_file import FileChannel, OpenedFile, Part
from earloop.recordings.reading.options import ReadOptions
from earloop.recordings.recording import Annotation, RecordingError

UV_PER_V = 1e6
# MNE's types of channels that measure a potential at or in the body, in volts.
POTENTIALS = ("eeg", "eog", "ecg", "emg", "bio", "seeg", "ecog", "dbs")
TRIGGERS = "stim"
SKIP = "BAD_ACQ_SKIP"
BOUNDARIES = ("BAD boundary", "EDGE boundary")
SPAN_SAMPLES = 1_000_000  # of a trigger channel, read at once


def open_raw(raw: Any, path: Path, format: str, options: ReadOptions) -> OpenedFile:
    """Describe an `mne.io.Raw`.

    Parameters
    ----------
    path : the place that messages name
    format : the usual name of the file's format

    Raises
    ------
    RecordingError
        It has no samples, or another rate than the options.
    """
    if not raw.n_times:
        raise RecordingError(f"{path}: holds no samples")
    rate_hz = float(raw.info["sfreq"])
    check_rate(path, options.rate_hz, rate_hz)
    types = raw.get_channel_types()
    channels = tuple(_channel(name, kind, rate_hz) for name, kind in zip(raw.ch_names, types, strict=True))
    marks = _marks(raw)
    bounds = _unbroken(marks, raw.n_times, rate_hz)
    events = [note for note in marks if note.label != SKIP and note.label not in BOUNDARIES]
    events += [event for name, kind in zip(raw.ch_names, types, strict=True) if kind == TRIGGERS
               for event in _triggers(raw, name, rate_hz)]  # fmt: skip

    def read(columns: Sequence[int], part: int) -> list[NDArray[Any]]:
        first, end, _ = bounds[part]
        volts = raw.get_data(picks=list(columns), start=first, stop=end)
        return [np.asarray(row * UV_PER_V, np.float64) for row in volts]

    return OpenedFile(
        path=path,
        format=format,
        channels=channels,
        parts=tuple(
            Part(first / rate_hz, (end - first) / rate_hz, place=f"sample {first}", unknown_gap=unknown)
            for first, end, unknown in bounds
        ),
        events=tuple(sorted(events, key=lambda event: event.onset_s)),
        read=read,
        notes=_notes(raw),
    )


def _channel(name: str, kind: str, rate_hz: float) -> FileChannel:
    if kind in POTENTIALS:
        return FileChannel(name=name, unit="V", rate_hz=rate_hz, scale=UV_PER_V)
    why_not = "has triggers, whose changes are events" if kind == TRIGGERS else f"is of MNE's type {kind}, no potential"
    return FileChannel(name=name, unit="", rate_hz=rate_hz, scale=None, is_electrode=False, why_not=why_not)


def _marks(raw: Any) -> list[Annotation]:
    """Return the annotations, in seconds from the first sample; those before or after all samples are left out."""
    notes = raw.annotations
    # With a time of its own, an annotation counts from the measurement's date, at which `first_samp` is not 0.
    before_s = raw.first_time if notes.orig_time is not None else 0.0
    marks = []
    for onset, duration, label in zip(notes.onset, notes.duration, notes.description, strict=True):
        first_s, end_s = float(onset - before_s), float(onset - before_s + duration)
        if end_s >= 0 and first_s < raw.n_times / raw.info["sfreq"]:
            marks.append(Annotation(max(0.0, first_s), end_s - max(0.0, first_s), str(label)))
    return marks


def _unbroken(marks: Sequence[Annotation], samples: int, rate_hz: float) -> list[tuple[int, int, bool]]:
    """Return the runs of samples: first, end, and whether an unknown time has passed before it."""
    breaks = [(0, 0, False)]
    for mark in marks:
        at = min(samples, max(0, round(mark.onset_s * rate_hz)))
        if mark.label == SKIP:
            breaks.append((at, min(samples, round((mark.onset_s + mark.duration_s) * rate_hz)), False))
        elif mark.label in BOUNDARIES:
            breaks.append((at, at, True))
    breaks.sort()
    runs, first, unknown = [], 0, False
    for at, resumes, is_boundary in breaks:
        if at > first:
            runs.append((first, at, unknown))
            unknown = False
        first, unknown = max(first, resumes), unknown or is_boundary
    if first < samples:
        runs.append((first, samples, unknown))
    return runs or [(0, samples, False)]


def _triggers(raw: Any, name: str, rate_hz: float) -> list[Annotation]:
    """Return the changes of a trigger channel to values other than 0, as events with the value as their label."""
    events, last = [], 0
    for start in range(0, raw.n_times, SPAN_SAMPLES):
        values = np.rint(raw.get_data(picks=[name], start=start, stop=start + SPAN_SAMPLES)[0]).astype(np.int64)
        before = np.concatenate([[last if start else values[0]], values[:-1]])
        for at in np.flatnonzero((values != before) & (values != 0)):
            events.append(Annotation((start + int(at)) / rate_hz, 0.0, str(values[at]), source=name))
        last = int(values[-1])
    return events


def _notes(raw: Any) -> tuple[str, ...]:
    notes = []
    if raw.info["bads"]:
        notes.append(f"marked as bad, and read nevertheless: {', '.join(raw.info['bads'])}")
    waiting = [projection["desc"] for projection in raw.info["projs"] if not projection["active"]]
    if waiting:
        notes.append(f"its projections are not applied: {', '.join(waiting)}")
    return tuple(notes)
