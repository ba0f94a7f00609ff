"""The baseline for flicker: a linear model that knows the frequencies of the stimuli.

Its features are the log power within half a hertz of each frequency, from the whole epoch's periodogram. `band_power`
does not know the frequencies and has to find them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.signal import periodogram

from earloop.model.baselines.band_power import FLOOR_UV2
from earloop.model.fitting.linear import FeaturePredictor, fit_features
from earloop.model.tasks.epochs import Epochs

HALF_WIDTH_HZ = 0.5
_FREQUENCY = re.compile(r"(\d+(?:\.\d+)?) Hz")


def frequencies_of(classes: tuple[str, ...]) -> tuple[float, ...]:
    """Return the frequencies in Hz in the names of classes, such as `20 Hz`; empty unless every name is a frequency."""
    matches = [_FREQUENCY.fullmatch(name) for name in classes]
    return tuple(float(match[1]) for match in matches if match) if all(matches) else ()


@dataclass(frozen=True)
class LinePower:
    """Logistic regression on the log power at `lines_hz`."""

    lines_hz: tuple[float, ...]

    def fit(self, epochs: Epochs, train: NDArray[np.int64], seed: int) -> FeaturePredictor:
        """Fit the linear model to the training epochs; raises ModelError as `fit_linear` does."""
        return fit_features(partial(line_power, lines_hz=self.lines_hz), epochs, train, seed)


def line_power(epochs: Epochs, which: NDArray[np.int64], lines_hz: tuple[float, ...]) -> NDArray[np.float32]:
    """Return the log power, log10 uV^2, at each line of each channel: float32 [which, channels x lines]."""
    uv = epochs.notched_uv(which)
    hz, density = periodogram(uv, epochs.format.rate_hz, window="hann", detrend="linear")
    near = [np.abs(hz - line) <= HALF_WIDTH_HZ for line in lines_hz]
    power = np.stack([density[..., bins].sum(axis=-1) for bins in near], axis=-1) * hz[1]
    return np.asarray(np.log10(np.maximum(power, FLOOR_UV2)).reshape(len(uv), -1), np.float32)
