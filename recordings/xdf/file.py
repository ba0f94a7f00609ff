"""XDF, the format of LabRecorder and the Lab Streaming Layer: one stream as an opened file, decoded by pyxdf.

An XDF file has streams of many kinds, each with its own clock. The signal is the only stream of EEG or of another
potential with a regular rate; streams of markers are its events. pyxdf converts all clocks to the recorder's, by the
measured offsets. `stream_times` finds gaps in the stamps and removes the jitter of arrival.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from earloop.recordings.reading.limits import check_memory
from earloop.recordings.reading.opened_file import OpenedFile, Part
from earloop.recordings.reading.options import ReadOptions
from earloop.recordings.recording import Annotation, RecordingError
from earloop.recordings.xdf.chunks import XdfStream, read_streams
from earloop.recordings.xdf.load import LoadedStream, clock_notes, foreign_clock_note, load_streams
from earloop.recordings.xdf.stream_events import is_event_stream, is_trigger_stream, stream_events, trigger_events
from earloop.recordings.xdf.stream_file import open_stream
from earloop.recordings.xdf.stream_header import SIGNAL_KINDS, channel_names
from earloop.recordings.xdf.stream_times import stream_times

EVENT_BYTES = 200  # memory of an event with short text in Python


def open_xdf(path: Path, options: ReadOptions) -> OpenedFile:
    """Open the signal of an XDF file; if no stream or several fit, the opened file only lists the streams.

    Raises
    ------
    RecordingError
        The file is truncated or damaged; the time stamps contradict the nominal rate; its streams exceed
        `options.max_gb`.
    """
    streams = read_streams(path)
    listed = tuple(str(stream) for stream in streams)
    chosen = _choose(streams, options)
    if isinstance(chosen, str):
        return OpenedFile(
            path=path,
            format="XDF",
            channels=(),
            parts=(Part(0.0, 0.0),),
            events=(),
            read=lambda columns, part: [],
            streams=listed,
            undecided=chosen,
        )
    others = [stream for stream in streams if stream is not chosen]
    markers = [stream for stream in others if is_event_stream(stream.header) or is_trigger_stream(stream.header)]
    check_memory(path, chosen.counted, chosen.header.channels, 8, options.max_gb)
    for marker in markers:
        where = f"{path}: {marker.header.name}"
        check_memory(where, marker.counted, marker.header.channels, EVENT_BYTES, options.max_gb)
    loaded = load_streams(path, [chosen, *markers])
    signal = loaded[chosen.number]
    if chosen.samples is None:
        raise RecordingError(f"{path}: {_never_closed(chosen, signal)}")
    if len(signal.values) < chosen.samples:
        raise RecordingError(
            f"{path}: damaged: {len(signal.values)} of {chosen.samples} samples of {chosen.header.name}"
        )
    events: list[Annotation] = []
    event_notes: list[str] = []
    for marker in markers:
        marker_events, marker_notes = _events(marker, loaded[marker.number])
        events += marker_events
        event_notes += marker_notes
    opened, times = open_stream(path, "XDF", chosen.header, signal.values, signal.stamps, options, events)
    notes = [*opened.notes, *event_notes, *_left_out(streams)]
    for stream in (chosen, *markers):
        notes += clock_notes(stream, loaded[stream.number])
    for marker in markers:
        stamps = loaded[marker.number].stamps
        notes += foreign_clock_note(marker, chosen, stamps - times.first_s, times.last_s - times.first_s)
    return replace(opened, notes=tuple(notes), streams=listed, stream=f"{chosen.number} {chosen.header.name}")


def _events(marker: XdfStream, loaded: LoadedStream) -> tuple[list[Annotation], list[str]]:
    """Return the events of a stream of markers, with onsets on the recorder's clock, and notes."""
    header = marker.header
    if not is_trigger_stream(header):
        return stream_events(header, loaded.values, loaded.stamps), []
    if not len(loaded.stamps):
        return [], []
    events: list[Annotation] = []
    notes: list[str] = []
    for i, name in enumerate(channel_names(header)):
        source = header.name if header.channels == 1 else name
        channel_events, note = trigger_events(source, np.asarray(loaded.values)[:, i], loaded.stamps)
        events += channel_events
        notes += [note] if note else []
    return events, notes


def _choose(streams: list[XdfStream], options: ReadOptions) -> XdfStream | str:
    """Return the only stream that fits the options; otherwise a message that lists the streams."""
    signals, wanted = [stream for stream in streams if stream.header.is_signal], options.stream
    if wanted is None:
        fits = [stream for stream in signals if stream.header.kind.lower() in SIGNAL_KINDS]
    else:
        fits = [stream for stream in signals if wanted in _names(stream)]
    if len(fits) > 1 and options.channels is not None:
        fits = [stream for stream in fits if set(options.channels) <= set(channel_names(stream.header))]
    if len(fits) == 1:
        return fits[0]
    if fits:
        listed = "; ".join(f"{stream.number} {stream.header}" for stream in fits)
        return (
            f"{len(fits)} streams fit: {listed}: choose one by name, type or number (--stream), or by its "
            "channels (--channels)"
        )
    available = "; ".join(f"{stream.number} {stream.header}" for stream in streams) or "no stream at all"
    if wanted is not None:
        return f"no regular stream of numbers named {wanted}; found {available}"
    hint = ": if one of them is the signal, name it (--stream)" if signals else ""
    return f"no regular stream of numbers of a type among {', '.join(sorted(SIGNAL_KINDS))}; found {available}{hint}"


def _names(stream: XdfStream) -> tuple[str, ...]:
    header = stream.header
    return header.name, header.kind, str(stream.number), f"{stream.number} {header.name}"


def _never_closed(stream: XdfStream, loaded: LoadedStream) -> str:
    complaint = f"truncated, or never closed: stream {stream.header.name} has no footer"
    if not len(loaded.stamps):
        return f"{complaint}, and no samples"
    try:
        last_s = stream_times(loaded.stamps, stream.header.rate_hz).parts[-1].end_s
    except RecordingError:
        return f"{complaint}; copy the file again"
    return (
        f"{complaint}; it has {len(loaded.stamps):,} samples, up to {last_s:.1f} s, and the number of missing samples "
        "is unknown: copy the file again"
    )


def _left_out(streams: Sequence[XdfStream]) -> list[str]:
    """Return notes about irregular streams of numbers that are not events."""
    return [
        f"stream {stream.header} is irregular and of a type for measurements: it has no events, and is omitted"
        for stream in streams
        if not stream.header.rate_hz and not is_event_stream(stream.header)
    ]
