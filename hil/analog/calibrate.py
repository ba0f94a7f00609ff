"""Gain, offset, delay and clock of each channel from the two bursts, with standard errors.

The method is Gauss-Newton on the received bursts::

    received(t) = gain * view(sent((t - delay) / (1 + clock))) + offset + noise

Each step is a linear least-squares fit of the reference at the present timing, its derivatives by delay and by clock,
and a constant. A converter's noise is not white, so the errors are those of Newey and West (Econometrica 55, 1987),
which are valid for noise that is correlated over a few rows. All channels share one converter, whose timing is their
mean weighted by the inverse variances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.hil.analog.find_bursts import LEAST_CORRELATION, find_bursts
from earloop.hil.analog.stimulus import PlayedSpan
from earloop.hil.analog.view import ClockRelation, Playback, View

STEPS = 6  # each squares the error; four are enough for all digits from an error of one sample
LAGS = 12  # rows over which the noise is assumed to be correlated
MARGIN_S = 0.2  # fitted on both sides of a burst, to separate an offset from the burst
SHIFT_S = 1e-5  # shift of the reference for its numerical derivatives


@dataclass(frozen=True)
class Estimate:
    """A value for each channel and its standard error, float64 [channels]; NaN without a burst."""

    value: NDArray[np.float64]
    error: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """The relation between the generator's waveform and the device's samples.

    gain : uV received per uV sent
    offset_uv : offset; unknown in a view without DC
    delay_s, clock : timing of each channel alone; see `earloop.hil.analog.view.ClockRelation`
    timing : of all channels together
    timing_error : its standard errors, of the delay in s and of the clock
    correlation : float64 [channels], correlation of each channel with the bursts
    """

    gain: Estimate
    offset_uv: Estimate
    delay_s: Estimate
    clock: Estimate
    timing: ClockRelation
    timing_error: tuple[float, float]
    correlation: NDArray[np.float64]

    @property
    def found(self) -> NDArray[np.bool_]:
        """Whether each channel shows the bursts, bool [channels]."""
        return self.correlation >= LEAST_CORRELATION


def calibrate(
    playback: Playback, received: NDArray[np.float64], view: View, clipped: NDArray[np.float64], names: tuple[str, ...]
) -> Calibration:
    """Fit the sent bursts to the received signal.

    Parameters
    ----------
    playback : the sent signal
    received : float64 [rows, channels], uV, as `view` shows it; rows beyond those of `view` are dropped
    clipped : share of each channel's samples at the converter's rails
    names : names of the channels

    Raises
    ------
    BurstError
        No channel shows the bursts; the message describes the received signal.
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
        by_channel = values[:, 1:3] + (timing.delay_s, timing.clock)
        timing = ClockRelation(timing.delay_s + float(step[0]), timing.clock + float(step[1]))
    return Calibration(
        gain=Estimate(values[:, 0], errors[:, 0]),
        offset_uv=Estimate(values[:, 3], errors[:, 3]),
        delay_s=Estimate(by_channel[:, 0], errors[:, 1]),
        clock=Estimate(by_channel[:, 1], errors[:, 2]),
        timing=timing,
        timing_error=(float(pooled_error[0]), float(pooled_error[1])),
        correlation=correlation,
    )


def _derivatives(playback: Playback, timing: ClockRelation, view: View) -> list[NDArray[np.float64]]:
    """Return the reference and its derivatives by delay and by clock; each [rows, outputs]."""
    clock_step = SHIFT_S / playback.stimulus.duration_s

    def seen(delay_s: float, clock: float) -> NDArray[np.float64]:
        return playback.seen(ClockRelation(timing.delay_s + delay_s, timing.clock + clock), view)

    by_delay = (seen(SHIFT_S, 0) - seen(-SHIFT_S, 0)) / (2 * SHIFT_S)
    by_clock = (seen(0, clock_step) - seen(0, -clock_step)) / (2 * clock_step)
    return [seen(0, 0), by_delay, by_clock]


def _rows(playback: Playback, timing: ClockRelation, view: View, count: int) -> NDArray[np.int64]:
    """Return the rows that contain the bursts."""
    times_s = timing.generator_s(np.arange(count) / view.rate_hz)

    def within(span: PlayedSpan) -> NDArray[np.bool_]:
        return (times_s > span.start_s - MARGIN_S) & (times_s < span.stop_s + MARGIN_S)

    return np.flatnonzero(within(playback.stimulus.up) | within(playback.stimulus.down))


def _least_squares(
    columns: NDArray[np.float64], received: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return gain, steps of delay and clock, and offset, with their standard errors.

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
    # The coefficients of the derivatives are the gain times the steps.
    values[1:3] /= values[0]
    errors[1:3] /= abs(values[0])
    return values, errors
