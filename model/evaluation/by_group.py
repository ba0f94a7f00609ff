"""The scores of each person, or of each recording where there is one person: who a model works for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.model.evaluation.compare import ModelComparison
from earloop.model.tasks.epochs import Epochs


@dataclass(frozen=True, kw_only=True)
class GroupScores:
    """The first metric of a comparison by group.

    kind : `person` or `recording`
    groups : name of each group
    counts : int64 [groups], epochs of each
    scores : of each model, float64 [groups]; NaN where the metric is not defined
    """

    kind: str
    groups: tuple[str, ...]
    counts: NDArray[np.int64]
    scores: dict[str, NDArray[np.float64]]


def scores_by_group(comparison: ModelComparison, epochs: Epochs) -> GroupScores:
    """Return the scores of each subject if there are several, else of each recording."""
    people = len(np.unique(epochs.subject)) > 1
    names = (epochs.subject if people else epochs.run)[comparison.which]
    groups, group = np.unique(names, return_inverse=True)
    compute = comparison.metrics[0].compute
    members = [np.flatnonzero(group == number) for number in range(len(groups))]
    return GroupScores(
        kind="person" if people else "recording",
        groups=tuple(str(name) or "without a name" for name in groups),
        counts=np.bincount(group),
        scores={
            trial.model: np.array([compute(comparison.target[which], trial.predicted[which]) for which in members])
            for trial in comparison.trials
        },
    )
