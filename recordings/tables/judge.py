"""Whether a column is a clock or a counter by its values, whatever it is called.

An electrode never grows by the same step from sample to sample; a clock does, but for the rounding of its stamps, and a
counter does until it wraps. A ramp without any noise cannot be told from a clock: what is taken for one by its values
alone is named in a note, so that it can be asked for by its name.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEAST_ROWS = 16  # fewer tell nothing
MOST_DECIMALS = 9
SELDOM = 0.1  # share of the rows
USUAL = 0.9  # share of the steps that must be the usual one: the others are losses
GROWS = 0.98  # share of the steps that must not go back
WINDOWS = (16, 128)  # steps over which rounding must even out
EPOCHS_S = (1e9, 4e9)  # seconds since 1970 from 2001 to 2096
SCALES = (1.0, 1e3, 1e6, 1e9)  # units of a second: s, ms, us, ns
SAME_RATE = 0.05  # how near the steps of a clock that jitters must lie to the sampling period
LEAST_JITTERING = 64  # rows


def counts_time(values: NDArray[np.float64], rate_hz: float | None) -> bool:
    """Whether values [rows] are the stamps of a clock.

    A clock that jitters is only believed where it counts from 1970, or where its mean step is the sampling period.
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
    """Whether values keep near a line, and go on by the sampling period in the mean."""
    mean = (values[-1] - values[0]) / (len(values) - 1)
    if rate_hz is None or len(values) < LEAST_JITTERING:
        return False
    off_line = np.abs(values - values[0] - mean * np.arange(len(values))).max() / mean
    return off_line < 0.1 * len(values) and any(abs(mean * rate_hz / scale - 1) < SAME_RATE for scale in SCALES)


def counts_packets(values: NDArray[np.float64]) -> bool:
    """Whether values [rows] are whole numbers that go up by one and the same step and begin again, once a packet of
    some rows."""
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
    """Whether a column holds markers: something in few of its cells, or one whole number in most rows and others now
    and then. What an electrode holds is no whole number, or another one in nearly every row."""
    if rows < LEAST_ROWS or not filled:
        return False
    if filled < SELDOM * rows:
        return True
    if len(values) < filled or (values != np.round(values)).any():
        return False
    _, times = np.unique(values, return_counts=True)
    return bool(0 < np.count_nonzero(np.diff(values)) < SELDOM * rows and times.max() > rows / 2)


def since_1970(values: NDArray[np.float64]) -> bool:
    """Whether values may be of a clock that counts from 1970, in one of its units."""
    return any(EPOCHS_S[0] * scale <= values.min() and values.max() <= EPOCHS_S[1] * scale for scale in SCALES)


def _comes_round(values: NDArray[np.float64]) -> bool:
    """Whether a count begins again, or is shared by rows of one packet: a clock does neither."""
    steps = np.diff(values)
    falls = values[1:][steps < 0]
    begins_again = bool(len(falls)) and bool((falls <= values.min() + np.median(steps[steps > 0])).any())
    return begins_again or bool((steps == 0).mean() > 1 - USUAL)


def _is_steady(values: NDArray[np.float64], steps: NDArray[np.float64]) -> bool:
    """Whether nearly all steps are one step, but for the rounding of values to so many decimals."""
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
    """The last decimal place that the values have; zero where they have more than can be told."""
    some = values[:256] - np.floor(values[0])
    for decimals in range(MOST_DECIMALS + 1):
        scaled = some * 10.0**decimals
        if np.abs(scaled - np.round(scaled)).max() <= 1e-4 + np.abs(values[:256]).max() * 1e-15 * 10.0**decimals:
            return float(10.0**-decimals)
    return 0.0
