"""The judging of one model on one task: the predictions of all splits and all seeds together."""

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


@dataclass(frozen=True, kw_only=True)
class JudgedModel:
    """The predictions of a model for its test epochs.

    target, predicted : those of all splits and seeds, in the same order for every model on the same splits
    groups : int64, the group of each, such as a person or a recording
    parameters : number of parameters of the largest fit
    seconds : duration of learning and predicting
    """

    metric: Metric
    target: NDArray[Any]
    predicted: NDArray[Any]
    groups: NDArray[np.int64]
    parameters: int
    seconds: float

    def repeated(self, times: int) -> JudgedModel:
        """Repeat the predictions, to compare a model without a seed with one that has several."""
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

    def gain(self, over: JudgedModel) -> Score:
        """Return by how much this model is better than `over` on the same epochs; for an error, how much smaller."""
        better, worse = (self, over) if self.metric.higher_is_better else (over, self)
        return paired_difference(self.metric, self.target, better.predicted, worse.predicted, self.groups, seed=0)


def judge(
    epochs: Epochs,
    splits: Sequence[Split],
    model: Model,
    seeds: Sequence[int],
    advance: Callable[[int], None] = lambda fits: None,
) -> JudgedModel:
    """Learn and predict with every seed on every split.

    Parameters
    ----------
    advance : called with the number of fits that are done, of `len(splits) * len(seeds)`
    """
    started = time.perf_counter()
    predicted, parameters = [], 0
    for seed in seeds:
        for split in splits:
            predictor = model.fit(epochs, split.train, seed)
            predicted.append(predictor.predict(epochs, split.test))
            parameters = max(parameters, predictor.parameters)
            advance(len(predicted))
    which = np.concatenate([split.test for split in splits])
    unique, place = np.unique(which, return_inverse=True)
    groups = groups_of(epochs.only(unique))[place]
    return JudgedModel(
        metric=metrics_for(epochs)[0],
        target=np.concatenate([epochs.target[which]] * len(seeds)),
        predicted=np.concatenate(predicted),
        groups=np.concatenate([groups] * len(seeds)),
        parameters=parameters,
        seconds=time.perf_counter() - started,
    )


def thinned(splits: Sequence[Split], epochs: Epochs, share: float, seed: int) -> tuple[Split, ...]:
    """Return the splits with a share of the training epochs: the same share of each class, at least two epochs."""
    generator = np.random.default_rng(seed)
    return tuple(
        Split(f"{split.name}, {share:.0%}", _some(split.train, epochs, share, generator), split.test)
        for split in splits
    )


def _some(train: NDArray[np.int64], epochs: Epochs, share: float, generator: np.random.Generator) -> NDArray[np.int64]:
    kinds = epochs.target[train] if epochs.classes else np.zeros(len(train), np.int64)
    parts = [generator.permutation(train[kinds == kind]) for kind in np.unique(kinds)]
    return np.sort(np.concatenate([part[: max(2, round(share * len(part)))] for part in parts]))
