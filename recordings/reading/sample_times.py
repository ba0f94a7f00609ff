"""Detection of breaks in a recording from the times of its samples, for every format that has them.

A stamp is the time at which a sample was taken or at which it arrived. Arrival jitters: a packet brings many samples at
once, and radios deliver late. After a late packet the stamps return to their former line; after lost samples they do
not. Therefore a step is a break if the stamps after it, when they had time to return, still differ from the line before
it by more than half a sample and by more than their jitter explains.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_STEP = 0.5  # sample periods: a smaller step is not a lost sample
MOST_PERIODS = 2.0**52  # beyond it a float64 cannot distinguish neighbouring samples
BESIDE = 256  # largest number of samples on each side of a step whose median gives the line of the stamps
AS_CLEAR = 0.7  # share of the clearest step's clearness from which a neighbour competes with it
CLEAR_ENOUGH = 10.0  # a step of this clearness is a break even if its neighbours are clearer
SURE = 8.0  # standard errors of the difference of two medians; jitter has long tails
MEDIAN_ERROR = 1.2533  # standard error of a median over that of a mean, for a normal distribution
SPREAD, SPREAD_SIGMA = 0.75, 1.1503  # three quarters of a normal distribution are within so many sigma
EXACT = 0.15  # sample periods: largest scatter of stamps in whole ms at 256 Hz
MOSTLY = 0.8  # share of the steps
WHOLE = 0.1  # samples: largest distance from a whole number
STEADY = 0.01  # periods: if half of all steps deviate by less, the stamps do not jitter
LEAST_PACKETS = 8  # fewer packets do not prove that samples share stamps
LAG = 256  # samples over which a period is measured if single steps jitter
JITTERS = 8  # smallest number of measurements of jitter in all samples, so that few of them span a break
ONE_OF_TWO = 0.05  # a step equals one of two values if its distance is below this share of their difference
FEW = 0.02  # largest share of steps that are breaks among rounded stamps; two are always allowed
BEYOND = 0.7  # periods: rounding of stamps does not explain a larger deviation of a step


@dataclass(frozen=True)
class Break:
    """A step in time between two samples.

    sample : index of the first sample after it
    step : difference of the stamps of this sample and the one before, in their unit; negative if they go back
    """

    sample: int
    step: float


def period_of(stamps: NDArray[np.float64]) -> float:
    """Estimate the time from one sample to the next, in the stamps' unit, from stamps that may jitter and break off.

    The result is 0 if there are fewer than two stamps, or they do not grow.
    """
    if len(stamps) < 2:
        return 0.0
    steps = np.diff(stamps)
    period = float(np.median(steps))
    if _are_steady(steps, period):  # stamps of single samples; the mean is right even if they are rounded
        return float(steps[np.abs(steps - period) < LEAST_STEP * period].mean())
    if rounded := _rounded_period(stamps):
        return rounded
    lag = max(1, min(LAG, len(steps) // 4))
    spans = stamps[lag:] - stamps[:-lag]
    quarter, three = np.quantile(spans, [0.25, 0.75])
    margin = 3 * (three - quarter)
    usual = (spans >= quarter - margin) & (spans <= three + margin)  # without the spans across a break
    return max(0.0, float(spans[usual].mean())) / lag


def _rounded_period(stamps: NDArray[np.float64]) -> float:
    """Return the period of rounded stamps of single samples, such as 0.003, 0.007, 0.011 at 256 Hz; 0 for others."""
    steps = np.diff(stamps)
    middle = float(np.median(steps))
    beyond = np.abs(steps - middle) > BEYOND * middle
    if not middle > 0 or beyond.all() or beyond.sum() > max(2, FEW * len(steps)):
        return 0.0
    usual = steps[~beyond]
    lowest, highest = float(usual.min()), float(usual.max())
    nearest = np.minimum(usual - lowest, highest - usual)  # rounding gives two steps, which differ in the last decimal
    if highest - lowest > STEADY * middle and nearest.max() > ONE_OF_TWO * (highest - lowest):
        return 0.0
    period = float(usual.mean())
    runs = np.split(in_periods(stamps, period) - np.arange(len(stamps)), np.flatnonzero(beyond) + 1)
    off = np.concatenate([run - np.median(run) for run in runs])
    return period if period > 0 and np.quantile(np.abs(off), MOSTLY) < LEAST_STEP else 0.0


def _packets_of(stamps: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the first samples of packets that share a stamp and have equal lengths; empty if there are none such."""
    begins = np.concatenate([[0], np.flatnonzero(np.diff(stamps)) + 1])
    lengths = np.diff(begins)[1:]  # of complete packets: the first and the last may be incomplete
    are_alike = len(lengths) >= LEAST_PACKETS and lengths[0] > 1 and bool((lengths == lengths[0]).all())
    return begins if are_alike else np.empty(0, np.intp)


