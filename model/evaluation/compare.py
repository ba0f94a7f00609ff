"""Models side by side: each on the same splits, judged on the same epochs, none of which it has learned from."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.model.baselines.baselines import BAND_POWER, baselines_for
from earloop.model.config import ModelError
from earloop.model.protocol.bootstrap import Score, bootstrap, groups_of, paired_difference
from earloop.model.protocol.metrics import Metric, metrics_for
from earloop.model.protocol.protocol import Model
from earloop.model.tasks.epochs import Epochs
from earloop.model.tasks.splits import Split


@dataclass(frozen=True)
class Trial:
    """One model after all splits.

    predicted : float32 [judged, classes] or [judged, patches, outputs], for the epochs `Comparison.which`
    parameters : of the largest of its fits
    seconds : of learning and predicting, over all splits
    """

    model: str
    predicted: NDArray[np.float32]
    parameters: int
    seconds: float


@dataclass(frozen=True)
class Comparison:
    """What several models made of one task.

    splits : their names
    which : int64 [judged], the epoch of each prediction; one that several splits hold out is there as often
    target : of those epochs
    groups : int64 [judged], which of them are alike
    """

    task: str
    splits: tuple[str, ...]
    which: NDArray[np.int64]
    target: NDArray[Any]
    groups: NDArray[np.int64]
    metrics: tuple[Metric, ...]
    trials: tuple[Trial, ...]
    seed: int

    def trial(self, model: str) -> Trial:
        """Of a model by name; raises ModelError for one that is not there."""
        found = {trial.model: trial for trial in self.trials}
        if model not in found:
            raise ModelError(f"{self.task}: no model {model!r} was compared; there are {', '.join(found)}")
        return found[model]

    def score(self, model: str, metric: Metric) -> Score:
        """A metric of a model with its interval, over all epochs that were judged."""
        return bootstrap(metric, self.target, self.trial(model).predicted, self.groups, self.seed)

    def difference(self, a: str, b: str, metric: Metric) -> Score:
        """By how much the metric of model `a` is above that of `b` on the same epochs."""
        of_a, of_b = self.trial(a).predicted, self.trial(b).predicted
        return paired_difference(metric, self.target, of_a, of_b, self.groups, self.seed)

    def markdown(self, reference: str = BAND_POWER) -> str:
        """A table: a row for each model, its metrics with intervals, and how it differs from one of them."""
        first = self.metrics[0]
        heads = ["model", *(_titled(metric) for metric in self.metrics), f"{first.name} less that of {reference}"]
        lines = [_row([*heads, "parameters", "seconds"]), _row(["---"] + ["---:"] * (len(heads) + 1))]
        for trial in self.trials:
            cells = [trial.model, *(_shown(self.score(trial.model, metric)) for metric in self.metrics)]
            cells.append("" if trial.model == reference else _shown(self.difference(trial.model, reference, first)))
            lines.append(_row([*cells, f"{trial.parameters:,}", f"{trial.seconds:.1f}"]))
        counts = f"{self.task}: {len(np.unique(self.which))} epochs judged in {len(self.splits)} splits"
        alike = len(np.unique(self.groups))
        grouped = "" if alike == len(np.unique(self.which)) else f", drawn as {alike} groups"
        return "\n".join([*lines, "", f"{counts}{grouped}; intervals of 95 %."])


def compare(
    epochs: Epochs,
    splits: Sequence[Split],
    models: Mapping[str, Model],
    seed: int,
    advance: Callable[[int], None] = lambda done: None,
) -> Comparison:
    """Learn and predict with every model on every split; the baselines are always among them, and come first.

    Parameters
    ----------
    advance : told how many fits are done, of `len(splits)` for each model; see `fits`

    Raises
    ------
    ModelError
        No splits, one that judges by what was learned from, a model named as a baseline, or one that cannot take the
        epochs.
    """
    baselines = baselines_for(epochs)
    if taken := sorted(set(models) & set(baselines)):
        raise ModelError(f"{', '.join(taken)}: the name of a baseline; give the model another")
    _check(epochs, splits)
    trials: list[Trial] = []
    for name, model in (baselines | dict(models)).items():
        begun = time.perf_counter()
        parts, parameters = [], 0
        for split in splits:
            predictor = model.fit(epochs, split.train, seed)
            parts.append(predictor.predict(epochs, split.test))
            parameters = max(parameters, predictor.parameters)
            advance(len(trials) * len(splits) + len(parts))
        trials.append(Trial(name, np.concatenate(parts), parameters, time.perf_counter() - begun))
    which = np.concatenate([split.test for split in splits])
    judged, place = np.unique(which, return_inverse=True)
    return Comparison(
        epochs.task,
        tuple(split.name for split in splits),
        which,
        epochs.target[which],
        groups_of(epochs.only(judged))[place],
        metrics_for(epochs),
        tuple(trials),
        seed,
    )


def fits(epochs: Epochs, splits: Sequence[Split], models: Mapping[str, Model]) -> int:
    """How many fits `compare` will make."""
    return len(splits) * (len(baselines_for(epochs)) + len(models))


def _check(epochs: Epochs, splits: Sequence[Split]) -> None:
    if not splits:
        raise ModelError(f"{epochs.task}: no splits to compare models on")
    for split in splits:
        if not (len(split.train) and len(split.test)):
            raise ModelError(
                f"{epochs.task}: split {split.name} has {len(split.train)} epochs to learn from and "
                f"{len(split.test)} to be judged by: wanted some of both"
            )
        if both := len(np.intersect1d(split.train, split.test)):
            raise ModelError(f"{epochs.task}: split {split.name} judges by {both} epochs that are learned from")


def _titled(metric: Metric) -> str:
    return f"{metric.name}, {metric.unit}" if metric.unit else metric.name


def _shown(score: Score) -> str:
    return str(score) if np.isfinite(score.value) else "not defined"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
