"""The classical baseline: a linear model on the signal's log power, which an EEG researcher would try first.

For classes, the features are the power of the whole epoch by Welch's method (Hann windows of 2 s at most, half
overlapped): in bins of 1 Hz up to 45 Hz, centred on whole hertz as flicker is; in bins of 5 Hz above, where muscles
have broad spectra; and in the classical bands and the band of muscles. For values, the features of each patch are the
mean level of the patch and its neighbours (the eyes' potential is a level, not a power) and the power in broad bands.
The input is the signal before the tokenizer's bands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import welch

from earloop.model.fitting.linear import FeaturePredictor, fit_features
from earloop.model.tasks.epochs import Epochs

SEGMENT_S = 2.0
NARROW_TO_HZ = 45.5
BROAD_HZ = 5.0
CLASSICAL_HZ = ((0.5, 4.0), (4.0, 8.0), (8.0, 13.0), (13.0, 30.0), (30.0, 45.0), (45.0, 90.0))  # delta to gamma, EMG
PATCH_HZ = ((4.0, 8.0), (8.0, 13.0), (13.0, 30.0), (30.0, 45.0), (45.0, 90.0))  # a patch of 1/4 s resolves 4 Hz
PASS_SHARE = 0.45  # of the sampling rate, above which the decimator is no longer flat
NEIGHBOURS = 2  # patches on either side whose level a regression sees
FLOOR_UV2 = 1e-6  # below any converter's noise; it keeps the logarithm of a dead channel finite


@dataclass(frozen=True)
class BandPower:
    """Logistic regression for classes, ridge regression for values."""

    def fit(self, epochs: Epochs, train: NDArray[np.int64], seed: int) -> FeaturePredictor:
        """Fit the linear model to the training epochs; raises ModelError as `fit_linear` does."""
        return fit_features(features, epochs, train, seed)


def features(epochs: Epochs, which: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the features of epochs: [which, features] for classes, [which, patches, features] for values."""
    uv = epochs.notched_uv(which)
    return epoch_power(uv, epochs.format.rate_hz) if epochs.classes else patch_levels(uv, epochs)


def epoch_power(uv: NDArray[np.float32], rate_hz: float) -> NDArray[np.float32]:
    """Return the log power, log10 uV^2, of [epochs, channels, samples]: float32 [epochs, channels x bins]."""
    top = PASS_SHARE * rate_hz
    narrow = np.arange(0.5, min(NARROW_TO_HZ, top))
    broad = np.arange(NARROW_TO_HZ, top - BROAD_HZ + 1e-9, BROAD_HZ)
    bins = [(low, low + 1) for low in narrow] + [(low, low + BROAD_HZ) for low in broad]
    bins += [band for band in CLASSICAL_HZ if band[1] <= top]
    segment = min(uv.shape[-1], round(SEGMENT_S * rate_hz))
    return _log_power(uv, rate_hz, segment, bins).reshape(len(uv), -1)


def patch_levels(uv: NDArray[np.float32], epochs: Epochs) -> NDArray[np.float32]:
    """Return level and log power of each patch of [epochs, channels, samples]: float32 [epochs, patches, features]."""
    form = epochs.format
    cut = uv.reshape(len(uv), len(form.channels), epochs.patches, form.patch)
    padded = np.pad(cut.mean(axis=-1), ((0, 0), (0, 0), (NEIGHBOURS, NEIGHBOURS)), mode="edge")
    levels = np.lib.stride_tricks.sliding_window_view(padded, 2 * NEIGHBOURS + 1, axis=-1)
    bins = [band for band in PATCH_HZ if band[1] <= PASS_SHARE * form.rate_hz]
    both = np.concatenate([levels, _log_power(cut, form.rate_hz, form.patch, bins)], axis=-1)
    return np.asarray(both.transpose(0, 2, 1, 3).reshape(len(uv), epochs.patches, -1), np.float32)


def _log_power(
    uv: NDArray[np.float32], rate_hz: float, segment: int, bins: list[tuple[float, float]]
) -> NDArray[np.float32]:
    """Return the log power, [..., bins], of [..., samples] in bins from `low` up to but not including `high`, in Hz."""
    grid = max(segment, round(SEGMENT_S * rate_hz))  # zeros after a short segment, so that every bin has a frequency
    hz, density = welch(uv, rate_hz, nperseg=segment, nfft=grid)
    power = [density[..., (low <= hz) & (hz < high)].sum(axis=-1) * hz[1] for low, high in bins]
    return np.asarray(np.log10(np.maximum(np.stack(power, axis=-1), FLOOR_UV2)), np.float32)
