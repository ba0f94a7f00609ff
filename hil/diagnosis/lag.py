"""By how much what was found runs ahead of what was sent, over time: correlation in windows, then the phase.

One band is used, the widest that ends at half the tokens' Nyquist frequency: above that, a clock that is 2 % off turns
the phase by more than half a cycle within one window. Both sides are whitened, each by its own spectrum, so that hum,
a line, does not outweigh all else and make each of its periods look like the next: a notch that takes it from what was
sent misses it where a clock is off.

A window counts where its correlation cannot be chance. Correlations of unrelated noise have a standard deviation of
1 / sqrt(n) with n degrees of freedom: twice bandwidth times time (Bendat & Piersol, Random Data, section 8.2) for each
channel that says something of its own, which is the participation ratio of the channels' covariance. Five of these
leave one in 3 million, and a recording of minutes has some ten thousand windows and lags to try.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.hil.diagnosis.evidence import Evidence

WINDOW_S = 0.5
REACH_S = 1.0  # to either side of the lag that was seen last
CHANCE = 5.0  # standard deviations
_AUDIBLE = 100.0  # power over that of a token's rounding below which a frequency says nothing


@dataclass(frozen=True)
class Lag:
    """One window that tells.

    time_s : its middle, on the device's time
    ticks : what was found runs ahead of what was sent by so much
    """

    time_s: float
    ticks: float


def lags(evidence: Evidence) -> list[Lag]:
    """The lag in each window of half a second that tells it."""
    band = _timing_band(evidence)
    rate_hz, width = evidence.design.token_rate_hz, round(WINDOW_S * evidence.design.token_rate_hz)
    reach = round(REACH_S * rate_hz)
    wanted, found = _whitened(evidence, band)
    low_hz, high_hz = evidence.design.bands[band].low_hz, evidence.design.bands[band].high_hz
    freedom = 2 * (high_hz - low_hz) * WINDOW_S * _own_channels(wanted)
    if not freedom:  # no channel has a signal of its own
        return []
    enough = CHANCE / np.sqrt(freedom)
    told: list[Lag] = []
    last = 0
    for start in range(0, len(found) - width + 1, width):
        first = max(0, start + last - reach)
        stretch = wanted[first : start + last + reach + width]
        if len(stretch) < width:
            break
        window = found[start : start + width]
        correlation = _correlation(window, stretch)
        best = int(correlation.argmax())
        if correlation[best] < enough:
            continue
        last = first + best - start
        beside = wanted[first + best : first + best + width]
        told.append(Lag((start + width / 2) / rate_hz, last + _by_phase(window, beside, low_hz, high_hz, rate_hz)))
    return told


def _timing_band(evidence: Evidence) -> int:
    highest = evidence.design.token_rate_hz / 4
    return next((i for i in evidence.fast if evidence.design.bands[i].high_hz <= highest), evidence.fast[0])


def _whitened(evidence: Evidence, band: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both sides [ticks, channels], each divided by its own spectrum inside the band; that shifts neither in time."""
    from scipy import signal

    rate_hz, ticks = evidence.design.token_rate_hz, len(evidence.wanted)
    floor = _AUDIBLE / 12 / (rate_hz / 2)
    at = np.fft.rfftfreq(2 * ticks, 1 / rate_hz)
    inside = (at >= evidence.design.bands[band].low_hz) & (at <= evidence.design.bands[band].high_hz)

    def white(side: NDArray[np.float64]) -> NDArray[np.float64]:
        frequencies, power = signal.welch(side, rate_hz, nperseg=min(round(rate_hz), ticks), axis=0)
        shape = np.stack([np.interp(at, frequencies, column) for column in power.T], axis=1)
        spectrum = np.fft.rfft(side, 2 * ticks, axis=0) * inside[:, None] / np.sqrt(shape + floor)
        return np.asarray(np.fft.irfft(spectrum, 2 * ticks, axis=0)[:ticks])

    return white(evidence.wanted[:, :, band]), white(evidence.found[:, :, band])


def _own_channels(whitened: NDArray[np.float64]) -> float:
    """How many channels there are in effect: 1 where all say the same."""
    values = np.linalg.eigvalsh(np.cov(whitened, rowvar=False).reshape(whitened.shape[1], -1))
    return float(values.sum() ** 2 / max((values**2).sum(), np.finfo(float).tiny))


def _correlation(window: NDArray[np.float64], stretch: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of a window with each place of a longer stretch, the mean over channels; float64 [places]."""
    places = len(stretch) - len(window) + 1
    total = np.zeros(places)
    for a, b in zip(window.T, stretch.T, strict=True):
        energy = np.convolve(b**2, np.ones(len(a)), "valid") * (a @ a)
        with np.errstate(divide="ignore", invalid="ignore"):
            total += np.where(energy > 0, np.correlate(b, a, "valid") / np.sqrt(energy), 0.0)
    return np.asarray(total / window.shape[1], np.float64)


def _by_phase(
    window: NDArray[np.float64], beside: NDArray[np.float64], low_hz: float, high_hz: float, rate_hz: float
) -> float:
    """The rest of a lag, below a tick, by the slope of the cross spectrum's phase."""
    taper = np.hanning(len(window))[:, None]
    cross = np.fft.rfft(window * taper, axis=0) * np.conj(np.fft.rfft(beside * taper, axis=0))
    energy = np.sqrt((window**2).sum(axis=0) * (beside**2).sum(axis=0))
    alike = np.maximum((window * beside).sum(axis=0), 0) / np.maximum(energy, np.finfo(float).tiny)
    omega = 2 * np.pi * np.fft.rfftfreq(len(window))[:, None]
    inside = (omega >= 2 * np.pi * low_hz / rate_hz) & (omega <= 2 * np.pi * high_hz / rate_hz)
    weight = (
        np.abs(cross) / np.maximum(energy, np.finfo(float).tiny) * alike**2 * inside
    )  # whoever knows nothing is not asked
    return float((weight * omega * np.angle(cross)).sum() / max((weight * omega**2).sum(), np.finfo(float).tiny))
