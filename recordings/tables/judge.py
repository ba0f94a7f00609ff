"""Detection of clocks, counters and markers by a column's values, independent of its name.

An electrode never grows by the same step from sample to sample. A clock does, except for the rounding of its stamps,
and a counter does until it wraps. A ramp without noise looks like a clock: a note names every column that is classified
by its values alone, so that the user can select it by name.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEAST_ROWS = 16  # fewer rows prove nothing
MOST_DECIMALS = 9
SELDOM = 0.1  # share of the rows
USUAL = 0.9  # share of the steps that must equal the usual one: the others are losses
GROWS = 0.98  # share of the steps that must not go back
WINDOWS = (16, 128)  # steps over which rounding must average out
EPOCHS_S = (1e9, 4e9)  # seconds since 1970, from 2001 to 2096
SCALES = (1.0, 1e3, 1e6, 1e9)  # units in a second: s, ms, us, ns
SAME_RATE = 0.05  # largest relative difference between the mean step of a clock that jitters and the sampling period
LEAST_JITTERING = 64  # rows


def counts_time(values: NDArray[np.float64], rate_hz: float | None) -> bool:
    """Return whether values [rows] are the stamps of a clock.

    A clock that jitters must count from 1970, or have a mean step equal to the sampling period.
    """
    if len(values) < LEAST_ROWS or not np.isfinite(values).all():
        return False
    steps = np.diff(values)
    if (steps >= 0).mean() < GROWS or not values[-1] > values[0]:
        return False
    if since_1970(values):
        return True
    if counts_packets(values) and _comes_round(values):
        return False
    return _is_steady(values, steps) or _jitters_about(values, rate_hz)


def _jitters_about(values: NDArray[np.float64], rate_hz: float | None) -> bool:
    """Return whether values stay near a line, with a mean step equal to the sampling period."""
    mean = (values[-1] - values[0]) / (len(values) - 1)
    if rate_hz is None or len(values) < LEAST_JITTERING:
        return False
    off_line = np.abs(values - values[0] - mean * np.arange(len(values))).max() / mean
    return off_line < 0.1 * len(values) and any(abs(mean * rate_hz / scale - 1) < SAME_RATE for scale in SCALES)


def counts_packets(values: NDArray[np.float64]) -> bool:
    """Return whether values [rows] are whole numbers that grow by a constant step for each packet, and restart."""
    if len(values) < LEAST_ROWS or not np.isfinite(values).all() or (values != np.round(values)).any():
        return False
    changed = np.flatnonzero(np.diff(values))
    if len(changed) < LEAST_ROWS - 1:
        return False
    steps = np.diff(values)[changed]
    step = np.median(steps)
    runs = np.diff(changed)
    usual = (steps == step).mean()
    return bool(step > 0 and usual >= USUAL and (not len(runs) or (runs == np.median(runs)).mean() >= USUAL))


def marks_events(values: NDArray[np.float64], rows: int, filled: int) -> bool:
    """Return whether a column has markers: values in few cells, or one whole number in most rows and others rarely.

    An electrode's values are not whole numbers, or change in nearly every row.
    """
    if rows < LEAST_ROWS or not filled:
        return False
    if filled < SELDOM * rows:
        return True
    if len(values) < filled or (values != np.round(values)).any():
        return False
    _, times = np.unique(values, return_counts=True)
    return bool(0 < np.count_nonzero(np.diff(values)) < SELDOM * rows and times.max() > rows / 2)


def since_1970(values: NDArray[np.float64]) -> bool:
    """Return whether values may belong to a clock that counts from 1970, in one of its units."""
    return any(EPOCHS_S[0] * scale <= values.min() and values.max() <= EPOCHS_S[1] * scale for scale in SCALES)


def _comes_round(values: NDArray[np.float64]) -> bool:
    """Return whether a count restarts, or rows of one packet share it: a clock does neither."""
    steps = np.diff(values)
    falls = values[1:][steps < 0]
    begins_again = bool(len(falls)) and bool((falls <= values.min() + np.median(steps[steps > 0])).any())
    return begins_again or bool((steps == 0).mean() > 1 - USUAL)


def _is_steady(values: NDArray[np.float64], steps: NDArray[np.float64]) -> bool:
    """Return whether nearly all steps are equal, except for the rounding of values."""
    step = float(np.median(steps))
    rounding = _rounding(values)
    near = np.abs(steps - step) <= rounding * 1.001 + 1e-6 * abs(step)
    if near.mean() < USUAL or not near.any():
        return False
    period = float(steps[near].mean())
    if period <= 0:
        return False
    for window in WINDOWS:
        if len(steps) < window:
            continue
        all_near = np.lib.stride_tricks.sliding_window_view(near, window).all(axis=1)
        spans = values[window:] - values[:-window]
        if (
            all_near.any()
            and (np.abs(spans[all_near] - window * period) > 2.001 * rounding + 1e-6 * period * window).any()
        ):
            return False
    return True


def _rounding(values: NDArray[np.float64]) -> float:
    """Return the last decimal place of the values; zero if they have too many decimals."""
    some = values[:256] - np.floor(values[0])
    for decimals in range(MOST_DECIMALS + 1):
        scaled = some * 10.0**decimals
        if np.abs(scaled - np.round(scaled)).max() <= 1e-4 + np.abs(values[:256]).max() * 1e-15 * 10.0**decimals:
            return float(10.0**-decimals)
    return 0.0
