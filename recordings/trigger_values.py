"""Which value of a trigger channel means that nothing happens, in every format.

The file does not say. It is 0 where 0 stands anywhere; else a value that stands for more than half of the time and
comes back, such as the 255 of inputs that are pulled up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def idle_values(values: NDArray[np.float64], lengths: NDArray[np.int64]) -> tuple[float, ...]:
    """Values other than 0 that mean that nothing happens.

    Parameters
    ----------
    values : float64 [runs], none of which equals the one before it
    lengths : for how many samples each stands
    """
    if 0.0 in values:
        return ()
    known, which = np.unique(values, return_inverse=True)
    stands, runs = np.bincount(which, weights=lengths), np.bincount(which)
    return tuple(known[(2 * stands > lengths.sum()) & (runs > 1)].tolist())


def idle_note(name: str, idle: Sequence[float]) -> str:
    """A sentence on values that mean that nothing happens; empty where there are none."""
    values = " or ".join(f"{value:.0f}" if float(value).is_integer() else f"{value:g}" for value in idle)
    return f"{name} stands at {values} where nothing triggers; that is no event" if idle else ""
