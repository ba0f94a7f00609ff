"""When the samples of a stream were taken, from stamps that jitter: its unbroken parts, its rate, a time a sample.

Stamps come with packets, so that a sample's own stamp may lie many samples off. Within a part the stamps are laid on
straight lines: a part is cut into stretches of about `STRETCH_S`, in each the median tells how late its stamps are, and
between the middles of two stretches lateness is a straight line. So a late packet moves nothing, and a crystal that
warms up is followed.
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
LEAST_STRETCH = 16  # samples, of which a median is taken
CLOCK_TOLERANCE = 0.002  # crystals differ by less than 0.1 %
JITTERS = 3  # by which the ends of a recording may be off together
RATE_TOLERANCE = 0.01  # beyond it samples were lost on the air, or the header is wrong
FURTHEST_S = 1e11  # of a time stamp: some 3000 years


class RateError(RecordingError):
    """A nominal rate that the time stamps contradict."""


@dataclass(frozen=True)
class StreamTimes:
    """Times of a stream's samples.

    bounds : of each unbroken part, (first, end) in samples
    parts : the same, with the time of each sample since the stream's first
    first_s : time of the first sample, on the clock of the stamps
    effective_hz : rate of the samples within parts, by their stamps; 0 of a single sample
    jitter_s : by how much 19 of 20 stamps at most lie off the times found for their samples
    """

    bounds: tuple[tuple[int, int], ...]
    parts: tuple[Part, ...]
    first_s: float
    effective_hz: float
    jitter_s: float

    @property
    def times_s(self) -> NDArray[np.float64]:
        """Of all samples, float64 [samples], since the first."""
        return np.concatenate([part.stamps_s for part in self.parts if part.stamps_s is not None])

    @property
    def last_s(self) -> float:
        """The end of the part that ends last, on the clock of the stamps."""
        return self.first_s + max(part.end_s for part in self.parts)


def stream_times(stamps: NDArray[np.float64], nominal_hz: float) -> StreamTimes:
    """Find parts and times.

    Parameters
    ----------
    stamps : float64 [samples], at least one, in seconds

    Raises
    ------
    RecordingError
        A stamp is no time, or the stamps do not grow.
    """
    wrong = np.flatnonzero(~(np.abs(stamps) <= FURTHEST_S))
    if len(wrong):
        raise RecordingError(f"the time stamp of sample {wrong[0]} is {stamps[wrong[0]]:g} s, which is no time")
    since = stamps - stamps[0]
    period, breaks = find_period_and_breaks(since) if len(since) > 1 else (1 / nominal_hz, [])
    if not 0.01 < period * nominal_hz < 100:
        raise RecordingError(
            f"its time stamps do not grow as those of {nominal_hz:g} Hz: {period:g} s from one sample to the next"
        )
    edges = [0, *(found.sample for found in breaks), len(since)]
    bounds = tuple(itertools.pairwise(edges))
    smooth = [smoothed(since[first:end], period) for first, end in bounds]
    off = np.abs(np.concatenate(smooth) - since)
    origin = float(smooth[0][0])
    parts = []
    for times in smooth:
        own = float(times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 and times[-1] > times[0] else period
        start_s = float(times[0]) - origin
        parts.append(Part(start_s, float(times[-1] - times[0]) + own, times - origin))
    steps, seconds = sum(len(times) - 1 for times in smooth), sum(float(times[-1] - times[0]) for times in smooth)
    effective_hz = steps / seconds if steps and seconds > 0 else 0.0
    return StreamTimes(bounds, tuple(parts), float(stamps[0]) + origin, effective_hz, float(np.quantile(off, 0.95)))


def smoothed(stamps: NDArray[np.float64], period: float) -> NDArray[np.float64]:
    """The times of an unbroken part's samples, float64 [samples], which never go back."""
    samples = np.arange(len(stamps))
    late = stamps - period * samples
    stretches = min(max(2, round(len(stamps) * period / STRETCH_S)), len(stamps) // LEAST_STRETCH)
    if stretches < 2:  # too short for a slope of its own
        return np.asarray(float(np.median(late)) + period * samples, np.float64)
    edges = np.linspace(0, len(stamps), stretches + 1).round().astype(int)
    middles = (edges[:-1] + edges[1:] - 1) / 2
    medians = np.array([np.median(late[first:end]) for first, end in itertools.pairwise(edges)])
    lateness = np.interp(samples, middles, medians)
    for end, other in ((0, 1), (-1, -2)):  # np.interp goes on level beyond the outer middles; the line goes on straight
        slope = (medians[end] - medians[other]) / (middles[end] - middles[other])
        beyond = samples < middles[0] if end == 0 else samples > middles[-1]
        lateness[beyond] = medians[end] + slope * (samples[beyond] - middles[end])
    return np.asarray(np.maximum.accumulate(lateness + period * samples))


def settle_rate(header: StreamHeader, times: StreamTimes, wanted_hz: float | None) -> tuple[float, tuple[str, ...]]:
    """The rate that the samples are read at, and a note where the stamps say another.

    Parameters
    ----------
    wanted_hz : settles which rate is right where nominal rate and stamps differ; else it must be the nominal one

    Raises
    ------
    RateError
        The stamps contradict the nominal rate, and nothing settles which is right.
    RecordingError
        Another rate is wanted than the stream has.
    """
    nominal_hz, found_hz = header.rate_hz, times.effective_hz
    off = abs(found_hz / nominal_hz - 1) if found_hz else 0.0
    if off * sum(part.duration_s for part in times.parts) <= JITTERS * times.jitter_s:
        off = 0.0  # so short that jitter alone explains it
    figures = f"says {nominal_hz:g} Hz, its time stamps say {found_hz:.5g} Hz"
    note = (f"stream {header.name} {figures}: its clock, or the recorder's, is {100 * off:.2f} % off",)
    if wanted_hz is None or abs(wanted_hz / nominal_hz - 1) <= 1e-5:
        if off > RATE_TOLERANCE and wanted_hz is None:
            raise RateError(
                f"stream {header.name} {figures}: samples were lost, or the header is wrong; say which rate is right "
                "(--rate)"
            )
        return nominal_hz, note if off > CLOCK_TOLERANCE else ()
    if off > RATE_TOLERANCE and abs(wanted_hz / found_hz - 1) <= RATE_TOLERANCE:
        return wanted_hz, ()
    if off > RATE_TOLERANCE:
        raise RateError(f"stream {header.name} {figures}; say which rate is right (--rate), not {wanted_hz:g} Hz")
    raise RecordingError(
        f"stream {header.name} says {nominal_hz:g} Hz, not {wanted_hz:g} Hz; leave the rate out, or resample after "
        "reading"
    )
