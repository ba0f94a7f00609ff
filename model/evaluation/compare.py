"""Comparison of models on the same splits, by the same epochs, from which no model has learned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.model.baselines.baselines import BAND_POWER, baselines_for
from earloop.model.config import ModelError
from earloop.model.evaluation.fits import FitJob, FitOutcome, run_fits
from earloop.model.fitting.training import History
from earloop.model.protocol.bootstrap import Score, bootstrap, groups_of, paired_difference
from earloop.model.protocol.metrics import Metric, metrics_for
from earloop.model.protocol.protocol import Model
from earloop.model.tasks.epochs import Epochs
from earloop.model.tasks.splits import Split


@dataclass(frozen=True, kw_only=True)
class Trial:
    """The predictions of one model after all splits.

    predicted : float32 [judged, classes] or [judged, patches, outputs], for the epochs `ModelComparison.which`
    parameters : number of parameters of the largest fit
    seconds : duration of learning and predicting, over all splits
    histories : losses of each network that was trained, split after split; none for a model that is solved
    """

    model: str
    predicted: NDArray[np.float32]
    parameters: int
    seconds: float
    histories: tuple[History, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ModelComparison:
    """The predictions of several models for one task.

    splits : names of the splits
    which : int64 [judged], the epoch of each prediction; an epoch in the test of several splits occurs as often
    target : targets of those epochs
    groups : int64 [judged], the group of each, as `groups_of` returns it
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
        """Return the trial of a model by name; raises ModelError for a model that was not compared."""
        by_model = {trial.model: trial for trial in self.trials}
        if model not in by_model:
            raise ModelError(f"{self.task}: model {model!r} was not compared; valid: {', '.join(by_model)}")
        return by_model[model]

    def score(self, model: str, metric: Metric) -> Score:
        """Return a metric of a model with its interval, over all test epochs."""
        return bootstrap(metric, self.target, self.trial(model).predicted, self.groups, self.seed)

    def difference(self, a: str, b: str, metric: Metric) -> Score:
        """Return the metric of model `a` minus that of `b` on the same epochs, with its interval."""
        predicted_a, predicted_b = self.trial(a).predicted, self.trial(b).predicted
        return paired_difference(metric, self.target, predicted_a, predicted_b, self.groups, self.seed)

    def markdown(self, reference: str = BAND_POWER) -> str:
        """Return a table with a row for each model: its metrics with intervals, and its difference from `reference`."""
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

    def _repr_markdown_(self) -> str:
        """Return the table, by which a notebook shows the comparison."""
        return self.markdown()


def compare(
    epochs: Epochs,
    splits: Sequence[Split],
    models: Mapping[str, Model],
    seed: int,
    advance: Callable[[int], None] = lambda done: None,
    workers: int = 1,
) -> ModelComparison:
    """Learn and predict with the baselines, then with every model, on every split.

    Parameters
    ----------
    advance : called with the number of fits that are done, of `fits(epochs, splits, models)`
    workers : number of processes that share the fits; the result is the same for any number

    Raises
    ------
    ModelError
        There are no splits, a split tests on training epochs, a model has the name of a baseline, or a model cannot
        take the epochs.
    """
    baselines = baselines_for(epochs)
    if taken := sorted(set(models) & set(baselines)):
        raise ModelError(f"{', '.join(taken)} is the name of a baseline; give the model another name")
    _check(epochs, splits)
    job = FitJob(epochs=epochs, splits=tuple(splits), models=baselines | dict(models), seed=seed)
    found = run_fits(job, workers, advance)
    which = np.concatenate([split.test for split in splits])
    judged, place = np.unique(which, return_inverse=True)
    return ModelComparison(
        task=epochs.task,
        splits=tuple(split.name for split in splits),
        which=which,
        target=epochs.target[which],
        groups=groups_of(epochs.only(judged))[place],
        metrics=metrics_for(epochs),
        trials=tuple(_trial(name, job, found) for name in job.models),
        seed=seed,
    )


def _trial(name: str, job: FitJob, found: Mapping[tuple[str, int], FitOutcome]) -> Trial:
    """Put the fits of one model together."""
    outcomes = [found[name, split] for split in range(len(job.splits))]
    return Trial(
        model=name,
        predicted=np.concatenate([outcome.predicted for outcome in outcomes]),
        parameters=max(outcome.parameters for outcome in outcomes),
        seconds=sum(outcome.seconds for outcome in outcomes),
        histories=tuple(history for outcome in outcomes for history in outcome.histories),
    )


def fits(epochs: Epochs, splits: Sequence[Split], models: Mapping[str, Model]) -> int:
    """Return the number of fits that `compare` does."""
    return len(splits) * (len(baselines_for(epochs)) + len(models))


def _check(epochs: Epochs, splits: Sequence[Split]) -> None:
    if not splits:
        raise ModelError(f"{epochs.task}: no splits are given: models need at least one")
    for split in splits:
        if not (len(split.train) and len(split.test)):
            raise ModelError(
                f"{epochs.task}: split {split.name} has {len(split.train)} training epochs and {len(split.test)} test "
                "epochs: wanted some of both"
            )
        if both := len(np.intersect1d(split.train, split.test)):
            raise ModelError(f"{epochs.task}: split {split.name} tests on {both} of its training epochs: wanted none")


def _titled(metric: Metric) -> str:
    return f"{metric.name}, {metric.unit}" if metric.unit else metric.name


def _shown(score: Score) -> str:
    return str(score) if np.isfinite(score.value) else "not defined"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
