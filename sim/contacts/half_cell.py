"""Drift of half-cell potentials.

The drift is the integral of an Ornstein-Uhlenbeck process of the *rate*. It is smooth enough to have no power in the
delta band, where a random walk of the same range would be larger than the EEG.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from earloop.sim.contacts.fit import Material
from earloop.sim.contacts.settling import Settling, remaining_excess
from earloop.sim.contacts.slow_process import SLOW_HZ, wander

DRIFT_TIME_S = 20.0  # so that 2..2.5 min span .4..2 mV (OpenBCI recordings)


def drift_uv(
    material: Material, settlings: Sequence[Settling], rows: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return each contact's offset minus its settled value, float64 [rows, sites] at `SLOW_HZ`, uV."""
    rate_uv_s = material.drift_uv_s * wander(rows, len(settlings), DRIFT_TIME_S, rng)
    settling = np.array([s.offset_excess_uv for s in settlings]) * remaining_excess(settlings, rows)
    drift: NDArray[np.float64] = settling + np.cumsum(rate_uv_s, axis=0) / SLOW_HZ
    return drift
