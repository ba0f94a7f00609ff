"""The mean of a sampled signal over the time of each patch: the target of a regression."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def means_between(data: NDArray[Any], sfreq: float, edges_s: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the mean of each column between neighbouring times, float32 [times - 1, columns].

    Parameters
    ----------
    data : [samples, columns]; a sample lasts until the next one
    edges_s : float64 [times], ascending, in seconds from the first sample
    """
    rows = np.arange(len(data) + 1)
    sums = np.concatenate([np.zeros((1, data.shape[1])), np.cumsum(data, axis=0, dtype=np.float64)])
    at = np.clip(edges_s * sfreq, 0, rows[-1])
    integral = np.column_stack([np.interp(at, rows, column) for column in sums.T])
    return np.asarray(np.diff(integral, axis=0) / np.diff(at)[:, None], np.float32)
