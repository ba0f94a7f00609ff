"""Samples and time stamps of an XDF file's streams, by pyxdf, and checks of the streams' clocks by their offsets.

pyxdf fits a straight line to the measured offsets of a stream's clock, and starts a new line if the clock was set. It
changes from one line to the next halfway between two measurements; here the samples of a regular stream change at the
jump of their raw stamps. pyxdf does not report offsets far from their line; `clock_notes` does.
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

OFF_S = 0.02  # a larger distance of an offset from its line is suspicious: networks measure within some milliseconds
OFF_SHARE = 0.1  # share of suspicious offsets for a note: single ones are late answers, which pyxdf ignores
FAR_S = 600.0  # markers at a larger distance from the signal do not belong to it
SHORTEST_RESET_S = 1.0  # a smaller change of a clock cannot be distinguished from a late answer


@dataclass(frozen=True, kw_only=True)
class LoadedStream:
    """A stream's samples.

    values : numbers, [samples, channels]; a list of lists for text
    stamps : float64 [samples], on the recorder's clock
    raw_stamps : stamps in the file, on the stream's clock
    resets : how many times the clock was set, by its offsets
    offset_times, offsets : times of the recorder's measurements, on the stream's clock, and the measured offsets
    """

    values: Any
    stamps: NDArray[np.float64]
    raw_stamps: NDArray[np.float64]
    resets: int
    offset_times: NDArray[np.float64]
    offsets: NDArray[np.float64]


def load_streams(path: Path, streams: Sequence[XdfStream]) -> dict[int, LoadedStream]:
    """Load the samples of streams, by number, with stamps on the recorder's clock and with their jitter.

    Raises
    ------
    RecordingError
        The file is damaged, or a stamp is not a number.
    """
    raw: dict[int, list[NDArray[np.float64]]] = {stream.number: [] for stream in streams}

    def store_raw_stamps(values: Any, stamps: Any, info: Any, number: int) -> tuple[Any, Any, Any]:
        raw[number].append(stamps)
        return values, stamps, info

    with _complaints_of(path), np.errstate(all="ignore"):
        decoded, _ = pyxdf.load_xdf(
            path,
            select_streams=list(raw),
            on_chunk=store_raw_stamps,
            dejitter_timestamps=False,
            clock_reset_threshold_seconds=SHORTEST_RESET_S,
        )
    loaded, regular = {}, {stream.number for stream in streams if stream.header.rate_hz}
    for stream in decoded:
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
                f"{path}: damaged: the time stamp of sample {wrong[0]} of stream {stream.header.name} is not a number"
            )
    return loaded


def _changed_over(
    stamps: NDArray[np.float64],
    raw_stamps: NDArray[np.float64],
    segments: Sequence[tuple[int, int]],
    offset_times: Sequence[float],
) -> NDArray[np.float64]:
    """Return stamps of a clock that was set, each converted by the line of its side of the jump in the raw stamps.

    segments : first and last sample of each of pyxdf's lines
    """
    jumps = np.diff(raw_stamps)
    usual = float(np.median(jumps))
    interval_s = float(np.median(np.abs(np.diff(offset_times))))
    reach = max(1, round(interval_s / usual)) if usual > 0 else 1
    lines = [_line(raw_stamps[first : last + 1], stamps[first : last + 1]) for first, last in segments]
    edges = [0]
    for first, _ in segments[1:]:
        least, most = max(edges[-1], first - 1 - reach), min(len(jumps), first + reach)
        away = np.abs(jumps[least:most] - usual)
        is_jump = len(away) > 0 and away.max() > SHORTEST_RESET_S / 2
        edges.append(least + int(np.argmax(away)) + 1 if is_jump else first)
    changed = np.empty_like(stamps)
    for (offset, drift), first, end in zip(lines, edges, [*edges[1:], len(stamps)], strict=True):
        changed[first:end] = raw_stamps[first:end] * (1 + drift) + offset
    return changed


def _line(raw_stamps: NDArray[np.float64], stamps: NDArray[np.float64]) -> tuple[float, float]:
    """Return the offset and drift that pyxdf added to the raw stamps of a segment."""
    offset, span_s = stamps - raw_stamps, float(raw_stamps[-1] - raw_stamps[0])
    drift = float(offset[-1] - offset[0]) / span_s if span_s > 0 else 0.0
    return float(offset[0] - drift * raw_stamps[0]), drift


def clock_notes(stream: XdfStream, loaded: LoadedStream) -> list[str]:
    """Return notes about a clock that was set, or whose offsets are not on the line that was fitted to them."""
    notes = []
    if loaded.resets:
        times = "once" if loaded.resets == 1 else f"{loaded.resets} times"
        notes.append(
            f"the clock of stream {stream.header.name} was set {times} during the recording, by its clock offsets"
        )
    if len(loaded.offsets) > 1 and len(loaded.stamps) > 1:
        order = np.argsort(loaded.raw_stamps, kind="stable")
        fitted = np.interp(loaded.offset_times, loaded.raw_stamps[order], (loaded.stamps - loaded.raw_stamps)[order])
        off_s = np.abs(loaded.offsets - fitted)
        if np.count_nonzero(off_s > OFF_S) > max(1, OFF_SHARE * len(off_s)):
            notes.append(
                f"the clock offsets of stream {stream.header.name} are not on one line: its times, and those of its "
                f"events, may be wrong by up to {float(off_s.max()):.3g} s"
            )
    return notes


def foreign_clock_note(
    marker: XdfStream, signal: XdfStream, times_s: NDArray[np.float64], duration_s: float
) -> list[str]:
    """Return a note if the clock of markers cannot be converted plausibly to that of the signal.

    Parameters
    ----------
    times_s : times of the markers, since the signal's first sample, s
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
            f"stream {name} is {max(before_s, after_s):,.0f} s {where} {other}: it has another clock{missing}, so that "
            "its events cannot be placed"
        ]
    hosts = {stream.header.host for stream in (marker, signal)}
    if unmeasured and len(hosts) > 1 and "" not in hosts:
        return [
            f"streams {name} and {other} come from different machines{missing}: the times of its events are as "
            "uncertain as their clocks"
        ]
    return []


@contextmanager
def _complaints_of(path: Path) -> Iterator[None]:
    """Raise pyxdf's exceptions and logged errors as RecordingError in one line, and suppress its warnings."""
    complaints: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            """Collect the message of an error."""
            complaints.append(record.getMessage())

    ear, log = Ear(logging.ERROR), logging.getLogger("pyxdf")
    propagated, log.propagate = log.propagate, False
    log.addHandler(ear)
    try:
        yield
    except MemoryError:  # after a chunk with a wrong length, pyxdf reads arbitrary bytes as a length
        raise RecordingError(f"{path}: damaged XDF file, or one that is too large for this machine's memory") from None
    except Exception as error:  # struct.error, KeyError and ValueError of damaged chunks
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise RecordingError(f"{path}: damaged XDF file: {reason}") from None
    finally:
        log.removeHandler(ear)
        log.propagate = propagated
    if complaints:
        raise RecordingError(f"{path}: damaged XDF file: {complaints[0].splitlines()[0]}")
