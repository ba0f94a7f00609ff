"""Which epochs to train on and which to test on, so that a test says something about the future.

Epochs of one recording that lie near each other share its slow drifts, and those that overlap share samples: none of
these splits deals epochs out at random.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.model.config import ModelError
from earloop.model.tasks.epochs import Epochs

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """Indices of epochs, ascending; no epoch is in both, nor overlaps one that is in the other."""

    name: str
    train: Indices
    test: Indices


def within_session(epochs: Epochs, folds: int = 5) -> tuple[Split, ...]:
    """Each recording cut into `folds` blocks of time with as many epochs; one block of every recording is the test.

    Epochs of the training blocks that overlap one of the test are left out.

    Raises
    ------
    ModelError
        Fewer than two folds, a recording with fewer epochs than folds, or a class that is not in some part.
    """
    if folds < 2:
        raise ModelError(f"{epochs.task}: {folds} folds; wanted 2 or more")
    block = np.empty(len(epochs), np.int64)
    for stream in np.unique(epochs.stream):
        mine = np.flatnonzero(epochs.stream == stream)
        if len(mine) < folds:
            name = epochs.streams[stream].name
            raise ModelError(f"{epochs.task}: {len(mine)} epochs in {name} for {folds} folds; take fewer folds")
        in_time = mine[np.argsort(epochs.start[mine], kind="stable")]
        block[in_time] = np.arange(len(mine)) * folds // len(mine)
    splits = []
    for fold in range(folds):
        test = np.flatnonzero(block == fold)
        train = np.flatnonzero(block != fold)
        splits.append(Split(f"block {fold + 1} of {folds}", train[~_overlap(epochs, train, test)], test))
    return _checked(epochs, splits)


def leave_one_run_out(epochs: Epochs) -> tuple[Split, ...]:
    """Each recording in turn is the test; raises ModelError as `within_session` does, or for a single recording."""
    return _leave_out(epochs, epochs.run, "run")


def cross_session(epochs: Epochs) -> tuple[Split, ...]:
    """Each sitting in turn is the test, of a model that learned from the other sittings of the same subject.

    Raises
    ------
    ModelError
        No subject with two sittings, or a class that is not in some part.
    """
    splits = []
    for subject in np.unique(epochs.subject):
        mine = epochs.subject == subject
        sittings = np.unique(epochs.session[mine])
        if len(sittings) > 1:
            splits += [
                Split(
                    f"session {sitting}",
                    np.flatnonzero(mine & (epochs.session != sitting)),
                    np.flatnonzero(epochs.session == sitting),
                )
                for sitting in sittings
            ]
    if not splits:
        raise ModelError(f"{epochs.task}: no subject has two sessions; split it within sessions")
    return _checked(epochs, splits)


def leave_one_subject_out(epochs: Epochs) -> tuple[Split, ...]:
    """Each subject in turn is the test; raises ModelError for a single subject, or a class that is not in some part."""
    return _leave_out(epochs, epochs.subject, "subject")


def subject_folds(epochs: Epochs, folds: int = 3) -> tuple[Split, ...]:
    """Subjects dealt into as many folds, or fewer where there are fewer; each fold in turn is the test.

    Quicker than leaving each one out, and as strict: nobody is on both sides. Raises ModelError as that does.
    """
    names = np.unique(epochs.subject)
    fold = np.searchsorted(names, epochs.subject) % min(folds, len(names))
    return _leave_out(epochs, fold.astype(str), "fold of subjects")


SPLITS: dict[str, Callable[[Epochs], tuple[Split, ...]]] = {
    "within-session": within_session,
    "leave-one-run-out": leave_one_run_out,
    "cross-session": cross_session,
    "leave-one-subject-out": leave_one_subject_out,
    "subject-folds": subject_folds,
}


def _leave_out(epochs: Epochs, groups: NDArray[np.str_], kind: str) -> tuple[Split, ...]:
    names = np.unique(groups)
    if len(names) < 2:
        raise ModelError(f"{epochs.task}: a single {kind}, {names[0] or 'without a name'}; wanted 2 or more")
    splits = [Split(f"{kind} {n}", np.flatnonzero(groups != n), np.flatnonzero(groups == n)) for n in names]
    return _checked(epochs, splits)


def _overlap(epochs: Epochs, these: Indices, others: Indices) -> NDArray[np.bool_]:
    """Which of `these` share a sample with one of `others`."""
    found = np.zeros(len(these), bool)
    for stream in np.unique(epochs.stream[others]):
        theirs = np.sort(epochs.start[others[epochs.stream[others] == stream]])
        mine = np.flatnonzero(epochs.stream[these] == stream)
        starts = epochs.start[these[mine]]
        after = np.searchsorted(theirs, starts - epochs.samples, side="right")
        near = theirs[np.minimum(after, len(theirs) - 1)]
        found[mine] = np.abs(near - starts) < epochs.samples
    return found


def _checked(epochs: Epochs, splits: list[Split]) -> tuple[Split, ...]:
    """The splits, if every part of each has every class."""
    for split in splits:
        for part, which in (("train", split.train), ("test", split.test)):
            missing = [name for i, name in enumerate(epochs.classes) if i not in epochs.target[which]]
            if missing or not len(which):
                what = f"no {', '.join(missing)}" if missing else "no epoch"
                raise ModelError(
                    f"{epochs.task}: {what} to {part} on in {split.name}; take fewer folds, another split or more data"
                )
    return tuple(splits)
