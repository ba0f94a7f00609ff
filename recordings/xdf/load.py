"""Samples and time stamps of an XDF file's streams, by pyxdf, and what its clock offsets tell of their clocks.

pyxdf lays a straight line through the offsets that the recorder measured of a stream's clock, and begins a new line
where it finds that the clock was set. It changes from one line to the next halfway between two measurements; here the
samples of a regular stream change over where their raw stamps jump. Where offsets lie far off their line pyxdf says
nothing; `clock_notes` does.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyxdf
from numpy.typing import NDArray

from earloop.recordings.recording import RecordingError
from earloop.recordings.xdf.chunks import XdfStream

OFF_S = 0.02  # of an offset from its line: networks by cable and by air measure it within some milliseconds
OFF_SHARE = 0.1  # of all offsets, that must lie so far off: single ones are late answers, which pyxdf lets have no say
FAR_S = 600.0  # between a signal and markers that no one would have recorded with it
SHORTEST_RESET_S = 1.0  # a clock that is set by less is not told from an answer that came late


@dataclass(frozen=True)
class LoadedStream:
    """A stream's samples.

    values : [samples, channels], numbers; of text: a list of lists
    stamps : float64 [samples], on the recorder's clock
    raw_stamps : as they stand in the file, on the stream's own
    resets : how often its clock was set, as far as the offsets tell
    offset_times, offsets : when the recorder measured its clock, on the stream's own clock, and what it found
    """

    values: Any
    stamps: NDArray[np.float64]
    raw_stamps: NDArray[np.float64]
    resets: int
    offset_times: NDArray[np.float64]
    offsets: NDArray[np.float64]


def load_streams(path: Path, streams: Sequence[XdfStream]) -> dict[int, LoadedStream]:
    """The samples of some streams, by number; clocks brought together, jitter left in; raises RecordingError."""
    raw: dict[int, list[NDArray[np.float64]]] = {stream.number: [] for stream in streams}

    def keep(values: Any, stamps: Any, info: Any, number: int) -> tuple[Any, Any, Any]:
        raw[number].append(stamps)
        return values, stamps, info

    with _complaints_of(path), np.errstate(all="ignore"):
        found, _ = pyxdf.load_xdf(
            path,
            select_streams=list(raw),
            on_chunk=keep,
            dejitter_timestamps=False,
            clock_reset_threshold_seconds=SHORTEST_RESET_S,
        )
    loaded, regular = {}, {stream.number for stream in streams if stream.header.rate_hz}
    for stream in found:
        number, stamps, segments = stream["info"]["stream_id"], stream["time_stamps"], stream["info"]["clock_segments"]
        raw_stamps = np.concatenate([*raw[number], np.zeros(0)])[: len(stamps)]
        if number in regular and len(segments) > 1:
            stamps = _changed_over(stamps, raw_stamps, segments, stream["clock_times"])
        loaded[number] = LoadedStream(
            values=stream["time_series"],
            stamps=stamps,
            raw_stamps=raw_stamps,
            resets=max(0, len(segments) - 1),
            offset_times=np.array(stream["clock_times"], np.float64),
            offsets=np.array(stream["clock_values"], np.float64),
        )
    for stream in streams:
        wrong = np.flatnonzero(~np.isfinite(loaded[stream.number].stamps))
        if len(wrong):
            raise RecordingError(
                f"{path}: damaged: the time stamp of sample {wrong[0]} of stream {stream.header.name} is no number"
            )
    return loaded


def _changed_over(
    stamps: NDArray[np.float64],
    raw_stamps: NDArray[np.float64],
    segments: Sequence[tuple[int, int]],
    offset_times: Sequence[float],
) -> NDArray[np.float64]:
    """Stamps whose clock was set, each by the line of its own side of the jump in the raw stamps.

    segments : first and last sample of each of pyxdf's lines
    """
    jumps = np.diff(raw_stamps)
    usual = float(np.median(jumps))
    interval_s = float(np.median(np.abs(np.diff(offset_times))))
    beside = max(1, round(interval_s / usual)) if usual > 0 else 1
    lines = [_line(raw_stamps[first : last + 1], stamps[first : last + 1]) for first, last in segments]
    edges = [0]
    for first, _ in segments[1:]:
        least, most = max(edges[-1], first - 1 - beside), min(len(jumps), first + beside)
        away = np.abs(jumps[least:most] - usual)
        is_jump = len(away) > 0 and away.max() > SHORTEST_RESET_S / 2
        edges.append(least + int(np.argmax(away)) + 1 if is_jump else first)
    changed = np.empty_like(stamps)
    for (offset, drift), first, end in zip(lines, edges, [*edges[1:], len(stamps)], strict=True):
        changed[first:end] = raw_stamps[first:end] * (1 + drift) + offset
    return changed


def _line(raw_stamps: NDArray[np.float64], stamps: NDArray[np.float64]) -> tuple[float, float]:
    """Offset and drift that pyxdf added to the raw stamps of a segment."""
    offset, span_s = stamps - raw_stamps, float(raw_stamps[-1] - raw_stamps[0])
    drift = float(offset[-1] - offset[0]) / span_s if span_s > 0 else 0.0
    return float(offset[0] - drift * raw_stamps[0]), drift


def clock_notes(stream: XdfStream, loaded: LoadedStream) -> list[str]:
    """Sentences on a clock that was set, or whose offsets do not lie on the line that was laid through them."""
    notes = []
    if loaded.resets:
        times = "once" if loaded.resets == 1 else f"{loaded.resets} times"
        notes.append(
            f"the clock of stream {stream.header.name} was set {times} while it was recorded, as its clock offsets tell"
        )
    if len(loaded.offsets) > 1 and len(loaded.stamps) > 1:
        order = np.argsort(loaded.raw_stamps, kind="stable")
        taken = np.interp(loaded.offset_times, loaded.raw_stamps[order], (loaded.stamps - loaded.raw_stamps)[order])
        off_s = np.abs(loaded.offsets - taken)
        if np.count_nonzero(off_s > OFF_S) > max(1, OFF_SHARE * len(off_s)):
            notes.append(
                f"the clock offsets of stream {stream.header.name} do not lie on one line: its times, and the place of "
                f"its events, may be wrong by up to {float(off_s.max()):.3g} s"
            )
    return notes


def foreign_clock_note(
    marker: XdfStream, signal: XdfStream, times_s: NDArray[np.float64], duration_s: float
) -> list[str]:
    """A sentence where nothing, or nothing plausible, brings the clock of markers to that of the signal.

    Parameters
    ----------
    times_s : of the markers, since the signal's first sample
    """
    if not len(times_s):
        return []
    name, other = marker.header.name, signal.header.name
    unmeasured = " and ".join(stream.header.name for stream in (marker, signal) if not stream.offsets)
    missing = f"; the file has no clock offsets for {unmeasured}" if unmeasured else ""
    before_s, after_s = -float(times_s.max()), float(times_s.min()) - duration_s
    if max(before_s, after_s) > FAR_S:
        where = "before" if before_s > after_s else "after"
        return [
            f"stream {name} lies {max(before_s, after_s):,.0f} s {where} {other}: it is on another clock{missing}, so "
            "that its events have no place"
        ]
    hosts = {stream.header.host for stream in (marker, signal)}
    if unmeasured and len(hosts) > 1 and "" not in hosts:
        return [
            f"streams {name} and {other} come from different machines{missing}: the place of its events is as uncertain"
            " as their clocks"
        ]
    return []


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
