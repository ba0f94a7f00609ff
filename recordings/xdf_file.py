"""XDF, the file of LabRecorder and the Lab Streaming Layer: one stream of it as a recording, decoded by pyxdf.

An XDF file holds streams of many kinds, each on its own clock. The signal is the one stream of EEG or of another
potential that is sampled at a regular rate; streams of text are its events. pyxdf brings all clocks to the recorder's,
by the offsets that the recorder measured, and removes the jitter of arrival.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyxdf
from numpy.typing import NDArray

from recordings.limits import DEFAULT_MAX_GB, check_memory
from recordings.recording import Annotation, Recording, RecordingError
from recordings.stream_header import TEXT, channel_names, stream_recording
from recordings.xdf_chunks import XdfStream, read_streams

TEXT_BYTES = 100  # of memory, that a short text takes in Python
SIGNAL_KINDS = {"eeg", "exg", "eog", "emg", "ecg"}


def read_xdf(
    path: Path,
    rate_hz: float | None,
    channels: tuple[str, ...] | None,
    stream: str | None = None,
    *,
    max_gb: float = DEFAULT_MAX_GB,
) -> Recording:
    """Read the one signal of an XDF file; its streams of text become annotations.

    Parameters
    ----------
    rate_hz : settles which rate is right where nominal rate and time stamps differ; else it must be the file's own
    channels : which, in which order; streams that lack one of them are not considered
    stream : name, type or number of the stream, where several could be meant

    Returns
    -------
    Recording
        float64 uV, or int32 codes where that is the unit that stands in the file. `meta` has the stream's name, source
        and effective rate, and the design hash where the stream tells it.

    Raises
    ------
    RecordingError
        The file is truncated or damaged; no stream fits, or several do; a channel is no voltage; the nominal rate is
        not that of the time stamps; the stream breaks off and goes on later; it takes more memory than `max_gb`.
    """
    streams = read_streams(path)
    chosen = _choose(path, streams, channels, stream)
    if chosen.samples is None:
        raise RecordingError(f"{path}: truncated, or never closed: stream {chosen.header.name} has no footer")
    markers = [stream for stream in streams if stream.header.format == TEXT]
    check_memory(path, chosen.counted, chosen.header.channels, 8, max_gb)
    for marker in markers:
        check_memory(f"{path}: {marker.header.name}", marker.counted, marker.header.channels, TEXT_BYTES, max_gb)
    loaded = _load(path, [chosen, *markers])
    values, stamps, info = loaded[chosen.number]
    if len(values) < chosen.samples:
        raise RecordingError(f"{path}: damaged: {len(values)} of {chosen.samples} samples of {chosen.header.name}")
    _check_unbroken(path, chosen, stamps, info["segments"])
    recording = stream_recording(
        path, chosen.header, values, float(info["effective_srate"]), rate_hz=rate_hz, channels=channels
    )
    events = [event for marker in markers for event in _events(marker, *loaded[marker.number][:2])]
    return replace(recording, annotations=_within(events, float(stamps[0]), recording.duration_s))


def _choose(path: Path, streams: list[XdfStream], channels: tuple[str, ...] | None, wanted: str | None) -> XdfStream:
    """The one stream that is meant; complains, with a list, where it is none or several."""
    signals = [stream for stream in streams if stream.header.is_signal]
    if wanted is None:
        fits = [stream for stream in signals if stream.header.kind.lower() in SIGNAL_KINDS]
    else:
        fits = [stream for stream in signals if wanted in (stream.header.name, stream.header.kind, str(stream.number))]
    if len(fits) > 1 and channels is not None:
        fits = [stream for stream in fits if set(channels) <= set(channel_names(path, stream.header))]
    if len(fits) == 1:
        return fits[0]
    if fits:
        listed = "; ".join(f"{stream.number} {stream.header}" for stream in fits)
        raise RecordingError(
            f"{path}: {len(fits)} streams fit: {listed}: choose one by name, type or number (--stream), or by its "
            "channels (--channels)"
        )
    found = "; ".join(str(stream.header) for stream in streams) or "no stream at all"
    asked = f"named {wanted}" if wanted is not None else f"of a type among {', '.join(sorted(SIGNAL_KINDS))}"
    raise RecordingError(f"{path}: no regular stream of numbers {asked}; found {found}")


def _load(path: Path, streams: list[XdfStream]) -> dict[int, tuple[Any, NDArray[np.float64], Any]]:
    """Values, time stamps and what pyxdf found out, by number of the stream."""
    with _complaints_of(path):
        loaded, _ = pyxdf.load_xdf(path, select_streams=[stream.number for stream in streams])
    return {found["info"]["stream_id"]: (found["time_series"], found["time_stamps"], found["info"]) for found in loaded}


@contextmanager
def _complaints_of(path: Path) -> Iterator[None]:
    """What pyxdf raises, or logs as an error, as one line; its warnings are for us to judge, not to be printed."""
    complaints: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            complaints.append(record.getMessage())

    ear, log = Ear(logging.ERROR), logging.getLogger("pyxdf")
    propagated, log.propagate = log.propagate, False
    log.addHandler(ear)
    try:
        yield
    except MemoryError:  # behind a chunk that is not as long as it says pyxdf takes any bytes for a length
        raise RecordingError(f"{path}: damaged XDF file, or one that this machine's memory does not hold") from None
    except Exception as error:  # struct.error, KeyError and ValueError of damaged chunks
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise RecordingError(f"{path}: damaged XDF file: {reason}") from None
    finally:
        log.removeHandler(ear)
        log.propagate = propagated
    if complaints:
        raise RecordingError(f"{path}: damaged XDF file: {complaints[0].splitlines()[0]}")


def _check_unbroken(
    path: Path, stream: XdfStream, stamps: NDArray[np.float64], segments: list[tuple[int, int]]
) -> None:
    if len(segments) < 2:
        return
    last, first = segments[0][1], segments[1][0]
    raise RecordingError(
        f"{path}: stream {stream.header.name} breaks off {stamps[last] - stamps[0]:.3f} s after its beginning, for "
        f"{stamps[first] - stamps[last]:.3f} s; a recording has no gaps: split the file there"
    )


def _events(stream: XdfStream, values: list[list[str]], stamps: NDArray[np.float64]) -> Iterator[Annotation]:
    """An annotation a sample of text, its onset still on the file's clock; blank ones say nothing."""
    for row, stamp in zip(values, stamps, strict=True):
        if label := " ".join(text.strip() for text in row if text.strip()):
            yield Annotation(float(stamp), 0.0, label, source=stream.header.name)


def _within(events: list[Annotation], start_s: float, duration_s: float) -> tuple[Annotation, ...]:
    """The events of the recording's own time, from its first sample; what the other streams saw before or after it is
    no event of it."""
    moved = (Annotation(event.onset_s - start_s, 0.0, event.label, source=event.source) for event in events)
    return tuple(sorted((e for e in moved if 0 <= e.onset_s < duration_s), key=lambda event: event.onset_s))
