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
BESIDE = 256  # samples on each side of a step, at most, whose median tells where the stamps lie
AS_CLEAR = 0.7  # of the clearest step's clearness
<<<<<<< Updated upstream
CLEAR_ENOUGH = 10.0  # to be a break, however much clearer the steps beside it look
SURE = 5.0  # standard errors of the difference of two medians
=======
SURE = 8.0  # standard errors of the difference of two medians; jitter has long tails
>>>>>>> Stashed changes
MEDIAN_ERROR = 1.2533  # standard error of a median against a mean's, of normally distributed values
MAD_SIGMA = 1.4826
STEADY = 0.01  # of a period: where half of all steps depart by less, none of them jitters
LAG = 256  # samples over which a period is measured where single steps jitter


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
    lag = max(1, min(LAG, len(steps) // 4))
    spans = stamps[lag:] - stamps[:-lag]
    quarter, three = np.quantile(spans, [0.25, 0.75])
    margin = 3 * (three - quarter)
    usual = (spans >= quarter - margin) & (spans <= three + margin)  # those across a break are left out
    return max(0.0, float(spans[usual].mean())) / lag


def _are_steady(steps: NDArray[np.float64], period: float) -> bool:
    return bool(len(steps) and np.median(np.abs(steps - np.median(steps))) < STEADY * period)


def find_breaks(stamps: NDArray[np.float64], period: float) -> list[Break]:
    """Every place where samples were lost or came twice, or where the clock was set, in the order of the samples.

    Parameters
    ----------
    stamps : float64 [samples], finite, in the file's order, in any unit
    period : of a sample, in the same unit, positive
    """
    late = (stamps - stamps[:1]) / period - np.arange(len(stamps))  # in sample periods
    usual = _running_median(late)
    jitter = 0.0 if _are_steady(np.diff(stamps), period) else _jitter(late, usual)
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


def _running_median(late: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.ndimage import median_filter

    return np.asarray(median_filter(late, BESIDE + 1, mode="nearest"), np.float64)


def _jitter(late: NDArray[np.float64], usual: NDArray[np.float64]) -> float:
    """Standard deviation of the stamps about where they lie, as if each jittered alone, in sample periods.

    The samples of a packet jitter together, so that medians jitter by more than those of single samples would: the
    larger of both is given.
    """
    single = MAD_SIGMA * float(np.median(np.abs(late - usual))) if len(late) else 0.0
    shifts = usual[BESIDE:] - usual[:-BESIDE]
    together = MAD_SIGMA * float(np.median(np.abs(shifts - np.median(shifts)))) if len(shifts) else 0.0
    return float(max(single, together / (MEDIAN_ERROR * (2 / BESIDE) ** 0.5)))


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
    beyond = samples + np.maximum(0, steps[samples - 1].astype(np.int64)) + half
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
    own = MAD_SIGMA * float(np.median(np.abs(np.concatenate([before - here, after - there])))) if jitter else 0.0
    shift = (there - here) * np.sign(step)
    return float(shift / (LEAST_STEP + _error(max(own, jitter), len(before), len(after))))


def _error(jitter: float, before: int, after: int) -> float:
    """How far two medians of so many stamps may lie apart by jitter alone, in sample periods."""
    return float(SURE * MEDIAN_ERROR * jitter * (1 / before + 1 / after) ** 0.5)
