"""Processes that change over seconds: made at a low rate, stretched to the converter's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

SLOW_HZ = 10.0


def slow_rows(samples: int, sfreq: float) -> int:
    """Rows at `SLOW_HZ`, from the first sample to the last or just after; at least 2."""
    return max(2, int(np.ceil((samples - 1) / sfreq * SLOW_HZ)) + 1)


def stretch(slow: NDArray[np.floating[Any]], samples: int, sfreq: float) -> NDArray[np.float32]:
    """Straight lines through `slow` [rows, sites], at the converter's rate; float32 [sites, samples]."""
    position = np.arange(samples) * (SLOW_HZ / sfreq)
    row = np.minimum(position.astype(np.intp), len(slow) - 2)
    weight = (position - row).astype(np.float32)
    knots = np.ascontiguousarray(slow.T, np.float32)
    stretched: NDArray[np.float32] = np.take(np.diff(knots), row, axis=1)
    stretched *= weight
    stretched += np.take(knots, row, axis=1)
    return stretched


def wander(rows: int, sites: int, time_s: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Ornstein-Uhlenbeck processes of unit variance and this correlation time, in their steady state; [rows, sites]."""
    decay = np.exp(-1 / (time_s * SLOW_HZ))
    kicks = rng.standard_normal((rows, sites)) * np.sqrt(1 - decay**2)
    kicks[0] /= np.sqrt(1 - decay**2)
    walk: NDArray[np.float64] = lfilter([1.0], [1.0, -decay], kicks, axis=0)
    return walk
