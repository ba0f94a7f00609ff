"""Divisions of a training set, by which a model chooses its regularisation and when to stop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

from earloop.model.config import ModelError
from earloop.model.protocol.bootstrap import groups_of
from earloop.model.tasks.epochs import Epochs

Fold = tuple[NDArray[np.int64], NDArray[np.int64]]
FEWEST_GROUPS = 3  # with two, half of the training set would be held out


def inner_folds(epochs: Epochs, train: NDArray[np.int64], count: int, seed: int) -> list[Fold]:
    """Return at most `count` folds of a training set, each (to learn from, to check with) as positions in `train`.

    Whole people or recordings are held out where there are three or more and every class remains on both sides.
    Otherwise runs of neighbouring epochs are held out, the same share of each class, so that few of them have a
    neighbour on the other side.

    Raises
    ------
    ModelError
        A class has a single epoch, or a regression has fewer than two epochs.
    """
    within = epochs.only(train)
    groups = groups_of(within)
    names = np.unique(groups)
    rows = np.zeros(len(train))
    by_group = FEWEST_GROUPS <= len(names) < len(train)
    if not epochs.classes:
        if len(train) < 2:
            raise ModelError(f"{epochs.task}: {len(train)} epochs to learn from: wanted 2 or more")
        splitter = GroupKFold(min(count, len(names))) if by_group else KFold(min(count, len(train)))
        return list(splitter.split(rows, groups=groups if by_group else None))
    labels, sizes = np.unique(within.target, return_counts=True)
    if sizes.min() < 2:
        raise ModelError(
            f"{epochs.task}: one epoch of {epochs.classes[labels[sizes.argmin()]]} to learn from: wanted 2 or more"
        )
    if by_group:
        splitter = StratifiedGroupKFold(min(count, len(names)), shuffle=True, random_state=seed)
        folds = list(splitter.split(rows, within.target, groups))
        if all(len(np.unique(within.target[side])) == len(labels) for fold in folds for side in fold):
            return folds
    return list(StratifiedKFold(min(count, int(sizes.min()))).split(rows, within.target))
