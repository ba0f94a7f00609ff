"""The samples of a stream, from a file or live, as an opened file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.reading.opened_file import CODES, OpenedFile
from earloop.recordings.reading.options import ReadOptions
from earloop.recordings.recording import Annotation, RecordingError
from earloop.recordings.xdf.stream_events import trigger_events
from earloop.recordings.xdf.stream_header import StreamHeader, channel_names, is_trigger, stream_channels
from earloop.recordings.xdf.stream_times import StreamTimes, settle_rate, stream_times


def open_stream(
    path: Path,
    format: str,
    header: StreamHeader,
    values: NDArray[Any],
    stamps: NDArray[np.float64],
    options: ReadOptions,
    events: Sequence[Annotation] = (),
) -> tuple[OpenedFile, StreamTimes]:
    """Return a signal as an opened file, with parts, channels, notes and events; and the times of its samples.

    Parameters
    ----------
    path : file or stream, for messages
    values : numbers, [samples, channels], in the header's units
    stamps : float64 [samples], in seconds, on the common clock of all streams
    events : events of other streams, with onsets on that clock

    Raises
    ------
    RateError
        The stamps contradict the nominal rate.
    RecordingError
        There are no samples, a stamp is not a time, or the header does not describe every channel.
    """
    if not len(values):
        raise RecordingError(f"{path}: stream {header.name} has no samples")
    try:
        times = stream_times(stamps, header.rate_hz)
        rate_hz, notes = settle_rate(header, times, options.rate_hz)
        channels, assumed = stream_channels(header, rate_hz)
    except RecordingError as error:
        raise type(error)(f"{path}: {error}") from None
    signal_events: list[Annotation] = []
    for i, name in enumerate(channel_names(header)):
        if is_trigger(header, i):
            channel_events, note = trigger_events(name, values[:, i], times.times_s)
            signal_events += channel_events
            notes += (note,) if note else ()

    def read(columns: Sequence[int], part: int) -> list[NDArray[Any]]:
        return [_converted(values[slice(*times.bounds[part]), column], channels[column]) for column in columns]

    opened = OpenedFile(
        path=path,
        format=format,
        channels=channels,
        parts=times.parts,
        events=(*(replace(event, onset_s=event.onset_s - times.first_s) for event in events), *signal_events),
        read=read,
        notes=(*notes, *assumed),
        meta={**header.meta, "effective_rate_hz": times.effective_hz},
    )
    return opened, times


def _converted(values: NDArray[Any], channel: Any) -> NDArray[Any]:
    if channel.unit == CODES:
        return values.astype(np.int32)
    with np.errstate(all="ignore"):  # `Recording` refuses NaN and infinite values
        return np.asarray(values.astype(np.float64) * channel.scale)
