"""Times of a stream's samples from stamps that jitter: parts without gaps, the rate, and a time for each sample.

Stamps arrive with packets, so that a sample's stamp may be wrong by many samples. Within a part the stamps are fitted
by straight lines: a part is divided into stretches of about `STRETCH_S`, the median of each stretch gives its lateness,
and the lateness is interpolated linearly between the middles of the stretches. Therefore a late packet has no effect,
and the times follow the drift of a crystal.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.recordings.reading.opened_file import Part
from earloop.recordings.reading.sample_times import find_period_and_breaks
from earloop.recordings.recording import RecordingError
from earloop.recordings.xdf.stream_header import StreamHeader

STRETCH_S = 30.0
LEAST_STRETCH = 16  # samples: shortest stretch with a median
CLOCK_TOLERANCE = 0.002  # crystals differ by less than 0.1 %
JITTERS = 3  # largest error of both ends of a recording together, in units of the jitter
RATE_TOLERANCE = 0.01  # with a larger difference samples were lost on the air, or the header is wrong
FURTHEST_S = 1e11  # largest time stamp: some 3000 years


class RateError(RecordingError):
    """The time stamps contradict a nominal rate."""


@dataclass(frozen=True, kw_only=True)
class StreamTimes:
    """Times of a stream's samples.

    bounds : (first, end) in samples of each part without gaps
    parts : these parts, with the time of each sample since the stream's first
    first_s : time of the first sample, on the clock of the stamps
    effective_hz : rate of the samples within parts, by their stamps; 0 for a single sample
    jitter_s : 95th percentile of the differences between stamps and fitted times
    """

    bounds: tuple[tuple[int, int], ...]
    parts: tuple[Part, ...]
    first_s: float
    effective_hz: float
    jitter_s: float

    @property
    def times_s(self) -> NDArray[np.float64]:
        """Times of all samples since the first, float64 [samples], s."""
        return np.concatenate([part.stamps_s for part in self.parts if part.stamps_s is not None])

    @property
    def last_s(self) -> float:
        """Latest end of a part, on the clock of the stamps, s."""
        return self.first_s + max(part.end_s for part in self.parts)


def stream_times(stamps: NDArray[np.float64], nominal_hz: float) -> StreamTimes:
    """Determine parts and times.

    Parameters
    ----------
    stamps : float64 [samples], one or more, in seconds

    Raises
    ------
    RecordingError
        A stamp is not a time, or the stamps do not grow.
    """
    wrong = np.flatnonzero(~(np.abs(stamps) <= FURTHEST_S))
    if len(wrong):
        raise RecordingError(f"the time stamp of sample {wrong[0]} is {stamps[wrong[0]]:g} s, which is not a time")
    since = stamps - stamps[0]
    period, breaks = find_period_and_breaks(since) if len(since) > 1 else (1 / nominal_hz, [])
    if not 0.01 < period * nominal_hz < 100:
        raise RecordingError(
            f"its time stamps do not fit its rate of {nominal_hz:g} Hz: {period:g} s from one sample to the next"
        )
    edges = [0, *(one.sample for one in breaks), len(since)]
    bounds = tuple(itertools.pairwise(edges))
    smooth = [smoothed(since[first:end], period) for first, end in bounds]
    off = np.abs(np.concatenate(smooth) - since)
    origin = float(smooth[0][0])
    parts = []
    for times in smooth:
        grows = len(times) > 1 and times[-1] > times[0]
        part_period = float(times[-1] - times[0]) / (len(times) - 1) if grows else period
        start_s = float(times[0]) - origin
        parts.append(Part(start_s, float(times[-1] - times[0]) + part_period, times - origin))
    steps, seconds = sum(len(times) - 1 for times in smooth), sum(float(times[-1] - times[0]) for times in smooth)
    return StreamTimes(
        bounds=bounds,
        parts=tuple(parts),
        first_s=float(stamps[0]) + origin,
        effective_hz=steps / seconds if steps and seconds > 0 else 0.0,
        jitter_s=float(np.quantile(off, 0.95)),
    )


def smoothed(stamps: NDArray[np.float64], period: float) -> NDArray[np.float64]:
    """Fit the times of a part's samples, float64 [samples], which never go back."""
    samples = np.arange(len(stamps))
    late = stamps - period * samples
    stretches = min(max(2, round(len(stamps) * period / STRETCH_S)), len(stamps) // LEAST_STRETCH)
    if stretches < 2:  # too short to estimate a slope
        return np.asarray(float(np.median(late)) + period * samples, np.float64)
    edges = np.linspace(0, len(stamps), stretches + 1).round().astype(int)
    middles = (edges[:-1] + edges[1:] - 1) / 2
    medians = np.array([np.median(late[first:end]) for first, end in itertools.pairwise(edges)])
    lateness = np.interp(samples, middles, medians)
    for end, other in (
        (0, 1),
        (-1, -2),
    ):  # beyond the outer middles np.interp is constant; extrapolate the line instead
        slope = (medians[end] - medians[other]) / (middles[end] - middles[other])
        beyond = samples < middles[0] if end == 0 else samples > middles[-1]
        lateness[beyond] = medians[end] + slope * (samples[beyond] - middles[end])
    return np.asarray(np.maximum.accumulate(lateness + period * samples))


def settle_rate(header: StreamHeader, times: StreamTimes, wanted_hz: float | None) -> tuple[float, tuple[str, ...]]:
    """Return the rate for reading the samples, and a note if the stamps have another rate.

    Parameters
    ----------
    wanted_hz : the rate in the options; it decides if nominal rate and stamps differ, otherwise it must be the nominal
        rate

    Raises
    ------
    RateError
        The stamps contradict the nominal rate, and the options do not decide.
    RecordingError
        The rate in the options is not the stream's.
    """
    nominal_hz, stamps_hz = header.rate_hz, times.effective_hz
    off = abs(stamps_hz / nominal_hz - 1) if stamps_hz else 0.0
    if off * sum(part.duration_s for part in times.parts) <= JITTERS * times.jitter_s:
        off = 0.0  # in so short a recording jitter alone explains the difference
    figures = f"says {nominal_hz:g} Hz, but its time stamps say {stamps_hz:.5g} Hz"
    note = (f"stream {header.name} {figures}: its clock, or the recorder's, is wrong by {100 * off:.2f} %",)
    if wanted_hz is None or abs(wanted_hz / nominal_hz - 1) <= 1e-5:
        if off > RATE_TOLERANCE and wanted_hz is None:
            raise RateError(
                f"stream {header.name} {figures}: samples were lost, or the header is wrong; say which rate is right "
                "(--rate)"
            )
        return nominal_hz, note if off > CLOCK_TOLERANCE else ()
    if off > RATE_TOLERANCE and abs(wanted_hz / stamps_hz - 1) <= RATE_TOLERANCE:
        return wanted_hz, ()
    if off > RATE_TOLERANCE:
        raise RateError(f"stream {header.name} {figures}; say which rate is right (--rate), not {wanted_hz:g} Hz")
    raise RecordingError(
        f"stream {header.name} says {nominal_hz:g} Hz, not {wanted_hz:g} Hz; omit the rate, or resample after reading"
    )
