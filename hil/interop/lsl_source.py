"""Records some seconds of a live LSL stream, with markers of other streams, as a recording for replay.

The received samples are kept even if the stream ends early: by a lost outlet, silence, a gap, a value that is no
number, or Ctrl-C. The recording is then shorter than requested, and says why.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.hil.interop.lsl_inlet import LiveStream, find_stream
from earloop.hil.interop.lsl_library import LslClock, LslError, load_lsl
from earloop.hil.run.device import Advance
from earloop.recordings import Annotation, ReadOptions, Recording, RecordingError
from earloop.recordings.reading.assemble import assemble
from earloop.recordings.reading.choose import choose_columns, describe_break
from earloop.recordings.reading.opened_file import OpenedFile, Part
from earloop.recordings.recording import renamed_channels
from earloop.recordings.xdf.stream_events import is_event_stream, stream_events
from earloop.recordings.xdf.stream_file import open_stream
from earloop.recordings.xdf.stream_header import stream_channels

SEARCH_S = 2.0  # liblsl finds every stream of a network within half a second (pylsl, resolve_streams)
SILENCE_S = 5.0
MOST_SAMPLES = 100_000_000  # a day at 1000 Hz
SLOWEST = 0.5  # lowest accepted rate of a stream, relative to its nominal rate
ASK_S = 0.2  # longest wait of one request for samples
GAPS_NAMED = 3  # further gaps are only counted
ON_THE_WAY_S = 0.5  # wait after the last sample for earlier markers
BROKEN_OFF = "broken_off"  # key in `Recording.meta`: why a recording is not as requested


@dataclass(frozen=True)
class Kept:
    """The result of a recording.

    parts : the recording; if it has gaps, each of its uninterrupted parts
    broken_off : why it is not as requested, in a sentence; empty if it is
    """

    parts: tuple[Recording, ...]
    broken_off: str


def record_lsl(
    wanted: str,
    seconds: float,
    *,
    rate_hz: float | None = None,
    channels: tuple[str, ...] | None = None,
    renames: tuple[tuple[str, str], ...] | None = None,
    markers: Sequence[str] = (),
    search_s: float = SEARCH_S,
    silence_s: float = SILENCE_S,
    advance: Advance = lambda samples: None,
    enough: Callable[[], bool] = lambda: False,
) -> Kept:
    """Record the only stream with a name, type or source id.

    Parameters
    ----------
    seconds : duration of signal, by the stream's nominal rate
    rate_hz : the true rate, if nominal rate and time stamps differ
    channels : names of the channels in order; by default all electrodes
    renames : name in the stream and new name of channels to rename
    markers : streams of markers to record as well, each by its name, type or source id
    search_s : duration of the search for streams
    silence_s : time without samples after which the recording ends
    advance : called with the number of received samples
    enough : called repeatedly; returns whether to end early

    Returns
    -------
    Kept
        Recordings of float64 uV, or of int32 codes if that is the stream's unit.

    Raises
    ------
    LslError
        LSL is not installed; no stream matches, or several do; the stream is irregular; or no sample arrived.
    RecordingError
        A channel does not exist, is no potential, or cannot have its new name; then nothing is recorded.
    """
    lsl = load_lsl()
    if not (math.isfinite(seconds) and seconds > 0):
        raise LslError(f"LSL: {seconds:g} seconds; must be positive")
    with ExitStack() as opened:
        marker_streams = []
        for name in markers:
            stream = LiveStream(lsl, find_stream(lsl, name, search_s, regular=False), silence_s)
            opened.callback(stream.close)
            if not is_event_stream(stream.header):
                raise LslError(f"{stream.where}: no stream of markers: {stream.header}")
            stream.open(silence_s)
            marker_streams.append(stream)
        signal = LiveStream(lsl, find_stream(lsl, wanted, search_s, regular=True), silence_s)
        opened.callback(signal.close)
        header = signal.header
        if not header.is_signal:
            raise LslError(f"{signal.where}: not numbers at a regular rate: {header}")
        if not seconds * header.rate_hz <= MOST_SAMPLES:
            raise LslError(
                f"{signal.where}: {header.rate_hz:g} Hz for {seconds:g} s are more than {MOST_SAMPLES:,} samples"
            )
        columns = _columns(signal, channels)
        _check_renames(signal, columns, renames)
        samples = max(1, round(seconds * header.rate_hz))
        longest_s = seconds / SLOWEST + silence_s
        signal.open(silence_s)
        ended_by = _pull(signal, marker_streams, columns, samples, silence_s, longest_s, advance, enough)
    values = signal.values()
    good = _finite_rows(values, columns)
    if not good:
        raise LslError(f"{signal.where}: {ended_by or 'no sample that is a number'}; nothing was recorded")
    how = ReadOptions(rate_hz=rate_hz, channels=channels)
    file, trouble = _as_file(signal, values[:good], signal.stamps()[:good], _events(marker_streams), how)
    notes = [*file.notes, *_clock_notes([signal, *marker_streams])]
    broken_off = "; ".join(filter(None, (trouble, _gaps(file.parts), ended_by)))
    meta = {**file.meta, **({BROKEN_OFF: broken_off} if broken_off else {})}
    file = replace(file, notes=tuple(notes), meta=meta)
    return Kept(
        tuple(
            assemble(file, ReadOptions(channels=channels, renames=renames, part=i + 1)) for i in range(len(file.parts))
        ),
        broken_off,
    )


def _columns(signal: LiveStream, channels: tuple[str, ...] | None) -> dict[str, tuple[int, float]]:
    """Return position and unit in uV of each channel to record, by name; raises a RecordingError."""
    try:
        found, _ = stream_channels(signal.header, signal.header.rate_hz)
    except RecordingError as error:
        raise RecordingError(f"{signal.where}: {error}") from None
    described = OpenedFile(
        path=Path(signal.where),
        format="LSL",
        channels=found,
        parts=(Part(0.0, 0.0),),
        events=(),
        read=lambda columns, part: [],
    )
    return {found[column].name: (column, found[column].scale or 1.0) for column in choose_columns(described, channels)}


def _check_renames(signal: LiveStream, columns: Iterable[str], renames: tuple[tuple[str, str], ...] | None) -> None:
    """Raise RecordingError, before anything is recorded, if a channel cannot have its new name."""
    try:
        renamed_channels(tuple(columns), dict(renames or ()))
    except RecordingError as error:
        raise RecordingError(f"{signal.where}: {error}") from None


def _pull(
    signal: LiveStream,
    marker_streams: Sequence[LiveStream],
    columns: dict[str, tuple[int, float]],
    samples: int,
    silence_s: float,
    longest_s: float,
    advance: Advance,
    enough: Callable[[], bool],
) -> str:
    """Receive the samples; return why some are missing, or an empty text."""
    clock = LslClock()
    began = received_s = clock.now()
    while signal.count < samples:
        if enough():
            return f"ended by Ctrl-C after {signal.count} of {samples} samples"
        for stream in (signal, *marker_streams):
            stream.measure_clock()
        values = signal.pull(samples - signal.count, ASK_S)
        for stream in marker_streams:
            _drain(stream)
        if signal.ended:
            return f"ended after {signal.count} of {samples} samples"
        if values is not None:
            received_s = clock.now()
            advance(signal.count)
            good = _finite_rows(values, columns)
            if good < len(values):
                name = next(n for n, (c, scale) in columns.items() if not np.isfinite(values[good, c] * scale))
                at = f"sample {signal.count - len(values) + good}, channel {name}"
                return f"{at} is {values[good, columns[name][0]]}, which is no number: the recording ends there"
            if clock.now() - began > longest_s and signal.count < samples:
                rate = f"less than {SLOWEST:g} of its nominal rate"
                return f"{signal.count} of {samples} samples in {longest_s:.0f} s: {rate}"
        elif clock.now() - received_s > silence_s:
            return f"silent for {silence_s:g} s after {signal.count} of {samples} samples"
    until = clock.now() + ON_THE_WAY_S
    while marker_streams and clock.now() < until and not enough():
        for stream in marker_streams:
            stream.pull(1, ASK_S)
    return ""


def _drain(stream: LiveStream) -> None:
    while not stream.ended and stream.pull(MOST_SAMPLES, 0.0) is not None:
        pass


def _finite_rows(values: NDArray[Any], columns: dict[str, tuple[int, float]]) -> int:
    """Return the number of rows before the first with a value that is no finite number, or is not finite in uV."""
    with np.errstate(over="ignore"):
        wrong = np.zeros(len(values), bool)
        for column, scale in columns.values():
            wrong |= ~np.isfinite(values[:, column] * scale)
    return int(np.argmax(wrong)) if wrong.any() else len(values)


def _as_file(
    signal: LiveStream,
    values: NDArray[Any],
    stamps: NDArray[np.float64],
    events: Sequence[Annotation],
    how: ReadOptions,
) -> tuple[OpenedFile, str]:
    """Return the received samples as an opened file, and what is wrong with their time, or an empty text."""
    where, header, trouble = Path(signal.where), signal.header, ""
    for rate_hz in (how.rate_hz, header.rate_hz):  # as requested; else by the header, if the stamps contradict it
        try:
            return open_stream(where, "LSL", header, values, stamps, replace(how, rate_hz=rate_hz), events)[0], trouble
        except RecordingError as error:
            trouble = trouble or str(error).removeprefix(f"{where}: ")
    by_rate = np.arange(len(stamps)) / header.rate_hz  # the stamps are unusable, so events have no position either
    nominal = replace(how, rate_hz=header.rate_hz)
    return open_stream(where, "LSL", header, values, by_rate, nominal)[0], trouble


def _gaps(parts: Sequence[Part]) -> str:
    """Return the gaps between the parts in words; empty for a single part."""
    named = [describe_break(parts, i) for i in range(1, len(parts))][:GAPS_NAMED]
    more = [f"and {len(parts) - 1 - GAPS_NAMED} times more"] if len(parts) - 1 > GAPS_NAMED else []
    return "; ".join([*named, *more])


def _events(marker_streams: Sequence[LiveStream]) -> list[Annotation]:
    return [
        event
        for stream in marker_streams
        for event in stream_events(stream.header, list(stream.values()), stream.stamps())
    ]


def _clock_notes(streams: Sequence[LiveStream]) -> list[str]:
    unknown = [stream.header.name for stream in streams if not stream.clock_known]
    if not unknown:
        return []
    return [f"the clock of {' and '.join(unknown)} could not be measured: it is assumed to be this machine's"]
