"""Splits of epochs into training and test, so that the test score predicts the score on new data.

Neighbouring epochs of one recording share its slow drifts, and overlapping epochs share samples. So none of these
splits distributes epochs at random.
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
    """Training and test epochs as ascending indices. No epoch is in both, and none overlaps an epoch of the other."""

    name: str
    train: Indices
    test: Indices


def within_session(epochs: Epochs, folds: int = 5) -> tuple[Split, ...]:
    """Cut each recording into `folds` blocks of time with equal numbers of epochs; one block of each is the test.

    Training epochs that overlap a test epoch are left out.

    Raises
    ------
    ModelError
        There are fewer than two folds, a recording has fewer epochs than folds, or a part lacks a class.
    """
    if folds < 2:
        raise ModelError(f"{epochs.task}: {folds} folds; wanted 2 or more")
    block = np.empty(len(epochs), np.int64)
    for stream in np.unique(epochs.stream):
        mine = np.flatnonzero(epochs.stream == stream)
        if len(mine) < folds:
            name = epochs.streams[stream].name
            raise ModelError(f"{epochs.task}: {len(mine)} epochs in {name} for {folds} folds; use fewer folds")
        in_time = mine[np.argsort(epochs.start[mine], kind="stable")]
        block[in_time] = np.arange(len(mine)) * folds // len(mine)
    splits = []
    for fold in range(folds):
        test = np.flatnonzero(block == fold)
        train = np.flatnonzero(block != fold)
        splits.append(Split(f"block {fold + 1} of {folds}", train[~_overlap(epochs, train, test)], test))
    return _checked(epochs, splits)


def leave_one_run_out(epochs: Epochs) -> tuple[Split, ...]:
    """Use each recording in turn as the test; raises ModelError for one recording, or where a part lacks a class."""
    return _leave_out(epochs, epochs.run, "run")


def cross_session(epochs: Epochs) -> tuple[Split, ...]:
    """Use each session in turn as the test; the training epochs are the other sessions of the same subject.

    Raises
    ------
    ModelError
        No subject has two sessions, or a part lacks a class.
    """
    splits = []
    for subject in np.unique(epochs.subject):
        mine = epochs.subject == subject
        sessions = np.unique(epochs.session[mine])
        if len(sessions) > 1:
            splits += [
                Split(
                    f"session {session}",
                    np.flatnonzero(mine & (epochs.session != session)),
                    np.flatnonzero(epochs.session == session),
                )
                for session in sessions
            ]
    if not splits:
        raise ModelError(f"{epochs.task}: no subject has two sessions; use the split within-session")
    return _checked(epochs, splits)


def leave_one_subject_out(epochs: Epochs) -> tuple[Split, ...]:
    """Use each subject in turn as the test; raises ModelError for a single subject, or where a part lacks a class."""
    return _leave_out(epochs, epochs.subject, "subject")


def subject_folds(epochs: Epochs, folds: int = 3) -> tuple[Split, ...]:
    """Divide the subjects into at most `folds` folds; each fold in turn is the test.

    This is faster than `leave_one_subject_out` and equally strict, because no subject is on both sides. Raises
    ModelError as that does.
    """
    names = np.unique(epochs.subject)
    fold = np.searchsorted(names, epochs.subject) % min(folds, len(names))
    return _leave_out(epochs, fold.astype(str), "fold of subjects")


def own_folds(epochs: Epochs) -> tuple[Split, ...]:
    """Use the recordings of each fold in turn as the test; the user gave every recording its fold.

    Raises
    ------
    ModelError
        A recording has no fold, all have the same, or a part lacks a class.
    """
    without = np.unique(epochs.run[epochs.fold == ""])
    if len(without):
        raise ModelError(
            f"{epochs.task}: {without[0]} has no fold; wanted one for each recording: give them in the column fold of "
            "a --manifest, or as {fold} in --subject-from"
        )
    return _leave_out(epochs, epochs.fold, "fold")


SPLITS: dict[str, Callable[[Epochs], tuple[Split, ...]]] = {
    "within-session": within_session,
    "leave-one-run-out": leave_one_run_out,
    "cross-session": cross_session,
    "leave-one-subject-out": leave_one_subject_out,
    "subject-folds": subject_folds,
    "own-folds": own_folds,
}
WITH_FOLDS: dict[str, Callable[[Epochs, int], tuple[Split, ...]]] = {
    "within-session": within_session,
    "subject-folds": subject_folds,
}


def split_by(name: str, epochs: Epochs, folds: int | None = None) -> tuple[Split, ...]:
    """Return the splits of a kind of `SPLITS`.

    Parameters
    ----------
    folds : number of folds, for the kinds in `WITH_FOLDS`; None means their default

    Raises
    ------
    ModelError
        The kind has no number of folds; or as the kind raises it.
    """
    if folds is None:
        return SPLITS[name](epochs)
    if name not in WITH_FOLDS:
        raise ModelError(f"the split {name} has no number of folds; wanted one of {', '.join(WITH_FOLDS)}, or none")
    return WITH_FOLDS[name](epochs, folds)


def _leave_out(epochs: Epochs, groups: NDArray[np.str_], kind: str) -> tuple[Split, ...]:
    names = np.unique(groups)
    if len(names) < 2:
        cure = (
            f": name the {kind} of each recording (--subject-from, --manifest; LabelledRecording in Python)"
            if not names[0]
            else ""
        )
        raise ModelError(f"{epochs.task}: only one {kind}, {names[0] or 'without a name'}; wanted 2 or more{cure}")
    splits = [Split(f"{kind} {n}", np.flatnonzero(groups != n), np.flatnonzero(groups == n)) for n in names]
    return _checked(epochs, splits)


def _overlap(epochs: Epochs, these: Indices, others: Indices) -> NDArray[np.bool_]:
    """Return for each of `these`, bool [these], whether it shares a sample with one of `others`."""
    overlaps = np.zeros(len(these), bool)
    for stream in np.unique(epochs.stream[others]):
        theirs = np.sort(epochs.start[others[epochs.stream[others] == stream]])
        mine = np.flatnonzero(epochs.stream[these] == stream)
        starts = epochs.start[these[mine]]
        after = np.searchsorted(theirs, starts - epochs.samples, side="right")
        near = theirs[np.minimum(after, len(theirs) - 1)]
        overlaps[mine] = np.abs(near - starts) < epochs.samples
    return overlaps


def _checked(epochs: Epochs, splits: list[Split]) -> tuple[Split, ...]:
    """Return the splits; raise ModelError where a part of one lacks a class."""
    for split in splits:
        for part, which in (("train", split.train), ("test", split.test)):
            missing = [name for i, name in enumerate(epochs.classes) if i not in epochs.target[which]]
            if missing or not len(which):
                what = f"no epoch of {', '.join(missing)}" if missing else "no epoch"
                raise ModelError(
                    f"{epochs.task}: {what} to {part} on in {split.name}; use fewer folds, another split or more data"
                )
    return tuple(splits)