def _are_steady(steps: NDArray[np.float64], period: float) -> bool:
    """Return whether stamps belong to single samples, exact except for rounding, and gaps are whole samples."""
    if not len(steps) or not period > 0:
        return False
    middle = float(np.median(steps))
    usual = np.abs(steps - middle) < LEAST_STEP * middle
    if usual.mean() < MOSTLY or np.median(np.abs(steps - middle)) > STEADY * middle:
        return False
    lost = in_periods(steps[~usual], float(steps[usual].mean()))
    return not len(lost) or float(np.mean(np.abs(lost - np.round(lost)) < WHOLE)) > MOSTLY


def find_breaks(stamps: NDArray[np.float64], period: float) -> list[Break]:
    """Find every break: lost or repeated samples, or a clock that was set; in the order of the samples.

    Parameters
    ----------
    stamps : float64 [samples], finite, in the file's order, in any unit
    period : time from one sample to the next, in the same unit, positive
    """
    late = in_periods(stamps - stamps[:1], period) - np.arange(len(stamps))
    usual = _running_median(late)
    jitter = 0.0
    if not _are_steady(np.diff(stamps), period):
        jitter = _single_jitter(late, usual) if _rounded_period(stamps) else _jitter(late, usual)
    samples: list[int] = []
    runs = [(0, len(late))]
    while runs:
        first, end = runs.pop()
        breaks = [first + sample for sample in _breaks_apart(late[first:end], usual[first:end], jitter)]
        samples += breaks
        edges = [first, *breaks, end]
        if breaks:
            runs += list(itertools.pairwise(edges))
    return [Break(sample, float(stamps[sample] - stamps[sample - 1])) for sample in sorted(samples)]


def _running_median(late: NDArray[np.float64], beside: int = BESIDE) -> NDArray[np.float64]:
    from scipy.ndimage import median_filter

    return np.asarray(median_filter(late, beside + 1, mode="nearest"), np.float64)


def find_period_and_breaks(stamps: NDArray[np.float64]) -> tuple[float, list[Break]]:
    """Return the period of stamps, and their breaks; a period of 0 if they do not grow.

    A Muse's stamps usually grow by less than its sampling period, and sometimes by more to compensate: two hundred
    apparent breaks in two minutes are not breaks. Therefore, if stamps jitter, a period over much of the file is also
    tried, and the period with fewer breaks is right. If they do not jitter, each irregular step is a break.
    """
    if len(begins := _packets_of(stamps)) and (period := _rounded_period(stamps[begins])):
        lost = [int(begins[one.sample]) for one in find_breaks(stamps[begins], period)]
        samples = int(begins[2] - begins[1])
        return period / samples, [Break(sample, float(stamps[sample] - stamps[sample - 1])) for sample in lost]
    period = period_of(stamps)
    if not (np.isfinite(period) and period > 0):
        return 0.0, []
    breaks, lag = find_breaks(stamps, period), len(stamps) // 4
    if breaks and lag and _scatter(stamps, period, breaks) > EXACT:
        longer = float(np.median(stamps[lag:] - stamps[:-lag])) / lag
        fewer = find_breaks(stamps, longer) if longer > 0 else breaks
        if len(fewer) < len(breaks):
            return longer, fewer
    return period, breaks


def _scatter(stamps: NDArray[np.float64], period: float, breaks: list[Break]) -> float:
    """Return the median distance of stamps from the median of their run, in sample periods."""
    runs = np.split(in_periods(stamps - stamps[0], period) - np.arange(len(stamps)), [each.sample for each in breaks])
    return float(np.median(np.abs(np.concatenate([run - np.median(run) for run in runs]))))


