"""The baseline for flicker: a linear model that is told at which frequencies to look.

A researcher who knows the stimuli tests their lines against nothing else: log power within half a hertz of each, of
the whole epoch's periodogram. `band_power` is not told, and has to find them among all others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import periodogram

from model.baselines.linear import LinearFit, fit_linear
from model.tasks.epochs import Epochs

HALF_WIDTH_HZ = 0.5
FLOOR_UV2 = 1e-6  # below any converter's noise; keeps the logarithm of a dead channel finite
_FREQUENCY = re.compile(r"(\d+(?:\.\d+)?) Hz")


def frequencies_of(classes: tuple[str, ...]) -> tuple[float, ...]:
    """Those that classes are named by, as `20 Hz`; none unless all are."""
    found = [_FREQUENCY.fullmatch(name) for name in classes]
    return tuple(float(match[1]) for match in found if match) if all(found) else ()


@dataclass(frozen=True)
class LinePowerPredictor:
    """A linear model on the power at lines."""

    linear: LinearFit
    lines_hz: tuple[float, ...]

    @property
    def parameters(self) -> int:
        return self.linear.parameters

    def predict(self, epochs: Epochs, which: NDArray[np.int64]) -> NDArray[np.float32]:
        return self.linear.predict(line_power(epochs, which, self.lines_hz))


@dataclass(frozen=True)
class LinePower:
    """Logistic regression on the log power at `lines_hz`."""

    lines_hz: tuple[float, ...]

    def fit(self, epochs: Epochs, train: NDArray[np.int64], seed: int) -> LinePowerPredictor:
        features = line_power(epochs, train, self.lines_hz)
        return LinePowerPredictor(fit_linear(features, epochs, train, seed), self.lines_hz)


def line_power(epochs: Epochs, which: NDArray[np.int64], lines_hz: tuple[float, ...]) -> NDArray[np.float32]:
    """Log power, log10 uV^2, at each line of each channel: float32 [which, channels x lines]."""
    uv = epochs.notched_uv(which)
    hz, density = periodogram(uv, epochs.format.rate_hz, window="hann", detrend="linear")
    near = [np.abs(hz - line) <= HALF_WIDTH_HZ for line in lines_hz]
    power = np.stack([density[..., bins].sum(axis=-1) for bins in near], axis=-1) * hz[1]
    return np.asarray(np.log10(np.maximum(power, FLOOR_UV2)).reshape(len(uv), -1), np.float32)
