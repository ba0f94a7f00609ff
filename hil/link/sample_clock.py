"""The rate of a device's sampling clock during an acquisition, measured by the host's clock.

Arrivals are late by a random amount, which depends on the line and the host's scheduler, and never early. A
least-squares line through all arrivals would follow these delays. So the recording is cut into windows, and only the
least delayed arrival of each window counts. The line through those has the median of the slopes between all pairs
(Theil and Sen; see Sen 1968, 10.1080/01621459.1968.10480934), which tolerates up to 29 % of windows without a punctual
arrival. Its confidence interval, from Kendall's rank statistic, gives the standard error.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from earloop.hil.run.clock_fit import ClockFit
from earloop.spec.errors import LinkError
from earloop.spec.messages import Status

WINDOWS = 50
FEWEST = 10  # windows for a line
_SIGMAS = 2 * 1.959964  # width of a normal distribution's 95 % interval


class SampleClock:
    """Measures the sampling clock of an acquisition; pass it as `watch` to `EarbudLink.acquire`.

    A restart of the converter takes an unknown time, so each run is measured separately.
    """

    def __init__(self) -> None:
        self._taken: dict[int, list[tuple[int, float]]] = defaultdict(list)

    def __call__(self, status: Status, at_s: float) -> None:
        """Record the number of samples at time `at_s`, if it has grown."""
        taken = self._taken[status.run]
        if status.received > (taken[-1][0] if taken else status.first):
            taken.append((status.received, at_s))

    def fit(self, rate_hz: float) -> ClockFit:
        """Fit the clock of the longest run, whose nominal rate is `rate_hz`.

        Raises
        ------
        LinkError
            Too few arrivals were recorded.
        """
        longest = max(self._taken.values(), key=lambda taken: taken[-1][0] - taken[0][0] if taken else 0, default=[])
        samples, arrival_s = np.array(longest, np.float64).reshape(-1, 2).T
        return fit_clock(samples.astype(np.int64), arrival_s, rate_hz)


def fit_clock(samples: NDArray[np.integer], arrival_s: NDArray[np.float64], rate_hz: float) -> ClockFit:
    """Fit a clock.

    Parameters
    ----------
    samples : int [arrivals], rising; number of samples that the device had taken, as each arrival reports
    arrival_s : float64 [arrivals], times of arrival
    rate_hz : nominal rate of the device

    Raises
    ------
    LinkError
        Too few arrivals for a line.
    """
    from scipy.stats import theilslopes

    ideal_s = samples / rate_hz
    if len(samples) < 2 * FEWEST:
        raise LinkError(f"{len(samples)} arrivals are too few to measure a clock: at least {2 * FEWEST} are needed")
    windows = np.array_split(np.arange(len(samples)), min(WINDOWS, len(samples) // 2))
    late_s = arrival_s - ideal_s
    punctual = np.array([window[np.argmin(late_s[window])] for window in windows])
    slope, _, low, high = theilslopes(late_s[punctual], ideal_s[punctual], alpha=0.95)
    line_s = late_s - slope * ideal_s
    return ClockFit(
        rate_hz=rate_hz / (1 + slope),
        drift_ppm=1e6 * (1 / (1 + slope) - 1),
        drift_se_ppm=1e6 * (high - low) / _SIGMAS,
        delay_s=line_s - line_s.min(),
    )
