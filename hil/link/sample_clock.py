"""How fast the clock of a device runs that takes samples by itself, against the host's.

What arrives is late, by an amount that the line and the host's scheduler choose anew each time, and never early. A
least-squares line through all arrivals follows the lateness; so the recording is cut into windows, of each of which
only the arrival that was least late counts, and the line through those is the median of the slopes between all pairs
(Theil and Sen; see Sen 1968, 10.1080/01621459.1968.10480934), which up to 29 % of windows without a punctual arrival
cannot turn. Its confidence interval, from Kendall's rank statistic, gives the standard error.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from earloop.hil.run.clock_fit import ClockFit
from earloop.spec.errors import LinkError
from earloop.spec.messages import Status

WINDOWS = 50
FEWEST = 10  # windows that a line is drawn through
_SIGMAS = 2 * 1.959964  # of a normal distribution, in its 95 % interval


class SampleClock:
    """Watches an acquisition, `EarbudLink.acquire(watch=)`, for what its clock says.

    A restart of the converter takes a time that nobody knows; so each of its runs is watched by itself.
    """

    def __init__(self) -> None:
        self._taken: dict[int, list[tuple[int, float]]] = defaultdict(list)

    def __call__(self, status: Status, at_s: float) -> None:
        """Note how many samples there were by then, where there are more than before."""
        taken = self._taken[status.run]
        if status.received > (taken[-1][0] if taken else status.first):
            taken.append((status.received, at_s))

    def fit(self, rate_hz: float) -> ClockFit:
        """The clock that was watched, in its longest run; it should have had this rate.

        Raises
        ------
        LinkError
            Too little was seen of it.
        """
        longest = max(self._taken.values(), key=lambda taken: taken[-1][0] - taken[0][0] if taken else 0, default=[])
        samples, arrival_s = np.array(longest, np.float64).reshape(-1, 2).T
        return fit_clock(samples.astype(np.int64), arrival_s, rate_hz)


def fit_clock(samples: NDArray[np.integer], arrival_s: NDArray[np.float64], rate_hz: float) -> ClockFit:
    """Fit a clock.

    Parameters
    ----------
    samples : int [arrivals], how many samples the device had taken by what arrived, rising
    arrival_s : float64 [arrivals], when it arrived
    rate_hz : that the device should have

    Raises
    ------
    LinkError
        Too few arrivals for a line.
    """
    from scipy.stats import theilslopes

    ideal_s = samples / rate_hz
    if len(samples) < 2 * FEWEST:
        raise LinkError(f"{len(samples)} arrivals say too little of a clock: at least {2 * FEWEST} are needed")
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
