"""How sure a score is: intervals by the bootstrap, resampling people or recordings before their epochs.

Epochs of one recording are alike: taken for independent, they make an interval far too narrow. So groups are drawn
with replacement first, then epochs within each group drawn (Davison & Hinkley, Bootstrap Methods and Their
Application, 1997, section 3.8). Where groups do not differ this errs on the wide side; with only two or three groups no
resampling can say what a fourth would do.
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
    """A value and the interval that holds the truth in 95 of 100 such experiments."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"


def groups_of(epochs: Epochs) -> NDArray[np.int64]:
    """What is alike, int64 [epochs]: subjects where there are several, else recordings, else each epoch by itself."""
    for names in (epochs.subject, epochs.run):
        found, group = np.unique(names, return_inverse=True)
        if len(found) > 1:
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
    """A metric with its interval.

    Parameters
    ----------
    target, predicted : epochs first, as the metric takes them
    groups : int64 [epochs], which epochs are alike, as `groups_of` gives them
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
    """The metric of predictions `a` minus that of `b` for the same epochs, which are drawn together.

    What makes an epoch hard is hard for both, so that the difference is surer than either score.
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
    """Of all epochs, and the percentiles over draws; a draw in which the statistic is not defined says nothing."""
    values = np.array([statistic(which) for which in _resamples(groups, seed, draws)])
    defined = values[np.isfinite(values)]
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(defined, [tail, 1 - tail]) if len(defined) else (np.nan, np.nan)
    return Score(statistic(np.arange(len(groups))), float(low), float(high))


def _resamples(groups: NDArray[np.int64], seed: int, draws: int) -> Iterator[NDArray[np.int64]]:
    """Indices of the epochs of each draw."""
    generator = np.random.default_rng(seed)
    by_group = np.argsort(groups, kind="stable")
    _, first, size = np.unique(groups[by_group], return_index=True, return_counts=True)
    for _ in range(draws):
        chosen = generator.integers(len(size), size=len(size))
        sizes = np.repeat(size[chosen], size[chosen])
        within = np.int64(generator.random(len(sizes)) * sizes)
        yield by_group[np.repeat(first[chosen], size[chosen]) + within]
