"""Gain, offset, delay and clock of each channel from the two bursts, with standard errors.

Gauss-Newton on what the device showed of the bursts::

    received(t) = gain * view(sent((t - delay) / (1 + clock))) + offset + noise

Each step is linear least squares on the reference at the timing found so far, on its derivatives by delay and by clock,
and on a constant. A converter's noise is not white, so the errors are Newey and West's (Econometrica 55, 1987), which
hold for noise that is correlated over a few rows. All channels share one converter: its timing is their mean, weighted
by their variances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.hil.analog.find_bursts import LEAST_CORRELATION, find_bursts
from earloop.hil.analog.stimulus import Span
from earloop.hil.analog.view import Playback, Timing, View

STEPS = 6  # each squares the error; four reach the last digit from a sample off
LAGS = 12  # rows over which the noise is taken to be correlated
MARGIN_S = 0.2  # of either side of a burst that is fitted too, so that an offset is told from a burst
SHIFT_S = 1e-5  # by which the reference is moved for its derivatives


@dataclass(frozen=True)
class Estimate:
    """A value for each channel and its standard error, float64 [channels]; NaN where no burst was found."""

    value: NDArray[np.float64]
    error: NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """What lies between the generator's file and the device's samples.

    gain : uV shown for a uV sent
    offset_uv : that a view without DC does not show
    delay_s, clock : of each channel alone, see `earloop.hil.analog.view.Timing`
    timing : of all channels together
    timing_error : its standard errors, delay in s and clock
    correlation : of each channel with the bursts, float64 [channels]
    """

    gain: Estimate
    offset_uv: Estimate
    delay_s: Estimate
    clock: Estimate
    timing: Timing
    timing_error: tuple[float, float]
    correlation: NDArray[np.float64]

    @property
    def found(self) -> NDArray[np.bool_]:
        """Which channels show the bursts."""
        return self.correlation >= LEAST_CORRELATION


def calibrate(
    playback: Playback, received: NDArray[np.float64], view: View, clipped: NDArray[np.float64], names: tuple[str, ...]
) -> Calibration:
    """Find what was sent in what was received.

    Parameters
    ----------
    playback : what was sent
    received : float64 [rows, channels], uV, as `view` shows it; what `view` makes no row of is dropped
    clipped : share of each channel's samples at the converter's rails
    names : of the channels

    Raises
    ------
    BurstError
        No channel shows the bursts; says what was seen.
    """
    timing, correlation = find_bursts(playback, received, view, clipped, names)
    feeds = list(playback.stimulus.feeds)
    good = np.flatnonzero(correlation >= LEAST_CORRELATION)
    values = errors = np.full((len(names), 4), np.nan)
    pooled_error = np.zeros(2)
    for _ in range(STEPS):
        parts = _derivatives(playback, timing, view)
        rows = _rows(playback, timing, view, min(len(received), len(parts[0])))
        values, errors = np.full((len(names), 4), np.nan), np.full((len(names), 4), np.nan)
        for c in good:
            columns = np.stack([part[rows, feeds[c]] for part in parts] + [np.ones(len(rows))], axis=1)
            values[c], errors[c] = _least_squares(columns, received[rows, c])
        weights = errors[good, 1:3] ** -2.0
        step = (weights * values[good, 1:3]).sum(axis=0) / weights.sum(axis=0)
        pooled_error = weights.sum(axis=0) ** -0.5
        own = values[:, 1:3] + (timing.delay_s, timing.clock)
        timing = Timing(timing.delay_s + float(step[0]), timing.clock + float(step[1]))
    return Calibration(
        gain=Estimate(values[:, 0], errors[:, 0]),
        offset_uv=Estimate(values[:, 3], errors[:, 3]),
        delay_s=Estimate(own[:, 0], errors[:, 1]),
        clock=Estimate(own[:, 1], errors[:, 2]),
        timing=timing,
        timing_error=(float(pooled_error[0]), float(pooled_error[1])),
        correlation=correlation,
    )


def _derivatives(playback: Playback, timing: Timing, view: View) -> list[NDArray[np.float64]]:
    """The reference, and how it changes with delay and with clock; each [rows, outputs]."""
    clock_step = SHIFT_S / playback.stimulus.duration_s

    def seen(delay_s: float, clock: float) -> NDArray[np.float64]:
        return playback.seen(Timing(timing.delay_s + delay_s, timing.clock + clock), view)

    by_delay = (seen(SHIFT_S, 0) - seen(-SHIFT_S, 0)) / (2 * SHIFT_S)
    by_clock = (seen(0, clock_step) - seen(0, -clock_step)) / (2 * clock_step)
    return [seen(0, 0), by_delay, by_clock]


def _rows(playback: Playback, timing: Timing, view: View, count: int) -> NDArray[np.int64]:
    """Rows in which the bursts are seen."""
    times_s = timing.generator_s(np.arange(count) / view.rate_hz)

    def within(span: Span) -> NDArray[np.bool_]:
        return (times_s > span.start_s - MARGIN_S) & (times_s < span.stop_s + MARGIN_S)

    return np.flatnonzero(within(playback.stimulus.up) | within(playback.stimulus.down))


def _least_squares(
    columns: NDArray[np.float64], received: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gain, steps of delay and clock, offset; and their errors.

    columns : reference, its two derivatives, ones; float64 [rows, 4]
    """
    scale = np.sqrt((columns**2).sum(axis=0))
    unit = columns / scale
    found, *_ = np.linalg.lstsq(unit, received, rcond=None)
    bread = np.linalg.inv(unit.T @ unit)
    scores = unit * (received - unit @ found)[:, np.newaxis]
    meat = scores.T @ scores
    for lag in range(1, LAGS + 1):
        product = scores[lag:].T @ scores[:-lag]
        meat += (1 - lag / (LAGS + 1)) * (product + product.T)
    errors = np.sqrt(np.maximum(np.diag(bread @ meat @ bread), 0)) / scale
    values = found / scale
    # The derivatives' coefficients are gain times step.
    values[1:3] /= values[0]
    errors[1:3] /= abs(values[0])
    return values, errors
