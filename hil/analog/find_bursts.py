"""Where the bursts are, to within a sample or two: matched filters for the chirp up and the chirp down.

A clock that is off by e makes a chirp from f1 to f2 of length T seem to come late by e f T / (f2 - f1), f being the
middle of what is seen of it, and its mirror image early by as much (the range-Doppler coupling of radar; Levanon &
Mozeson, Radar Signals, section 4.2). Both equations together give clock and delay.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from earloop.hil.analog.stimulus import AnalogStimulus, Span
from earloop.hil.analog.view import Playback, Timing, View
from earloop.spec.errors import EarloopError

LEAST_CORRELATION = 0.5  # of a burst; noise alone reaches 0.2, a clock that is 0.5 % off leaves 0.75
CLOCK_LIMIT = 0.01  # relative; twice what the oscillator may be off at 25 C, SBAS499C, section 7.5
PASSES = 3  # each with bursts at the clock that the last one found


class BurstError(EarloopError):
    """The stimulus is not in what the device gave."""


def find_bursts(
    playback: Playback, received: NDArray[np.float64], view: View, clipped: NDArray[np.float64], names: tuple[str, ...]
) -> tuple[Timing, NDArray[np.float64]]:
    """Delay and clock by the channel that shows the bursts best, and how well each shows them.

    Parameters
    ----------
    received : float64 [rows, channels], uV, as `view` shows it
    clipped : share of each channel's samples at the converter's rails
    names : of the channels

    Returns
    -------
    Timing, and the correlation of each channel with the worse seen of the two bursts, float64 [channels]

    Raises
    ------
    BurstError
        No channel shows them; says what was seen instead.
    """
    timing = Timing(0.0, 0.0)
    for _ in range(PASSES):
        timing, seen = _find(playback, received, view, timing.clock)
        best = int(seen.argmax())
        if seen[best] < LEAST_CORRELATION:
            raise BurstError(_complaint(seen[best], received[:, best], clipped[best], names[best]))
    return timing, seen


def _find(
    playback: Playback, received: NDArray[np.float64], view: View, clock: float
) -> tuple[Timing, NDArray[np.float64]]:
    """One pass, with bursts as a clock that is off by `clock` shows them."""
    stimulus, own = playback.stimulus, Timing(0.0, clock)
    shown = playback.seen(own, view)
    up, down = (shown[_rows(own, view, span)] for span in (stimulus.up, stimulus.down))
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
    # In the time of a device whose clock is right, which the burst's rows begin a fraction of a row before.
    starts_s = [
        (row + _late(own, view, span)) / view.rate_hz / (1 + clock)
        for row, span in zip(peaks[best][1:], (stimulus.up, stimulus.down), strict=True)
    ]
    left = _timing(starts_s, stimulus, up[:, stimulus.feeds[best]], view)
    timing = Timing(left.delay_s * (1 + clock), (1 + left.clock) * (1 + clock) - 1)
    return timing, np.array([peak[0] for peak in peaks])


def _rows(timing: Timing, view: View, span: Span) -> slice:
    return slice(*(round(timing.device_s(at_s) * view.rate_hz) for at_s in (span.start_s, span.stop_s)))


def _late(timing: Timing, view: View, span: Span) -> float:
    """How far behind the first of its rows a burst begins, in rows."""
    return timing.device_s(span.start_s) * view.rate_hz - float(_rows(timing, view, span).start)


def _correlate(x: NDArray[np.float64], template: NDArray[np.float64]) -> NDArray[np.float64]:
    """Envelope of the correlation coefficient of a template with each stretch of x, float64 [rows - template + 1].

    The coefficient itself swings with the burst's own frequency, and its highest peak may be a swing too early or late.
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
    """Where the peak is, in rows, by a parabola through it and its neighbours."""
    if not 0 < at < len(correlation) - 1:
        return float(at)
    left, top, right = correlation[at - 1 : at + 2]
    return float(at + 0.5 * (left - right) / (left - 2 * top + right))


def _timing(times_s: list[float], stimulus: AnalogStimulus, template: NDArray[np.float64], view: View) -> Timing:
    spectrum = np.abs(np.fft.rfft(template)) ** 2
    middle_hz = float((spectrum * np.fft.rfftfreq(len(template), 1 / view.rate_hz)).sum() / spectrum.sum())
    burst_s = stimulus.up.stop_s - stimulus.up.start_s
    coupling_s = middle_hz * burst_s / (stimulus.burst_hz[1] - stimulus.burst_hz[0])
    apart_s = stimulus.down.start_s - stimulus.up.start_s
    clock = (times_s[1] - times_s[0] - apart_s) / (apart_s - 2 * coupling_s)
    middle_s = times_s[0] + burst_s / 2
    return Timing(middle_s - (1 + clock) * stimulus.up.middle_s - coupling_s * clock, clock)


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
