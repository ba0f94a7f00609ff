"""The processing before a picture, the same for real and synthetic recordings: filters, detectors, averages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, find_peaks, sosfiltfilt, welch

FloatArray = NDArray[np.float64]


def band_passed(signal: FloatArray, sfreq: float, low_hz: float, high_hz: float) -> FloatArray:
    """Filter by a second-order Butterworth band-pass, forward and backward along the first axis."""
    sos = butter(2, (low_hz, high_hz), "bandpass", fs=sfreq, output="sos")
    passed: FloatArray = sosfiltfilt(sos, signal, axis=0)
    return passed


def epochs(signal: FloatArray, at: Sequence[float], sfreq: float, window_s: tuple[float, float]) -> FloatArray:
    """Cut epochs around times in s that are within the signal: float64 [epochs, samples, ...]."""
    first, last = (round(edge * sfreq) for edge in window_s)
    starts = np.rint(np.asarray(at, np.float64) * sfreq).astype(int) + first
    starts = starts[(starts >= 0) & (starts + last - first <= len(signal))]
    return np.stack([signal[start : start + last - first] for start in starts]) if len(starts) else np.empty((0, 0))


def times(window_s: tuple[float, float], sfreq: float) -> FloatArray:
    """Return the times of an epoch's samples in s."""
    first, last = (round(edge * sfreq) for edge in window_s)
    return np.arange(first, last) / sfreq


def from_baseline(parts: FloatArray, t: FloatArray, until_s: float = 0.0) -> FloatArray:
    """Subtract from each epoch its mean before `until_s`."""
    centred: FloatArray = parts - parts[:, t < until_s].mean(axis=1, keepdims=True)
    return centred


def peaks_s(signal: FloatArray, sfreq: float, height: float, apart_s: float) -> FloatArray:
    """Return the times in s of maxima of at least `height` and at least `apart_s` apart."""
    peaks, _ = find_peaks(signal, height=height, distance=max(1, round(apart_s * sfreq)))
    return np.asarray(peaks / sfreq, np.float64)


def steps_s(signal: FloatArray, sfreq: float, over_s: float, least: float) -> tuple[FloatArray, FloatArray]:
    """Find steps of at least `least` within `over_s`; return the times in s of the steepest points, and the signs."""
    half = round(over_s / 2 * sfreq)
    step = np.zeros_like(signal)
    step[half:-half] = signal[2 * half :] - signal[: -2 * half]
    middles = np.rint(peaks_s(np.abs(step), sfreq, least, 3 * over_s) * sfreq).astype(int)
    sign = np.sign(step[middles])
    slope = np.gradient(signal)
    steepest = [
        i - half + np.argmax(direction * slope[i - half : i + half + 1])
        for i, direction in zip(middles, sign, strict=True)
    ]
    return np.array(steepest) / sfreq, sign


def mean_density(parts: FloatArray, sfreq: float, segment_s: float) -> tuple[FloatArray, FloatArray]:
    """Average the power of epochs [epochs, samples]; return the frequencies in Hz and the root density per sqrt(Hz)."""
    f, p = welch(parts, sfreq, nperseg=round(segment_s * sfreq), axis=1)
    return f, np.sqrt(p.mean(axis=0))
