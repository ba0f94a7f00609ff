"""The sampling clock of a device, by the host's clock."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ClockFit:
    """A device's sampling clock by the host's.

    rate_hz : samples a second of the host
    drift_ppm : by how much that is more than it should be, and `drift_se_ppm` its standard error
    delay_s : float64, one each arrival: by how much later it came than the most punctual one
    """

    rate_hz: float
    drift_ppm: float
    drift_se_ppm: float
    delay_s: NDArray[np.float64]
