"""XDF, the file of LabRecorder and the Lab Streaming Layer: one stream of it as an opened file, decoded by pyxdf.

An XDF file holds streams of many kinds, each on its own clock. The signal is the one stream of EEG or of another
potential that is sampled at a regular rate; streams of markers are its events. pyxdf brings all clocks to that of the
recorder, by the offsets that it measured; `stream_times` finds gaps in the stamps and takes out the jitter of arrival.
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

EVENT_BYTES = 200  # of memory, that an event of short text takes in Python


def open_xdf(path: Path, options: ReadOptions) -> OpenedFile:
    """Open the one signal of an XDF file; where none or several are meant, a file that only lists its streams.

    Raises
    ------
    RecordingError
        The file is truncated or damaged; the nominal rate is not that of the time stamps; its streams take more memory
        than `options.max_gb`.
    """
    streams = read_streams(path)
    listed = tuple(str(stream) for stream in streams)
    chosen = _choose(streams, options)
    if isinstance(chosen, str):
        return OpenedFile(
            path, "XDF", (), (Part(0.0, 0.0),), (), lambda columns, part: [], streams=listed, undecided=chosen
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
    told: list[str] = []
    for marker in markers:
        found, note = _events(marker, loaded[marker.number])
        events += found
        told += note
    opened, times = open_stream(path, "XDF", chosen.header, signal.values, signal.stamps, options, events)
    notes = [*opened.notes, *told, *_left_out(streams)]
    for stream in (chosen, *markers):
        notes += clock_notes(stream, loaded[stream.number])
    for marker in markers:
        stamps = loaded[marker.number].stamps
        notes += foreign_clock_note(marker, chosen, stamps - times.first_s, times.last_s - times.first_s)
    return replace(opened, notes=tuple(notes), streams=listed, stream=f"{chosen.number} {chosen.header.name}")


def _events(marker: XdfStream, loaded: LoadedStream) -> tuple[list[Annotation], list[str]]:
    """What a stream of markers tells, with onsets on the recorder's clock, and notes."""
    header = marker.header
    if not is_trigger_stream(header):
        return stream_events(header, loaded.values, loaded.stamps), []
    if not len(loaded.stamps):
        return [], []
    events: list[Annotation] = []
    notes: list[str] = []
    for i, name in enumerate(channel_names(header)):
        source = header.name if header.channels == 1 else name
        found, note = trigger_events(source, np.asarray(loaded.values)[:, i], loaded.stamps)
        events += found
        notes += [note] if note else []
    return events, notes


def _choose(streams: list[XdfStream], options: ReadOptions) -> XdfStream | str:
    """The one stream that is meant; a complaint, with a list, where it is none or several."""
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
    found = "; ".join(f"{stream.number} {stream.header}" for stream in streams) or "no stream at all"
    if wanted is not None:
        return f"no regular stream of numbers named {wanted}; found {found}"
    hint = ": if one of them is the signal, name it (--stream)" if signals else ""
    return f"no regular stream of numbers of a type among {', '.join(sorted(SIGNAL_KINDS))}; found {found}{hint}"


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
        f"{complaint}; it holds {len(loaded.stamps):,} samples, up to {last_s:.1f} s, and nothing tells how many more "
        "there were: copy the file again"
    )


def _left_out(streams: Sequence[XdfStream]) -> list[str]:
    """A word on irregular streams of numbers that are taken for no events."""
    return [
        f"stream {stream.header} is irregular and of a type that measures: no events, left out"
        for stream in streams
        if not stream.header.rate_hz and not is_event_stream(stream.header)
    ]