def _jitter(late: NDArray[np.float64], usual: NDArray[np.float64]) -> float:
    """Return the standard deviation of the stamps around their line, as if each jittered alone, in sample periods.

    The samples of a packet jitter together, so that medians jitter more than with independent samples: the result is
    the larger of both estimates.
    """
    beside = min(BESIDE, max(1, len(late) // JITTERS))
    middles = usual if beside == BESIDE else _running_median(late, beside)
    shifts = middles[beside:] - middles[:-beside]
    together = _sigma(shifts - np.median(shifts)) if len(shifts) else 0.0
    return float(max(_single_jitter(late, usual), together / (MEDIAN_ERROR * (2 / beside) ** 0.5)))


def _single_jitter(late: NDArray[np.float64], usual: NDArray[np.float64]) -> float:
    """Return the jitter of stamps that jitter independently, against the running median at the sample before.

    The median at the same sample would move with the jitter of pairs of samples.
    """
    return _sigma(late[1:] - usual[:-1]) if len(late) > 1 else 0.0


def in_periods(durations: NDArray[np.float64], period: float) -> NDArray[np.float64]:
    """Return durations in sample periods, limited to MOST_PERIODS, since a damaged stamp may be any float."""
    with np.errstate(over="ignore"):
        return np.clip(durations / period, -MOST_PERIODS, MOST_PERIODS)


def _sigma(off: NDArray[np.float64]) -> float:
    """Return the standard deviation around 0, without the influence of a few outliers."""
    return float(np.quantile(np.abs(off), SPREAD)) / SPREAD_SIGMA


def _breaks_apart(late: NDArray[np.float64], usual: NDArray[np.float64], jitter: float) -> list[int]:
    """Return breaks of a run that are so far apart that none affects another's medians, chosen by clearness."""
    steps = np.diff(late)
    # On this scale a regular step is 0, and stamps go back if a step is below -1.
    candidates = np.flatnonzero((steps > LEAST_STEP) | (steps < -1 - LEAST_STEP)) + 1
    candidates = candidates[_may_be_clear(usual, candidates, steps, jitter)]
    clearness = np.array([_clearness(late, int(sample), steps, jitter) for sample in candidates])
    chosen: list[int] = []
    for i in np.argsort(-clearness, kind="stable"):
        if clearness[i] <= 1:
            break
        # Steps just before and after a break are about as clear as the break, which is the largest of them.
        rivals = (np.abs(candidates - candidates[i]) <= BESIDE) & (
            clearness > min(AS_CLEAR * clearness[i], CLEAR_ENOUGH)
        )
        sample = int(max(candidates[rivals], key=lambda rival: abs(steps[rival - 1])))
        if all(abs(sample - other) > 2 * BESIDE for other in chosen):
            chosen.append(sample)
    return sorted(chosen)


def _may_be_clear(
    usual: NDArray[np.float64], samples: NDArray[np.intp], steps: NDArray[np.float64], jitter: float
) -> NDArray[np.bool_]:
    """Return which of the thousands of steps between packets may be clear, by the shared running median."""
    half = BESIDE // 2
    beyond = samples + np.maximum(0, steps[samples - 1]).astype(np.int64) + half
    near_an_end = (samples <= BESIDE) | (beyond >= len(usual) - BESIDE)
    before, after = usual[np.maximum(samples - 1 - half, 0)], usual[np.minimum(beyond, len(usual) - 1)]
    shift = (after - before) * np.sign(steps[samples - 1])
    return np.asarray(near_an_end | (shift > (LEAST_STEP + _error(jitter, BESIDE, BESIDE)) / 2))


def _clearness(late: NDArray[np.float64], sample: int, steps: NDArray[np.float64], jitter: float) -> float:
    """Return the shift of the stamps at a step, in units of the largest shift that is not a break."""
    step = steps[sample - 1]
    before = late[max(0, sample - BESIDE) : sample]
    caught_up = min(sample + max(0, int(step)), len(late) - 1)  # one period for each late sample
    after = late[caught_up : caught_up + BESIDE]
    median_before, median_after = float(np.median(before)), float(np.median(after))
    local = _sigma(np.concatenate([before - median_before, after - median_after])) if jitter else 0.0
    shift = (median_after - median_before) * np.sign(step)
    return float(shift / (LEAST_STEP + _error(max(local, jitter), len(before), len(after))))


def _error(jitter: float, before: int, after: int) -> float:
    """Return the largest difference of two medians of so many stamps by jitter alone, in sample periods."""
    return float(SURE * MEDIAN_ERROR * jitter * (1 / before + 1 / after) ** 0.5)
