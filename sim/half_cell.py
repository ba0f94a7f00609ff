"""The half-cell potential: a constant offset with a slow wander.

The wander is an Ornstein-Uhlenbeck process of the *rate*, integrated: smooth enough to stay out of the delta band,
where a random walk of the same range would drown the EEG.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from sim.contact import Contact

# Real sessions: median |d/dt| of 1 s means 6..24 uV/s, range .4..2 mV in 2-2.5 min (OpenBCI recordings).
DRIFT_UV_PER_S = 12.0
DRIFT_TIME_S = 20.0


def half_cell_uv(contact: Contact, samples: int, sfreq: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Offset and drift of one contact, float64 [samples], uV."""
    decay = np.exp(-1 / (DRIFT_TIME_S * sfreq))
    kicks = rng.normal(0, DRIFT_UV_PER_S * np.sqrt(1 - decay**2), samples)
    kicks[0] = rng.normal(0, DRIFT_UV_PER_S)  # begins in the steady state
    rate_uv_s = lfilter([1.0], [1.0, -decay], kicks)
    drift: NDArray[np.float64] = contact.offset_uv + np.cumsum(rate_uv_s) / sfreq
    return drift
