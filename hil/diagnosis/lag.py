"""The lag of the found signal relative to the sent one, over time: by correlation in windows, then by phase.

One band is used, the widest that ends below half the tokens' Nyquist frequency: above that, a clock error of 2 % turns
the phase by more than half a cycle within one window. Both signals are whitened, each by its own spectrum. Otherwise
hum would dominate, and each of its periods looks like the next: with a wrong clock it misses the notch.

A window counts if its correlation cannot be chance. Correlations of unrelated noise have a standard deviation of
1 / sqrt(n) with n degrees of freedom: twice bandwidth times time (Bendat & Piersol, Random Data, section 8.2) for each
independent channel, whose number is the participation ratio of the channels' covariance. The probability of a chance
correlation above five standard deviations is one in 3 million; a recording of minutes has some ten thousand windows and
lags.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.hil.diagnosis.evidence import Evidence

WINDOW_S = 0.5
REACH_S = 1.0  # to both sides of the previous lag
CHANCE = 5.0  # standard deviations
_LEAST_POWER = 100.0  # relative to a token's rounding; weaker frequencies are ignored


@dataclass(frozen=True)
class Lag:
    """The lag in one window.

    time_s : middle of the window, in the device's time
    ticks : how far the found signal is ahead of the sent one
    """

    time_s: float
    ticks: float


def lags(evidence: Evidence) -> list[Lag]:
    """Return the lag in each window of half a second whose correlation is significant."""
    band = _timing_band(evidence)
    rate_hz, width = evidence.design.token_rate_hz, round(WINDOW_S * evidence.design.token_rate_hz)
    reach = round(REACH_S * rate_hz)
    wanted, found = _whitened(evidence, band)
    low_hz, high_hz = evidence.design.bands[band].low_hz, evidence.design.bands[band].high_hz
    freedom = 2 * (high_hz - low_hz) * WINDOW_S * _independent_channels(wanted)
    if not freedom:  # no channel has a signal
        return []
    enough = CHANCE / np.sqrt(freedom)
    found_lags: list[Lag] = []
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
        aligned = wanted[first + best : first + best + width]
        fraction = _fraction_by_phase(window, aligned, low_hz, high_hz, rate_hz)
        found_lags.append(Lag((start + width / 2) / rate_hz, last + fraction))
    return found_lags


def _timing_band(evidence: Evidence) -> int:
    highest = evidence.design.token_rate_hz / 4
    return next((i for i in evidence.fast if evidence.design.bands[i].high_hz <= highest), evidence.fast[0])


def _whitened(evidence: Evidence, band: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both signals [ticks, channels], each divided by its own spectrum inside the band; neither is shifted."""
    from scipy import signal

    rate_hz, ticks = evidence.design.token_rate_hz, len(evidence.wanted)
    floor = _LEAST_POWER / 12 / (rate_hz / 2)
    at = np.fft.rfftfreq(2 * ticks, 1 / rate_hz)
    inside = (at >= evidence.design.bands[band].low_hz) & (at <= evidence.design.bands[band].high_hz)

    def white(side: NDArray[np.float64]) -> NDArray[np.float64]:
        frequencies, power = signal.welch(side, rate_hz, nperseg=min(round(rate_hz), ticks), axis=0)
        shape = np.stack([np.interp(at, frequencies, column) for column in power.T], axis=1)
        spectrum = np.fft.rfft(side, 2 * ticks, axis=0) * inside[:, None] / np.sqrt(shape + floor)
        return np.asarray(np.fft.irfft(spectrum, 2 * ticks, axis=0)[:ticks])

    return white(evidence.wanted[:, :, band]), white(evidence.found[:, :, band])


def _independent_channels(whitened: NDArray[np.float64]) -> float:
    """Return the effective number of independent channels: 1 if all are equal."""
    values = np.linalg.eigvalsh(np.cov(whitened, rowvar=False).reshape(whitened.shape[1], -1))
    return float(values.sum() ** 2 / max((values**2).sum(), np.finfo(float).tiny))


def _correlation(window: NDArray[np.float64], stretch: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the correlation of a window with each place of a longer stretch, mean over channels; float64 [places]."""
    places = len(stretch) - len(window) + 1
    total = np.zeros(places)
    for a, b in zip(window.T, stretch.T, strict=True):
        energy = np.convolve(b**2, np.ones(len(a)), "valid") * (a @ a)
        with np.errstate(divide="ignore", invalid="ignore"):
            total += np.where(energy > 0, np.correlate(b, a, "valid") / np.sqrt(energy), 0.0)
    return np.asarray(total / window.shape[1], np.float64)


def _fraction_by_phase(
    window: NDArray[np.float64], aligned: NDArray[np.float64], low_hz: float, high_hz: float, rate_hz: float
) -> float:
    """Return the fraction of a tick in a lag, by the slope of the cross spectrum's phase."""
    taper = np.hanning(len(window))[:, None]
    cross = np.fft.rfft(window * taper, axis=0) * np.conj(np.fft.rfft(aligned * taper, axis=0))
    energy = np.sqrt((window**2).sum(axis=0) * (aligned**2).sum(axis=0))
    alike = np.maximum((window * aligned).sum(axis=0), 0) / np.maximum(energy, np.finfo(float).tiny)
    omega = 2 * np.pi * np.fft.rfftfreq(len(window))[:, None]
    inside = (omega >= 2 * np.pi * low_hz / rate_hz) & (omega <= 2 * np.pi * high_hz / rate_hz)
    # A channel without correlation has no weight.
    weight = np.abs(cross) / np.maximum(energy, np.finfo(float).tiny) * alike**2 * inside
    return float((weight * omega * np.angle(cross)).sum() / max((weight * omega**2).sum(), np.finfo(float).tiny))
