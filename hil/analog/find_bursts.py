"""Finds the bursts to within a sample or two, by matched filters for the chirp up and the chirp down.

A clock error e makes a chirp from f1 to f2 of length T appear late by e f T / (f2 - f1), where f is the centre of its
visible spectrum, and its mirror image early by as much (the range-Doppler coupling of radar; Levanon & Mozeson, Radar
Signals, section 4.2). Both equations together give clock and delay.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from earloop.hil.analog.stimulus import AnalogStimulus, PlayedSpan
from earloop.hil.analog.view import ClockRelation, Playback, View
from earloop.spec.errors import EarloopError

LEAST_CORRELATION = 0.5  # of a burst; noise alone reaches 0.2, and a clock error of 0.5 % leaves 0.75
CLOCK_LIMIT = 0.01  # relative; twice the oscillator's largest error at 25 C, SBAS499C, section 7.5
PASSES = 3  # each with bursts at the clock found by the previous one


class BurstError(EarloopError):
    """The received signal does not contain the stimulus."""


def find_bursts(
    playback: Playback, received: NDArray[np.float64], view: View, clipped: NDArray[np.float64], names: tuple[str, ...]
) -> tuple[ClockRelation, NDArray[np.float64]]:
    """Find delay and clock by the channel with the highest correlation.

    Parameters
    ----------
    received : float64 [rows, channels], uV, as `view` shows it
    clipped : share of each channel's samples at the converter's rails
    names : names of the channels

    Returns
    -------
    Timing, and each channel's lower correlation with the two bursts, float64 [channels]

    Raises
    ------
    BurstError
        No channel shows the bursts; the message describes the received signal.
    """
    timing = ClockRelation(0.0, 0.0)
    for _ in range(PASSES):
        timing, seen = _find(playback, received, view, timing.clock)
        best = int(seen.argmax())
        if seen[best] < LEAST_CORRELATION:
            raise BurstError(_complaint(seen[best], received[:, best], clipped[best], names[best]))
    return timing, seen


def _find(
    playback: Playback, received: NDArray[np.float64], view: View, clock: float
) -> tuple[ClockRelation, NDArray[np.float64]]:
    """Run one pass, with bursts for a relative clock error of `clock`."""
    stimulus, template_timing = playback.stimulus, ClockRelation(0.0, clock)
    shown = playback.seen(template_timing, view)
    up, down = (shown[_rows(template_timing, view, span)] for span in (stimulus.up, stimulus.down))
    apart = (stimulus.down.start_s - stimulus.up.start_s) * view.rate_hz
    peaks = []
    for c, output in enumerate(stimulus.feeds):
        first, second = (_correlate(received[:, c], burst[:, output]) for burst in (up, down))
        at = int(first.argmax())
        since = min(round(at + apart * (1 - CLOCK_LIMIT)), len(second) - 1)
        window = second[since : round(at + apart * (1 + CLOCK_LIMIT)) + 1]
        then = since + int(window.argmax())
        peaks.append((min(first[at], second[then]), _top(first, at), _top(second, then)))
    best = max(range(len(peaks)), key=lambda c: peaks[c][0])
    # In the time of a device with a right clock; the rows of a burst begin a fraction of a row before it.
    starts_s = [
        (row + _late(template_timing, view, span)) / view.rate_hz / (1 + clock)
        for row, span in zip(peaks[best][1:], (stimulus.up, stimulus.down), strict=True)
    ]
    left = _timing(starts_s, stimulus, up[:, stimulus.feeds[best]], view)
    timing = ClockRelation(left.delay_s * (1 + clock), (1 + left.clock) * (1 + clock) - 1)
    return timing, np.array([peak[0] for peak in peaks])


def _rows(timing: ClockRelation, view: View, span: PlayedSpan) -> slice:
    return slice(*(round(timing.device_s(at_s) * view.rate_hz) for at_s in (span.start_s, span.stop_s)))


def _late(timing: ClockRelation, view: View, span: PlayedSpan) -> float:
    """Return by how many rows a burst begins after the first of its rows."""
    return timing.device_s(span.start_s) * view.rate_hz - float(_rows(timing, view, span).start)


def _correlate(x: NDArray[np.float64], template: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the envelope of the correlation coefficient of a template with each stretch of x, float64 [places].

    The coefficient itself oscillates with the burst's frequency, so its highest peak may be one period early or late.
    """
    if len(x) < len(template):
        return np.zeros(1)
    x, template = x - np.median(x), template - template.mean()
    product = np.abs(signal.correlate(x, signal.hilbert(template), mode="valid", method="fft"))
    ones = np.ones(len(template))
    total, square = (signal.correlate(y, ones, mode="valid", method="fft") for y in (x, x**2))
    energy = np.maximum(square - total**2 / len(template), 1e-12 * np.maximum(square.max(), 1e-12))
    coefficient: NDArray[np.float64] = product / np.sqrt(energy * (template**2).sum() + 1e-30)
    return coefficient


def _top(correlation: NDArray[np.float64], at: int) -> float:
    """Return the position of a peak in rows, by a parabola through it and its neighbours."""
    if not 0 < at < len(correlation) - 1:
        return float(at)
    left, top, right = correlation[at - 1 : at + 2]
    return float(at + 0.5 * (left - right) / (left - 2 * top + right))


def _timing(times_s: list[float], stimulus: AnalogStimulus, template: NDArray[np.float64], view: View) -> ClockRelation:
    spectrum = np.abs(np.fft.rfft(template)) ** 2
    middle_hz = float((spectrum * np.fft.rfftfreq(len(template), 1 / view.rate_hz)).sum() / spectrum.sum())
    burst_s = stimulus.up.stop_s - stimulus.up.start_s
    coupling_s = middle_hz * burst_s / (stimulus.burst_hz[1] - stimulus.burst_hz[0])
    apart_s = stimulus.down.start_s - stimulus.up.start_s
    clock = (times_s[1] - times_s[0] - apart_s) / (apart_s - 2 * coupling_s)
    middle_s = times_s[0] + burst_s / 2
    return ClockRelation(middle_s - (1 + clock) * stimulus.up.middle_s - coupling_s * clock, clock)


def _complaint(seen: float, received: NDArray[np.float64], clipped: float, name: str) -> str:
    rms_uv = float(np.std(received))
    if clipped > 0.01:
        what = (
            f"{clipped:.0%} of its samples are at the converter's rails: is an electrode open, or the level too high?"
        )
    elif rms_uv < 5.0:
        what = f"it shows {rms_uv:.2f} uV rms, little more than noise: is the cable in, and the generator's output on?"
    else:
        what = f"it shows {rms_uv:.1f} uV rms of something else: is it mains, or did the generator start too late?"
    return (
        f"the calibration burst is not found: correlation {seen:.2f} at most (channel {name}), "
        f"{LEAST_CORRELATION:g} wanted; {what}"
    )
