"""Splits: nothing of the test in the training, by time, run, session and subject."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earloop.model.config import ModelError
from earloop.model.tasks.epochs import Epochs
from earloop.model.tasks.splits import (
    SPLITS,
    cross_session,
    leave_one_run_out,
    leave_one_subject_out,
    split_by,
    within_session,
)
from earloop.model.tokens.token_stream import TokenFormat, TokenStream

FORMAT = TokenFormat(design_hash="0" * 64, channels=("T7",), bands=("eog",), rate_hz=200.0, patch=50)


def stream(name, subject="1", session="1", ticks=4000, fold=""):
    return TokenStream(
        format=FORMAT,
        samples=np.zeros((ticks, 1, 1), np.int16),
        notched_uv=np.zeros((ticks, 1), np.float32),
        name=name,
        subject=subject,
        session=session,
        fold=fold,
    )


def task(streams, per_stream=20, step=200, patches=4, target=None):
    count = per_stream * len(streams)
    return Epochs(
        task="task",
        streams=tuple(streams),
        stream=np.repeat(np.arange(len(streams)), per_stream),
        start=np.tile(np.arange(per_stream) * step, len(streams)),
        patches=patches,
        target=np.arange(count) % 2 if target is None else target,
        classes=("a", "b"),
    )


PEOPLE = [stream(f"{p}{s}{r}", p, s, fold=r) for p in "12" for s in "ab" for r in "xy"]


def disjoint(epochs, split):
    """By brute force: every pair of a training and a test epoch."""
    for i in split.train:
        for j in split.test:
            if epochs.stream[i] == epochs.stream[j] and abs(epochs.start[i] - epochs.start[j]) < epochs.samples:
                return False
    return True


@settings(max_examples=25)
@given(st.integers(60, 230), st.integers(2, 5), st.integers(0, 100))
def test_no_epoch_of_the_training_shares_a_sample_with_the_test(step, folds, seed):
    order = np.random.default_rng(seed).permutation(16)
    whole = task([stream("x"), stream("y")], per_stream=16, step=step)
    epochs = replace(whole.only(np.concatenate([order, 16 + order])), classes=("a",), target=np.zeros(32, np.int64))
    splits = within_session(epochs, folds)
    for split in splits:
        assert disjoint(epochs, split)
    np.testing.assert_array_equal(np.sort(np.concatenate([s.test for s in splits])), np.arange(32))


def test_blocks_are_of_neighbours_in_time_in_each_recording():
    epochs = task([stream("x"), stream("y")])
    first = within_session(epochs, 5)[0]
    np.testing.assert_array_equal(first.test, [0, 1, 2, 3, 20, 21, 22, 23])
    assert len(first.train) == 32  # epochs that touch do not overlap
    assert first.name == "block 1 of 5"


def test_overlapping_neighbours_of_the_test_are_not_trained_on():
    epochs = task([stream("x")], step=150)
    second = within_session(epochs, 5)[1]
    np.testing.assert_array_equal(second.test, [4, 5, 6, 7])
    assert set(range(20)) - set(second.train) - set(second.test) == {3, 8}


@pytest.mark.parametrize(
    ("split", "count", "tested"),
    [(leave_one_run_out, 8, "run"), (leave_one_subject_out, 2, "subject")],
)
def test_one_group_is_left_out_at_a_time(split, count, tested):
    epochs = task(PEOPLE)
    groups = getattr(epochs, tested)
    splits = split(epochs)
    assert len(splits) == count
    for s in splits:
        assert len(set(groups[s.test])) == 1
        assert not set(groups[s.test]) & set(groups[s.train])
        assert len(s.train) + len(s.test) == len(epochs)
        assert s.train.dtype == s.test.dtype == np.int64


def test_across_sessions_only_the_same_person_is_learned_from():
    epochs = task(PEOPLE)
    splits = cross_session(epochs)
    assert [s.name for s in splits] == ["session 1/a", "session 1/b", "session 2/a", "session 2/b"]
    for s in splits:
        assert set(epochs.subject[s.train]) == set(epochs.subject[s.test])
        assert not set(epochs.session[s.train]) & set(epochs.session[s.test])


def test_someone_with_one_session_is_left_out_of_a_split_across_sessions():
    epochs = task([*PEOPLE, stream("3", "3", "a")])
    assert all("3" not in epochs.subject[np.concatenate([s.train, s.test])] for s in cross_session(epochs))


@pytest.mark.parametrize(
    ("split", "message"),
    [
        (leave_one_run_out, "only one run, x; wanted 2 or more"),
        (leave_one_subject_out, "only one subject, 1; wanted 2 or more"),
        (cross_session, "no subject has two sessions"),
        (lambda e: within_session(e, 1), "1 folds; wanted 2 or more"),
        (lambda e: within_session(e, 21), "20 epochs in x for 21 folds"),
    ],
)
def test_too_few_groups_are_refused(split, message):
    with pytest.raises(ModelError, match=message):
        split(task([stream("x")]))


def test_a_missing_class_is_named():
    first_half = np.repeat([0, 1], 10)
    with pytest.raises(ModelError, match="task: no epoch of a to train on in block 1 of 2"):
        within_session(task([stream("x")], target=first_half), 2)
    with pytest.raises(ModelError, match="task: no epoch of b to test on in run x"):
        leave_one_run_out(task([stream("x"), stream("y")], target=np.repeat([0, 1], [35, 5])))


def test_a_regression_has_no_classes_to_miss():
    epochs = Epochs(
        task="gaze",
        streams=(stream("x"),),
        stream=np.zeros(10, np.int64),
        start=200 * np.arange(10),
        patches=4,
        target=np.zeros((10, 4, 2), np.float32),
        outputs=("gaze_x_deg", "gaze_y_deg"),
    )
    assert [len(s.test) for s in within_session(epochs)] == [2] * 5


def test_the_number_of_folds_belongs_to_the_splits_that_have_one():
    epochs = task(PEOPLE)
    assert len(split_by("within-session", epochs, 4)) == 4
    assert len(split_by("within-session", epochs)) == 5
    assert len(split_by("subject-folds", epochs, 2)) == 2
    with pytest.raises(ModelError, match="the split leave-one-run-out has no number of folds; wanted one of within-"):
        split_by("leave-one-run-out", epochs, 4)


def test_every_split_has_a_name():
    for split in SPLITS.values():
        assert split(task(PEOPLE))
