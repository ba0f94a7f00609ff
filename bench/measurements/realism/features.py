"""The features of a window for the classifier, which are usual in EEG laboratories.

For each channel: log power of six bands, the slope of the spectrum, the power at the mains frequencies, kurtosis, zero
crossings, Hjorth's mobility and complexity. For the pair: their correlation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import welch
from scipy.stats import kurtosis

FloatArray = NDArray[np.float64]
BANDS_HZ = ((1, 4), (4, 8), (8, 13), (13, 30), (30, 45), (65, 100))
SLOPE_HZ = ((2, 7), (14, 40))  # without alpha
LINES_HZ = (50, 60)
LINE_WIDTH_HZ = 1.0


def features_of(windows: FloatArray, sfreq: float) -> FloatArray:
    """Return the features of windows [windows, samples, channels] in uV; float64 [windows, features]."""
    centred = windows - windows.mean(axis=1, keepdims=True)
    f, p = welch(centred, sfreq, nperseg=int(2 * sfreq), axis=1)
    p = np.maximum(p, 1e-12)
    columns = [np.log(_power(f, p, low, high)) for low, high in BANDS_HZ]
    columns.append(_slope(f, p))
    columns += [np.log(_power(f, p, line - LINE_WIDTH_HZ, line + LINE_WIDTH_HZ)) for line in LINES_HZ]
    columns.append(kurtosis(centred, axis=1))
    columns.append((np.diff(np.signbit(centred), axis=1) != 0).mean(axis=1))
    first, second = np.diff(centred, axis=1), np.diff(centred, n=2, axis=1)
    mobility = first.std(axis=1) / np.maximum(centred.std(axis=1), 1e-9)
    columns += [mobility, second.std(axis=1) / np.maximum(first.std(axis=1), 1e-9) / np.maximum(mobility, 1e-9)]
    return np.hstack([*columns, _correlation(centred)[:, np.newaxis]])


def _power(f: FloatArray, p: FloatArray, low_hz: float, high_hz: float) -> FloatArray:
    total: FloatArray = p[:, (f >= low_hz) & (f <= high_hz)].sum(axis=1)
    return total


def _slope(f: FloatArray, p: FloatArray) -> FloatArray:
    """Return the slope of log power over log frequency, by least squares."""
    part = np.any([(f >= low) & (f <= high) for low, high in SLOPE_HZ], axis=0)
    x = np.log(f[part])
    x -= x.mean()
    slope: FloatArray = np.tensordot(x, np.log(p[:, part]), (0, 1)) / (x @ x)
    return slope


def _correlation(windows: FloatArray) -> FloatArray:
    a, b = windows[:, :, 0], windows[:, :, 1]
    found: FloatArray = (a * b).mean(axis=1) / np.maximum(a.std(axis=1) * b.std(axis=1), 1e-9)
    return found
