"""One model judged on one task: every split by every seed, the predictions of all of them together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.model.protocol.bootstrap import Score, bootstrap, groups_of, paired_difference
from earloop.model.protocol.metrics import Metric, metrics_for
from earloop.model.protocol.protocol import Model
from earloop.model.tasks.epochs import Epochs
from earloop.model.tasks.splits import Split


@dataclass(frozen=True)
class Judged:
    """What a model made of the epochs that it had not learned from.

    target, predicted : of all splits of all seeds, in one order for every model that is judged on the same
    groups : int64, which of them are alike: those of one person or of one recording
    parameters : of the largest fit
    seconds : of learning and predicting
    """

    metric: Metric
    target: NDArray[Any]
    predicted: NDArray[Any]
    groups: NDArray[np.int64]
    parameters: int
    seconds: float

    def repeated(self, times: int) -> Judged:
        """As if it had been judged so often: a model that has no seed, beside those that have."""
        return replace(
            self,
            target=np.concatenate([self.target] * times),
            predicted=np.concatenate([self.predicted] * times),
            groups=np.concatenate([self.groups] * times),
        )

    @property
    def score(self) -> Score:
        """The task's first metric with its interval."""
        return bootstrap(self.metric, self.target, self.predicted, self.groups, seed=0)

    def gain(self, over: Judged) -> Score:
        """By how much it is better than another on the same epochs; of an error, by how much that is smaller."""
        better, worse = (self, over) if self.metric.higher_is_better else (over, self)
        return paired_difference(self.metric, self.target, better.predicted, worse.predicted, self.groups, seed=0)


def judge(
    epochs: Epochs,
    splits: Sequence[Split],
    model: Model,
    seeds: Sequence[int],
    advance: Callable[[int], None] = lambda fits: None,
) -> Judged:
    """Learn and predict, split by split and seed by seed.

    Parameters
    ----------
    advance : told how many of the `len(splits) * len(seeds)` fits are done
    """
    begun = time.perf_counter()
    predicted, parameters = [], 0
    for seed in seeds:
        for split in splits:
            predictor = model.fit(epochs, split.train, seed)
            predicted.append(predictor.predict(epochs, split.test))
            parameters = max(parameters, predictor.parameters)
            advance(len(predicted))
    which = np.concatenate([split.test for split in splits])
    found, place = np.unique(which, return_inverse=True)
    groups = groups_of(epochs.only(found))[place]
    return Judged(
        metrics_for(epochs)[0],
        np.concatenate([epochs.target[which]] * len(seeds)),
        np.concatenate(predicted),
        np.concatenate([groups] * len(seeds)),
        parameters,
        time.perf_counter() - begun,
    )


def thinned(splits: Sequence[Split], epochs: Epochs, share: float, seed: int) -> tuple[Split, ...]:
    """The same splits with a share of what is learned from: of each class as much, two epochs at least."""
    generator = np.random.default_rng(seed)
    return tuple(
        Split(f"{split.name}, {share:.0%}", _some(split.train, epochs, share, generator), split.test)
        for split in splits
    )


def _some(train: NDArray[np.int64], epochs: Epochs, share: float, generator: np.random.Generator) -> NDArray[np.int64]:
    kinds = epochs.target[train] if epochs.classes else np.zeros(len(train), np.int64)
    parts = [generator.permutation(train[kinds == kind]) for kind in np.unique(kinds)]
    return np.sort(np.concatenate([part[: max(2, round(share * len(part)))] for part in parts]))
