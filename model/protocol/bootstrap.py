"""Confidence intervals of scores by the bootstrap, which resamples people or recordings before their epochs.

Epochs of one recording are similar. If they were taken as independent, the interval would be far too narrow. So groups
are drawn with replacement first, then epochs within each drawn group (Davison & Hinkley, Bootstrap Methods and Their
Application, 1997, section 3.8). Where groups do not differ, the interval is too wide; with only two or three groups no
resampling can predict a fourth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.model.protocol.metrics import Metric
from earloop.model.tasks.epochs import Epochs

LEVEL = 0.95  # of the intervals
DRAWS = 1000


@dataclass(frozen=True)
class Score:
    """A value and its interval, which contains the true value in 95 of 100 such experiments."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"


def groups_of(epochs: Epochs) -> NDArray[np.int64]:
    """Return each epoch's group, int64 [epochs]: subjects where there are several, else recordings, else epochs."""
    for names in (epochs.subject, epochs.run):
        unique, group = np.unique(names, return_inverse=True)
        if len(unique) > 1:
            return np.asarray(group, np.int64)
    return np.arange(len(epochs))


def bootstrap(
    metric: Metric,
    target: NDArray[Any],
    predicted: NDArray[Any],
    groups: NDArray[np.int64],
    seed: int,
    draws: int = DRAWS,
) -> Score:
    """Return a metric with its interval.

    Parameters
    ----------
    target, predicted : arrays as the metric takes them, epochs on the first axis
    groups : int64 [epochs], the group of each epoch, as `groups_of` returns it
    """
    return _interval(lambda which: metric.compute(target[which], predicted[which]), groups, seed, draws)


def paired_difference(
    metric: Metric,
    target: NDArray[Any],
    a: NDArray[Any],
    b: NDArray[Any],
    groups: NDArray[np.int64],
    seed: int,
    draws: int = DRAWS,
) -> Score:
    """Return the metric of predictions `a` minus that of `b` for the same epochs, which are drawn together.

    A hard epoch is hard for both, so that the interval of the difference is narrower than that of either score.
    """
    return _interval(
        lambda which: metric.compute(target[which], a[which]) - metric.compute(target[which], b[which]),
        groups,
        seed,
        draws,
    )


def _interval(
    statistic: Callable[[NDArray[np.int64]], float], groups: NDArray[np.int64], seed: int, draws: int
) -> Score:
    """Return the statistic of all epochs and its percentiles over the draws in which it is defined."""
    values = np.array([statistic(which) for which in _resamples(groups, seed, draws)])
    defined = values[np.isfinite(values)]
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(defined, [tail, 1 - tail]) if len(defined) else (np.nan, np.nan)
    return Score(statistic(np.arange(len(groups))), float(low), float(high))


def _resamples(groups: NDArray[np.int64], seed: int, draws: int) -> Iterator[NDArray[np.int64]]:
    """Yield the indices of the epochs of each draw."""
    generator = np.random.default_rng(seed)
    by_group = np.argsort(groups, kind="stable")
    _, first, size = np.unique(groups[by_group], return_index=True, return_counts=True)
    for _ in range(draws):
        chosen = generator.integers(len(size), size=len(size))
        sizes = np.repeat(size[chosen], size[chosen])
        within = np.int64(generator.random(len(sizes)) * sizes)
        yield by_group[np.repeat(first[chosen], size[chosen]) + within]
