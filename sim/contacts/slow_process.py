"""Processes that change over seconds: computed at a low rate, then interpolated to the converter's rate."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SLOW_HZ = 10.0


class SlowTime:
    """Rows at `SLOW_HZ` along a recording, from its first sample to its last or just after; 2 rows or more."""

    def __init__(self, samples: int, sfreq: float) -> None:
        self.samples, self.sfreq = samples, sfreq
        self.rows = max(2, int(np.ceil((samples - 1) / sfreq * SLOW_HZ)) + 1)
        position = np.arange(samples) * (SLOW_HZ / sfreq)
        self._row = np.minimum(position.astype(np.int32), self.rows - 2)
        self._weight = (position - self._row).astype(np.float32)

    def stretch(self, slow: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """Interpolate `slow` [rows] linearly to the converter's rate; float32 [samples]."""
        stretched: NDArray[np.float32] = np.diff(slow).astype(np.float32)[self._row]
        stretched *= self._weight
        stretched += slow.astype(np.float32)[self._row]
        return stretched


def wander(rows: int, sites: int, time_s: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw stationary Ornstein-Uhlenbeck processes of unit variance and this correlation time, [rows, sites]."""
    from scipy.signal import lfilter

    decay = np.exp(-1 / (time_s * SLOW_HZ))
    kicks = rng.standard_normal((rows, sites)) * np.sqrt(1 - decay**2)
    kicks[0] /= np.sqrt(1 - decay**2)
    walk: NDArray[np.float64] = lfilter([1.0], [1.0, -decay], kicks, axis=0)
    return walk
