"""Where a recording breaks off, found from the times of its samples: one check for every format that tells them.

A stamp is the time at which a sample was taken, or at which it arrived. Arrival jitters: packets bring many samples at
one moment, and radios deliver late. A late packet is caught up with, so that the stamps after it lie where they would
have lain; after lost samples they do not. So a step is a break where the stamps beyond it, once they had time to catch
up, still lie off those before it, by more than half a sample and more than their jitter explains.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_STEP = 0.5  # of a sample period: a smaller step is no lost sample
MOST_PERIODS = 2.0**52  # beyond which a float64 no longer tells neighbouring samples apart
BESIDE = 256  # samples on each side of a step, at most, whose median tells where the stamps lie
AS_CLEAR = 0.7  # of the clearest step's clearness
CLEAR_ENOUGH = 10.0  # to be a break, however much clearer the steps beside it look
SURE = 8.0  # standard errors of the difference of two medians; jitter has long tails
MEDIAN_ERROR = 1.2533  # standard error of a median against a mean's, of normally distributed values
SPREAD, SPREAD_SIGMA = 0.75, 1.1503  # of normally distributed values, three quarters lie within so many sigma
EXACT = 0.15  # sample periods: stamps in whole ms lie so near to their places at 256 Hz
MOSTLY = 0.8  # of the steps
WHOLE = 0.1  # samples, by which whole ones may be off
STEADY = 0.01  # of a period: where half of all steps depart by less, none of them jitters
LEAST_PACKETS = 8  # to be sure that they are such
LAG = 256  # samples over which a period is measured where single steps jitter
JITTERS = 8  # at least, to be measured in all samples: so that few of them reach over a break
ONE_OF_TWO = 0.05  # of what lies between two steps: a step is one of them that lies so near
FEW = 0.02  # of the steps, or two of them, that breaks may be where stamps are rounded
BEYOND = 0.7  # periods by which a step is off that no rounding of stamps explains


@dataclass(frozen=True)
class Break:
    """A step in time between two samples.

    sample : index of the first sample after it
    step : by how much the stamps go on from the sample before, in their own unit; negative where they go back
    """

    sample: int
    step: float


def period_of(stamps: NDArray[np.float64]) -> float:
    """The time from a sample to the next, in the stamps' own unit, however they jitter and wherever they break off.

    Zero where there are fewer than two, or they do not grow.
    """
    if len(stamps) < 2:
        return 0.0
    steps = np.diff(stamps)
    period = float(np.median(steps))
    if _are_steady(steps, period):  # stamps of single samples; where they are rounded, their median is off
        return float(steps[np.abs(steps - period) < LEAST_STEP * period].mean())
    if rounded := _rounded_period(stamps):
        return rounded
    lag = max(1, min(LAG, len(steps) // 4))
    spans = stamps[lag:] - stamps[:-lag]
    quarter, three = np.quantile(spans, [0.25, 0.75])
    margin = 3 * (three - quarter)
    usual = (spans >= quarter - margin) & (spans <= three + margin)  # those across a break are left out
    return max(0.0, float(spans[usual].mean())) / lag


def _rounded_period(stamps: NDArray[np.float64]) -> float:
    """The period of stamps of single samples that are rounded, such as 0.003, 0.007, 0.011 at 256 Hz; 0 of others."""
    steps = np.diff(stamps)
    middle = float(np.median(steps))
    beyond = np.abs(steps - middle) > BEYOND * middle
    if not middle > 0 or beyond.all() or beyond.sum() > max(2, FEW * len(steps)):
        return 0.0
    usual = steps[~beyond]
    lowest, highest = float(usual.min()), float(usual.max())
    nearest = np.minimum(usual - lowest, highest - usual)  # rounding leaves two steps, a last decimal place apart
    if highest - lowest > STEADY * middle and nearest.max() > ONE_OF_TWO * (highest - lowest):
        return 0.0
    period = float(usual.mean())
    runs = np.split(in_periods(stamps, period) - np.arange(len(stamps)), np.flatnonzero(beyond) + 1)
    off = np.concatenate([run - np.median(run) for run in runs])
    return period if period > 0 and np.quantile(np.abs(off), MOSTLY) < LEAST_STEP else 0.0


def _packets_of(stamps: NDArray[np.float64]) -> NDArray[np.intp]:
    """Where packets begin whose samples share a stamp, all of as many samples; none where they are no such."""
    begins = np.concatenate([[0], np.flatnonzero(np.diff(stamps)) + 1])
    lengths = np.diff(begins)[1:]  # of whole ones: the first and the last may be cut
    are_alike = len(lengths) >= LEAST_PACKETS and lengths[0] > 1 and bool((lengths == lengths[0]).all())
    return begins if are_alike else np.empty(0, np.intp)


def _are_steady(steps: NDArray[np.float64], period: float) -> bool:
    """Whether stamps are of single samples, each at its time but for rounding, and what is lost is whole samples."""
    if not len(steps) or not period > 0:
        return False
    middle = float(np.median(steps))
    usual = np.abs(steps - middle) < LEAST_STEP * middle
    if usual.mean() < MOSTLY or np.median(np.abs(steps - middle)) > STEADY * middle:
        return False
    lost = in_periods(steps[~usual], float(steps[usual].mean()))
    return not len(lost) or float(np.mean(np.abs(lost - np.round(lost)) < WHOLE)) > MOSTLY


def find_breaks(stamps: NDArray[np.float64], period: float) -> list[Break]:
    """Every place where samples were lost or came twice, or where the clock was set, in the order of the samples.

    Parameters
    ----------
    stamps : float64 [samples], finite, in the file's order, in any unit
    period : of a sample, in the same unit, positive
    """
    late = in_periods(stamps - stamps[:1], period) - np.arange(len(stamps))
    usual = _running_median(late)
    jitter = 0.0
    if not _are_steady(np.diff(stamps), period):
        jitter = _single_jitter(late, usual) if _rounded_period(stamps) else _jitter(late, usual)
    found: list[int] = []
    runs = [(0, len(late))]
    while runs:
        first, end = runs.pop()
        breaks = [first + sample for sample in _breaks_apart(late[first:end], usual[first:end], jitter)]
        found += breaks
        edges = [first, *breaks, end]
        if breaks:
            runs += list(itertools.pairwise(edges))
    return [Break(sample, float(stamps[sample] - stamps[sample - 1])) for sample in sorted(found)]


def _running_median(late: NDArray[np.float64], beside: int = BESIDE) -> NDArray[np.float64]:
    from scipy.ndimage import median_filter

    return np.asarray(median_filter(late, beside + 1, mode="nearest"), np.float64)


def find_period_and_breaks(stamps: NDArray[np.float64]) -> tuple[float, list[Break]]:
    """The period of stamps, and where they break off; a period of 0 where they do not go on.

    A Muse's stamps go on by less than its sampling period, and by more now and then to make up for it: what looks like
    two hundred breaks in two minutes is none. So where stamps jitter, a period over much of the file is tried as well,
    and that which leaves fewer breaks is right. Where they do not jitter, each step out of line is a break.
    """
    if len(begins := _packets_of(stamps)) and (period := _rounded_period(stamps[begins])):
        lost = [int(begins[found.sample]) for found in find_breaks(stamps[begins], period)]
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
    """How far stamps lie from the middle of their unbroken run, in the median, in sample periods."""
    runs = np.split(in_periods(stamps - stamps[0], period) - np.arange(len(stamps)), [each.sample for each in breaks])
    return float(np.median(np.abs(np.concatenate([run - np.median(run) for run in runs]))))


def _jitter(late: NDArray[np.float64], usual: NDArray[np.float64]) -> float:
    """Standard deviation of the stamps about where they lie, as if each jittered alone, in sample periods.

    The samples of a packet jitter together, so that medians jitter by more than those of single samples would: the
    larger of both is given.
    """
    beside = min(BESIDE, max(1, len(late) // JITTERS))
    middles = usual if beside == BESIDE else _running_median(late, beside)
    shifts = middles[beside:] - middles[:-beside]
    together = _sigma(shifts - np.median(shifts)) if len(shifts) else 0.0
    return float(max(_single_jitter(late, usual), together / (MEDIAN_ERROR * (2 / beside) ** 0.5)))


def _single_jitter(late: NDArray[np.float64], usual: NDArray[np.float64]) -> float:
    """Of stamps that jitter each alone: against the middle about the sample before, for pairs of samples have a middle
    that goes up and down with them."""
    return _sigma(late[1:] - usual[:-1]) if len(late) > 1 else 0.0


def in_periods(durations: NDArray[np.float64], period: float) -> NDArray[np.float64]:
    """Durations in sample periods, limited to MOST_PERIODS: a damaged stamp may be any number that a float holds."""
    with np.errstate(over="ignore"):
        return np.clip(durations / period, -MOST_PERIODS, MOST_PERIODS)


def _sigma(off: NDArray[np.float64]) -> float:
    """Standard deviation about 0, in which a few that are far off do not count."""
    return float(np.quantile(np.abs(off), SPREAD)) / SPREAD_SIGMA


def _breaks_apart(late: NDArray[np.float64], usual: NDArray[np.float64], jitter: float) -> list[int]:
    """Breaks of a run that lie so far apart that none disturbs another's medians, the clearest first chosen."""
    steps = np.diff(late)
    # A step is of one period where nothing is lost, so it goes back where it is below -1 on this scale.
    candidates = np.flatnonzero((steps > LEAST_STEP) | (steps < -1 - LEAST_STEP)) + 1
    candidates = candidates[_may_be_clear(usual, candidates, steps, jitter)]
    clearness = np.array([_clearness(late, int(sample), steps, jitter) for sample in candidates])
    chosen: list[int] = []
    for i in np.argsort(-clearness, kind="stable"):
        if clearness[i] <= 1:
            break
        # Steps just before and behind a break look as clear as the break itself, which is the largest of them.
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
    """Which steps are worth a close look, of the thousands that packets make: by medians that all of them share."""
    half = BESIDE // 2
    beyond = samples + np.maximum(0, steps[samples - 1]).astype(np.int64) + half
    near_an_end = (samples <= BESIDE) | (beyond >= len(usual) - BESIDE)
    here, there = usual[np.maximum(samples - 1 - half, 0)], usual[np.minimum(beyond, len(usual) - 1)]
    shift = (there - here) * np.sign(steps[samples - 1])
    return np.asarray(near_an_end | (shift > (LEAST_STEP + _error(jitter, BESIDE, BESIDE)) / 2))


def _clearness(late: NDArray[np.float64], sample: int, steps: NDArray[np.float64], jitter: float) -> float:
    """By how much the stamps beyond a step lie off those before it, in units of what would be no break."""
    step = steps[sample - 1]
    before = late[max(0, sample - BESIDE) : sample]
    caught_up = min(sample + max(0, int(step)), len(late) - 1)  # a period for each sample that came late
    after = late[caught_up : caught_up + BESIDE]
    here, there = float(np.median(before)), float(np.median(after))
    own = _sigma(np.concatenate([before - here, after - there])) if jitter else 0.0
    shift = (there - here) * np.sign(step)
    return float(shift / (LEAST_STEP + _error(max(own, jitter), len(before), len(after))))


def _error(jitter: float, before: int, after: int) -> float:
    """How far two medians of so many stamps may lie apart by jitter alone, in sample periods."""
    return float(SURE * MEDIAN_ERROR * jitter * (1 / before + 1 / after) ** 0.5)
