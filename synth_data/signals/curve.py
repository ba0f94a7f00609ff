"""Slow and sparse signals, interpolated between knots, and waves added to a signal at a given time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Knots = list[tuple[float, float]]


def curve(knots: Sequence[tuple[float, float]], samples: int, sfreq: float) -> Samples:
    """Return the line through knots (time in s, value), sorted by time; constant before the first and after the last.

    Returns
    -------
    float32 [samples]
    """
    times, values = np.array(knots, np.float64).T
    drawn: Samples = np.interp(np.arange(samples) / sfreq, times, values).astype(np.float32)
    return drawn


def ramps(spans_s: Sequence[tuple[float, float]], ramp_s: float) -> Knots:
    """Return knots of a line that is 1 within spans (start, end) and 0 outside, with ramps of `ramp_s` between.

    The spans are sorted by time, in s.
    """
    knots: Knots = [(0.0, 0.0)]
    for start_s, end_s in spans_s:
        from_s = max(start_s, knots[-1][0])
        top_s = min(from_s + ramp_s, end_s)
        knots += [(from_s, 0.0), (top_s, 1.0), (max(end_s, top_s), 1.0), (max(end_s, top_s) + ramp_s, 0.0)]
    return knots


def pulses(bumps: Iterable[tuple[float, float, float, float, float]], samples: int, sfreq: float) -> Samples:
    """Return the sum of bumps (onset, rise, hold, fall, height): times in s, flanks of half a cosine; zero elsewhere.

    Returns
    -------
    float32 [samples]
    """
    drawn = np.zeros(samples, np.float32)
    for onset_s, rise_s, hold_s, fall_s, height in bumps:
        first, last = _span(onset_s, rise_s + hold_s + fall_s, samples, sfreq)
        t = np.arange(first, last) / sfreq - onset_s
        flank = np.minimum(t / rise_s, (rise_s + hold_s + fall_s - t) / fall_s)
        drawn[first:last] += height * 0.5 * (1 - np.cos(np.pi * np.clip(flank, 0, 1)))
    return drawn


def add_wave(signal: Samples, onset_s: float, wave: NDArray[np.floating], sfreq: float) -> None:
    """Add a wave to a signal in place, from the first sample at or after `onset_s`, cut off at the signal's ends."""
    first = int(np.ceil(onset_s * sfreq - 1e-9))
    wave = wave[max(0, -first) : max(0, len(signal) - first)]
    first = max(0, first)
    signal[first : first + len(wave)] += wave


def _span(onset_s: float, duration_s: float, samples: int, sfreq: float) -> tuple[int, int]:
    """Return the first sample at or after the onset, and the first at or after the end, both within the signal."""
    first = int(np.ceil(onset_s * sfreq - 1e-9))
    last = int(np.ceil((onset_s + duration_s) * sfreq))
    return min(max(0, first), samples), min(max(0, last), samples)
