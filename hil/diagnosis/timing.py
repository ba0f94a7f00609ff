"""Is the device's time another: samples that are missing, or a clock that is off?

Samples that are missing move all that follows by a constant; a clock that is off moves it further and further. A line
is fitted to the lags from the first that is not zero on; that it rises is said where it does by more than six of its
slope's standard errors, which follow from the scatter of the lags about it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from earloop.hil.diagnosis.evidence import Evidence
from earloop.hil.diagnosis.finding import Finding, Place, Symptom
from earloop.hil.diagnosis.lag import Lag, lags

_SIGMAS = 6.0
_FEWEST = 4  # windows that are needed for a line and its scatter
_MOST_OF = 0.8  # of the windows after the first that is late: a device's time does not come back


def timing_findings(evidence: Evidence) -> list[Finding]:
    """What is wrong with the time of the device, if anything."""
    begins_s = float(evidence.first_difference_s.min())
    told = [lag for lag in lags(evidence) if lag.time_s > begins_s]
    least = 0.5 / evidence.design.decimator.factor  # ticks: no less than half a sample can be missing
    off = [lag for lag in told if abs(lag.ticks) > least]
    if len(off) < _FEWEST or len(off) < _MOST_OF * sum(lag.time_s >= off[0].time_s for lag in told):
        return []
    finding = _finding(off, evidence)
    return [finding] if finding is not None else []


def _finding(off: Sequence[Lag], evidence: Evidence) -> Finding | None:
    rate_hz, factor = evidence.design.token_rate_hz, evidence.design.decimator.factor
    time = np.array([lag.time_s for lag in off]) * rate_hz
    ahead = np.array([lag.ticks for lag in off])
    slope, scatter, meets = _line(time, ahead)
    if scatter > 1.0:
        return None  # lags that agree to no tick are no lags
    error = scatter / float(np.sqrt(((time - time.mean()) ** 2).sum()))
    begins_s = float(evidence.first_difference_s.min())
    if abs(slope) > _SIGMAS * error and abs(slope) * np.ptp(time) > 1 / factor:
        rate = 1 / (1 + slope)
        evidence_text = (
            f"its clock runs {abs(rate - 1):.3%} {'fast' if rate > 1 else 'slow'}: what it sent drifts by "
            f"{1e3 * slope:+.2f} +- {1e3 * error:.2f} ms each second, {len(off)} windows"
        )
        return Finding(Symptom.CLOCK, Place((), max(0.0, min(begins_s, meets / rate_hz))), evidence_text, rate)
    middle = float(np.median(ahead))
    spread = 1.4826 * float(np.median(np.abs(ahead - middle))) / np.sqrt(len(ahead))  # of a normal distribution
    samples = round(middle * factor)
    if not samples:
        return None
    evidence_text = (
        f"all that follows is {abs(middle) * 1e3 / rate_hz:.2f} +- {max(spread * 1e3 / rate_hz, 0.01):.2f} ms "
        f"{'early' if samples > 0 else 'late'}: {abs(samples)} samples "
        f"{'missing' if samples > 0 else 'too many'}, {len(off)} windows"
    )
    kind = Symptom.SAMPLES_MISSING if samples > 0 else Symptom.UNEXPLAINED
    return Finding(kind, Place((), begins_s), evidence_text, float(samples))


def _line(time: np.ndarray, ahead: np.ndarray) -> tuple[float, float, float]:
    """Slope of a line through the lags, their scatter about it, and the time at which it is zero; all in ticks.

    Both are by medians, so that a window that was mistaken does not count.
    """
    slope = float(np.median([(b - a) / (t - s) for s, a, t, b in _pairs(time, ahead)]))
    level = float(np.median(ahead - slope * time))
    scatter = 1.4826 * float(np.median(np.abs(ahead - level - slope * time)))
    return slope, max(scatter, 1e-3), -level / slope if slope else float("inf")


def _pairs(time: np.ndarray, ahead: np.ndarray) -> list[tuple[float, float, float, float]]:
    """Each point with the one half the points further on."""
    half = len(time) // 2
    return [(time[i], ahead[i], time[i + half], ahead[i + half]) for i in range(len(time) - half)]
