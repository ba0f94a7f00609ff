"""Some seconds of a live LSL stream as a recording, to be replayed like any other, with markers of other streams.

What came is kept, whatever ends it: an outlet that goes away, silence, a gap, a value that is no number, Ctrl-C. Then
the recording is shorter than it was to be, and says why.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
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
from earloop.recordings.xdf.stream_events import is_event_stream, stream_events
from earloop.recordings.xdf.stream_file import open_stream
from earloop.recordings.xdf.stream_header import stream_channels

SEARCH_S = 2.0  # liblsl finds every stream of a network within half a second (pylsl, resolve_streams)
SILENCE_S = 5.0
MOST_SAMPLES = 100_000_000  # a day at 1000 Hz
SLOWEST = 0.5  # of its nominal rate, at which a stream is still waited for
ASK_S = 0.2  # the longest that one request for samples waits
GAPS_NAMED = 3  # before they are only counted
ON_THE_WAY_S = 0.5  # after the last sample, for markers that lie before it
BROKEN_OFF = "broken_off"  # in `Recording.meta`: a sentence, where a recording is not what was asked for


@dataclass(frozen=True)
class Kept:
    """What was recorded.

    parts : the recording; where it breaks off and goes on, each of its unbroken parts
    broken_off : why it is not what was asked for, in a sentence; empty where it is
    """

    parts: tuple[Recording, ...]
    broken_off: str


def record_lsl(
    wanted: str,
    seconds: float,
    *,
    rate_hz: float | None = None,
    channels: tuple[str, ...] | None = None,
    markers: Sequence[str] = (),
    search_s: float = SEARCH_S,
    silence_s: float = SILENCE_S,
    advance: Advance = lambda samples: None,
    enough: Callable[[], bool] = lambda: False,
) -> Kept:
    """Record the one stream of a name, type or source id.

    Parameters
    ----------
    seconds : of signal, by the stream's nominal rate
    rate_hz : settles which rate is right where nominal rate and time stamps differ
    channels : which, in which order; else all electrodes
    markers : streams of markers beside it, each by its name, type or source id
    search_s : how long to look for streams
    silence_s : after which a stream that sends nothing is given up
    advance : told how many samples have come
    enough : asked whether to end before the time

    Returns
    -------
    Kept
        float64 uV, or int32 codes where that is the stream's unit.

    Raises
    ------
    LslError
        LSL is not there; no stream is meant, or several are; it is irregular; no sample came.
    RecordingError
        A channel is not there, or is no potential; nothing is recorded then.
    """
    lsl = load_lsl()
    if not (math.isfinite(seconds) and seconds > 0):
        raise LslError(f"LSL: {seconds:g} seconds; must be positive")
    with ExitStack() as opened:
        beside = []
        for name in markers:
            stream = LiveStream(lsl, find_stream(lsl, name, search_s, regular=False), silence_s)
            opened.callback(stream.close)
            if not is_event_stream(stream.header):
                raise LslError(f"{stream.where}: no stream of markers: {stream.header}")
            stream.open(silence_s)
            beside.append(stream)
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
        samples = max(1, round(seconds * header.rate_hz))
        longest_s = seconds / SLOWEST + silence_s
        signal.open(silence_s)
        ended_by = _pull(signal, beside, columns, samples, silence_s, longest_s, advance, enough)
    values = signal.values()
    good = _finite_rows(values, columns)
    if not good:
        raise LslError(f"{signal.where}: {ended_by or 'no sample that is a number'}; nothing was recorded")
    how = ReadOptions(rate_hz=rate_hz, channels=channels)
    file, trouble = _as_file(signal, values[:good], signal.stamps()[:good], _events(beside), how)
    notes = [*file.notes, *_clock_notes([signal, *beside])]
    broken_off = "; ".join(filter(None, (trouble, _gaps(file.parts), ended_by)))
    meta = {**file.meta, **({BROKEN_OFF: broken_off} if broken_off else {})}
    file = replace(file, notes=tuple(notes), meta=meta)
    return Kept(
        tuple(assemble(file, ReadOptions(channels=channels, part=i + 1)) for i in range(len(file.parts))), broken_off
    )


def _columns(signal: LiveStream, channels: tuple[str, ...] | None) -> dict[str, tuple[int, float]]:
    """Of the channels to be recorded, by name: position, and how many uV the unit is; raises RecordingError."""
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


def _pull(
    signal: LiveStream,
    beside: Sequence[LiveStream],
    columns: dict[str, tuple[int, float]],
    samples: int,
    silence_s: float,
    longest_s: float,
    advance: Advance,
    enough: Callable[[], bool],
) -> str:
    """Let samples come; returns why not all of them came."""
    clock = LslClock()
    began = heard = clock.now()
    while signal.count < samples:
        if enough():
            return f"ended by Ctrl-C after {signal.count} of {samples} samples"
        for stream in (signal, *beside):
            stream.measure_clock()
        came = signal.take(samples - signal.count, ASK_S)
        for stream in beside:
            _drain(stream)
        if signal.ended:
            return f"ended after {signal.count} of {samples} samples"
        if came is not None:
            heard = clock.now()
            advance(signal.count)
            good = _finite_rows(came, columns)
            if good < len(came):
                name = next(n for n, (c, scale) in columns.items() if not np.isfinite(came[good, c] * scale))
                at = f"sample {signal.count - len(came) + good}, channel {name}"
                return f"{at} is {came[good, columns[name][0]]}, which is no number: ended there"
            if clock.now() - began > longest_s and signal.count < samples:
                rate = f"less than {SLOWEST:g} of the rate that it says"
                return f"{signal.count} of {samples} samples in {longest_s:.0f} s: {rate}"
        elif clock.now() - heard > silence_s:
            return f"silent for {silence_s:g} s after {signal.count} of {samples} samples"
    until = clock.now() + ON_THE_WAY_S
    while beside and clock.now() < until and not enough():
        for stream in beside:
            stream.take(1, ASK_S)
    return ""


def _drain(stream: LiveStream) -> None:
    while not stream.ended and stream.take(MOST_SAMPLES, 0.0) is not None:
        pass


def _finite_rows(values: NDArray[Any], columns: dict[str, tuple[int, float]]) -> int:
    """How many rows come before the first that has no number, or none that uV hold, in these channels."""
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
    """What came as an opened file; and what is wrong with its time, for all of which it is kept."""
    where, header, trouble = Path(signal.where), signal.header, ""
    for rate_hz in (how.rate_hz, header.rate_hz):  # as asked; as the header says, where the stamps contradict it
        try:
            return open_stream(where, "LSL", header, values, stamps, replace(how, rate_hz=rate_hz), events)[0], trouble
        except RecordingError as error:
            trouble = trouble or str(error).removeprefix(f"{where}: ")
    by_rate = np.arange(len(stamps)) / header.rate_hz  # the stamps tell no time: events have no place, either
    nominal = replace(how, rate_hz=header.rate_hz)
    return open_stream(where, "LSL", header, values, by_rate, nominal)[0], trouble


def _gaps(parts: Sequence[Part]) -> str:
    """Where the parts break off, in words; empty of a single part."""
    named = [describe_break(parts, i) for i in range(1, len(parts))][:GAPS_NAMED]
    more = [f"and {len(parts) - 1 - GAPS_NAMED} times more"] if len(parts) - 1 > GAPS_NAMED else []
    return "; ".join([*named, *more])


def _events(beside: Sequence[LiveStream]) -> list[Annotation]:
    return [
        event for stream in beside for event in stream_events(stream.header, list(stream.values()), stream.stamps())
    ]


def _clock_notes(streams: Sequence[LiveStream]) -> list[str]:
    unknown = [stream.header.name for stream in streams if not stream.clock_known]
    if not unknown:
        return []
    return [f"the clock of {' and '.join(unknown)} could not be measured: taken to be this machine's"]
