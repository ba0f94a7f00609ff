"""People and recordings that lack a class, where a split tests each of them alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earloop.model.config import ModelError
from earloop.model.tasks.epochs import Epochs
from earloop.model.tasks.own.labels import listed
from earloop.model.tasks.own.left_out import BadFiles

TESTED_ALONE = {  # what each split tests by itself
    "within-session": ("run", "recording"),
    "leave-one-run-out": ("run", "recording"),
    "cross-session": ("session", "session"),
    "leave-one-subject-out": ("subject", "subject"),
}


def with_every_class(epochs: Epochs, split: str, bad: BadFiles) -> Epochs:
    """Return the epochs of those people, sessions or recordings that have every class, if the split needs that.

    Parameters
    ----------
    bad : receives the others, if it skips them

    Raises
    ------
    ModelError
        Someone lacks a class and is not skipped, or nobody is left.
    """
    if split not in TESTED_ALONE or not epochs.classes:
        return epochs
    attribute, kind = TESTED_ALONE[split]
    groups: NDArray[np.str_] = getattr(epochs, attribute)
    kept = np.ones(len(epochs), bool)
    for group in np.unique(groups):
        mine = groups == group
        missing = [name for i, name in enumerate(epochs.classes) if i not in epochs.target[mine]]
        if not missing:
            continue
        name = str(group) if attribute == "run" else f"{kind} {group} ({listed(np.unique(epochs.run[mine]))})"
        why = (
            f"{name}: no epoch of {', '.join(missing)}, and --split {split} tests each {kind} alone: use --split "
            "subject-folds, or leave it out (--skip-bad)"
        )
        bad.refuse(name, ModelError(why))
        kept[mine] = False
    if not kept.any():
        raise ModelError(f"no {kind} has epochs of all classes, {', '.join(epochs.classes)}; use another split")
    return epochs if kept.all() else epochs.only(np.flatnonzero(kept))
