"""Some seconds of a live LSL stream as a recording, to be replayed like any other."""

from __future__ import annotations

import math
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from hil.device import Advance
from hil.ecosystem.lsl_library import LslClock, LslError, load_lsl
from recordings import Recording
from recordings.stream_header import parse_header, stream_recording

SEARCH_S = 2.0  # liblsl finds every stream of a network within half a second (pylsl, resolve_streams)
SILENCE_S = 5.0
MOST_SAMPLES = 100_000_000  # a day at 1000 Hz
SLOWEST = 0.5  # of its nominal rate, at which a stream is still waited for
_CHUNK = 4096  # samples of a request at most, for which room is made before they come
ASK_S = 0.2  # the longest that one request for samples waits


def record_lsl(
    wanted: str,
    seconds: float,
    *,
    rate_hz: float | None = None,
    channels: tuple[str, ...] | None = None,
    search_s: float = SEARCH_S,
    silence_s: float = SILENCE_S,
    advance: Advance = lambda samples: None,
) -> Recording:
    """Record the one stream of a name, type or source id.

    Parameters
    ----------
    seconds : of signal, by the stream's nominal rate
    rate_hz : settles which rate is right where nominal rate and time stamps differ
    channels : which, in which order
    search_s : how long to look for streams
    silence_s : after which a stream that sends nothing is given up
    advance : told how many samples have come

    Returns
    -------
    Recording
        float64 uV, or int32 codes where that is the stream's unit.

    Raises
    ------
    LslError
        LSL is not there; no stream is meant, or several are; it is irregular; it falls silent or ends, or its time
        does not go on.
    RecordingError
        A channel is no voltage; samples were lost, so that time stamps contradict the nominal rate.
    """
    lsl = load_lsl()
    if not (math.isfinite(seconds) and seconds > 0):
        raise LslError(f"LSL: {seconds:g} seconds; must be positive")
    info = _find(lsl, wanted, search_s)
    where = f"LSL stream {info.name()}"
    inlet = lsl.StreamInlet(info, recover=False, processing_flags=lsl.proc_none)
    try:
        header = parse_header(ElementTree.fromstring(inlet.info(timeout=silence_s).as_xml()))
        if not header.is_signal:
            raise LslError(f"{where}: not numbers at a regular rate: {header}")
        if not seconds * header.rate_hz <= MOST_SAMPLES:
            raise LslError(f"{where}: {header.rate_hz:g} Hz for {seconds:g} s are more than {MOST_SAMPLES:,} samples")
        samples, longest_s = round(seconds * header.rate_hz), seconds / SLOWEST + silence_s
        values, stamps = _pull(inlet, where, max(1, samples), silence_s, longest_s, advance)
    except RuntimeError as error:  # pylsl's LostError and TimeoutError
        raise LslError(f"{where}: went away before it said what it is ({error})") from None
    except (ElementTree.ParseError, ValueError) as error:
        raise LslError(f"{where}: cannot be understood: {error}") from None
    finally:
        inlet.close_stream()
    return stream_recording(where, header, values, _rate_hz(stamps, where), rate_hz=rate_hz, channels=channels)


def _find(lsl: Any, wanted: str, search_s: float) -> Any:
    """The one stream that is meant."""
    streams = lsl.resolve_streams(search_s)
    fits = [info for info in streams if wanted in (info.name(), info.type(), info.source_id())]
    if len(fits) == 1:
        return fits[0]
    if fits:
        listed = "; ".join(
            f"{info.name()} ({info.source_id() or 'no source id'}, on {info.hostname()})" for info in fits
        )
        raise LslError(f"LSL: {len(fits)} streams are meant by {wanted}: {listed}: choose one by its name or source id")
    found = ", ".join(sorted(f"{info.name()} ({info.type()})" for info in streams)) or "none at all"
    raise LslError(f"LSL: no stream of the name, type or source id {wanted}; found {found}")


def _pull(
    inlet: Any, where: str, samples: int, silence_s: float, longest_s: float, advance: Advance
) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """The next `samples` samples, [samples, channels], and their time stamps."""
    clock = LslClock()
    values: list[NDArray[Any]] = []
    stamps: list[float] = []
    began = heard = clock.now()
    while len(stamps) < samples:
        try:
            chunk, times = inlet.pull_chunk(
                timeout=ASK_S, max_samples=min(_CHUNK, samples - len(stamps)), min_samples=1, as_numpy=True
            )
        except RuntimeError:  # pylsl's LostError
            raise LslError(f"{where}: ended after {len(stamps)} of {samples} samples") from None
        if len(times):
            heard = clock.now()
            values.append(np.array(chunk))
            if not np.isfinite(values[-1]).all():
                sample, channel = np.argwhere(~np.isfinite(values[-1]))[0]
                at = f"sample {len(stamps) + sample}, channel {channel}"
                raise LslError(f"{where}: {at} is {values[-1][sample, channel]}: wanted a number")
            stamps += [float(time) for time in times]
            advance(len(stamps))
            if clock.now() - began > longest_s and len(stamps) < samples:
                raise LslError(
                    f"{where}: {len(stamps)} of {samples} samples in {longest_s:.0f} s: "
                    f"less than {SLOWEST:g} of the rate that it says"
                )
        elif clock.now() - heard > silence_s:
            raise LslError(f"{where}: silent for {silence_s:g} s after {len(stamps)} of {samples} samples")
    return np.concatenate(values), np.array(stamps)


def _rate_hz(stamps: NDArray[np.float64], where: str) -> float:
    """Of the straight line through the time stamps, which chunks make jitter; 0 of a single one."""
    if len(stamps) < 2:
        return 0.0
    period_s = float(np.polyfit(np.arange(len(stamps)), stamps - stamps[0], 1)[0])
    if period_s <= 0:
        raise LslError(f"{where}: its time stamps do not grow")
    return 1 / period_s
