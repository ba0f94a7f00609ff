"""The rate of a device's sampling clock, measured by the host's clock."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class ClockFit:
    """The rate of a device's sampling clock, measured by the host's clock.

    rate_hz : samples per second of the host's clock
    drift_ppm : relative difference of that rate from the nominal one, and `drift_se_ppm` its standard error
    delay_s : float64 [arrivals], delay of each arrival relative to the most punctual one
    """

    rate_hz: float
    drift_ppm: float
    drift_se_ppm: float
    delay_s: NDArray[np.float64]
