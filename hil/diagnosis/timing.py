"""Detects errors of a device's time: missing samples, or a clock with a wrong rate.

Missing samples shift all later samples by a constant; a wrong clock shifts them more and more. A line is fitted to the
lags, from the first that is not zero. The clock is wrong if the line's slope exceeds six of its standard errors, which
are computed from the scatter of the lags.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from earloop.hil.diagnosis.evidence import Evidence
from earloop.hil.diagnosis.finding import Finding, FindingPlace, Symptom
from earloop.hil.diagnosis.lag import Lag, lags

_SIGMAS = 6.0
_FEWEST = 4  # windows for a line and its scatter
_LEAST_SHARE = 0.8  # of the windows after the first with a lag: a device's time does not recover


def timing_findings(evidence: Evidence) -> list[Finding]:
    """Return the finding about the time of the device, if there is one."""
    begins_s = float(evidence.first_difference_s.min())
    later = [lag for lag in lags(evidence) if lag.time_s > begins_s]
    least = 0.5 / evidence.design.decimator.factor  # in ticks, half a sample: samples are missing as a whole
    off = [lag for lag in later if abs(lag.ticks) > least]
    if len(off) < _FEWEST or len(off) < _LEAST_SHARE * sum(lag.time_s >= off[0].time_s for lag in later):
        return []
    finding = _finding(off, evidence)
    return [finding] if finding is not None else []


def _finding(off: Sequence[Lag], evidence: Evidence) -> Finding | None:
    rate_hz, factor = evidence.design.token_rate_hz, evidence.design.decimator.factor
    time = np.array([lag.time_s for lag in off]) * rate_hz
    ahead = np.array([lag.ticks for lag in off])
    slope, scatter, meets = _line(time, ahead)
    if scatter > 1.0:
        return None  # the lags scatter by more than a tick: they are no real lags
    error = scatter / float(np.sqrt(((time - time.mean()) ** 2).sum()))
    begins_s = float(evidence.first_difference_s.min())
    if abs(slope) > _SIGMAS * error and abs(slope) * np.ptp(time) > 1 / factor:
        rate = 1 / (1 + slope)
        evidence_text = (
            f"its clock runs {abs(rate - 1):.3%} {'fast' if rate > 1 else 'slow'}: its samples drift by "
            f"{1e3 * slope:+.2f} +- {1e3 * error:.2f} ms each second, {len(off)} windows"
        )
        return Finding(
            kind=Symptom.CLOCK,
            where=FindingPlace((), max(0.0, min(begins_s, meets / rate_hz))),
            evidence=evidence_text,
            size=rate,
        )
    middle = float(np.median(ahead))
    spread = 1.4826 * float(np.median(np.abs(ahead - middle))) / np.sqrt(len(ahead))  # of a normal distribution
    samples = round(middle * factor)
    if not samples:
        return None
    evidence_text = (
        f"all later samples are {abs(middle) * 1e3 / rate_hz:.2f} +- {max(spread * 1e3 / rate_hz, 0.01):.2f} ms "
        f"{'early' if samples > 0 else 'late'}: {abs(samples)} samples "
        f"{'missing' if samples > 0 else 'too many'}, {len(off)} windows"
    )
    kind = Symptom.SAMPLES_MISSING if samples > 0 else Symptom.UNEXPLAINED
    return Finding(kind=kind, where=FindingPlace((), begins_s), evidence=evidence_text, size=float(samples))


def _line(time: np.ndarray, ahead: np.ndarray) -> tuple[float, float, float]:
    """Return the slope of a line through the lags, their scatter about it, and the time of its zero; all in ticks.

    Slope and scatter are medians, so that single wrong windows do not count.
    """
    slope = float(np.median([(b - a) / (t - s) for s, a, t, b in _pairs(time, ahead)]))
    level = float(np.median(ahead - slope * time))
    scatter = 1.4826 * float(np.median(np.abs(ahead - level - slope * time)))
    return slope, max(scatter, 1e-3), -level / slope if slope else float("inf")


def _pairs(time: np.ndarray, ahead: np.ndarray) -> list[tuple[float, float, float, float]]:
    """Pair each point with the one that is half the number of points later."""
    half = len(time) // 2
    return [(time[i], ahead[i], time[i + half], ahead[i + half]) for i in range(len(time) - half)]
