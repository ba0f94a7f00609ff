"""Scores of each person or recording, beside scikit-learn's on the same epochs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from sklearn.metrics import balanced_accuracy_score

from earloop.model.evaluation.by_group import scores_by_group
from earloop.model.evaluation.compare import compare
from earloop.model.finetuning.finetune import finetuning
from earloop.model.fitting.training import TrainConfig
from earloop.model.tasks.splits import within_session
from tests.model.epochs_made import tone_epochs

EPOCHS = tone_epochs(60, runs=3, amplitude=0.6)


def test_each_person_has_the_score_of_their_epochs_and_each_network_its_losses():
    splits = within_session(EPOCHS, 2)
    config = TrainConfig(passes=3, patience=3)
    comparison = compare(EPOCHS, splits, {"PiMT": finetuning("scratch", preset="nano", config=config)}, 1)
    found = scores_by_group(comparison, EPOCHS)
    assert (found.kind, found.groups) == ("person", ("sub0", "sub1", "sub2"))
    for trial in comparison.trials:
        for person, score in zip(found.groups, found.scores[trial.model], strict=True):
            mine = EPOCHS.subject[comparison.which] == person
            wanted = balanced_accuracy_score(comparison.target[mine], trial.predicted[mine].argmax(axis=1))
            np.testing.assert_allclose(score, wanted, rtol=1e-12)
    np.testing.assert_array_equal(found.counts, [20, 20, 20])
    assert len(comparison.trial("PiMT").histories) == len(splits)
    assert all(len(history.held_out) == 3 for history in comparison.trial("PiMT").histories)
    assert comparison.trial("band power").histories == ()


def test_of_one_person_each_recording_has_a_score():
    alone = replace(EPOCHS, streams=tuple(replace(stream, subject="x") for stream in EPOCHS.streams))
    comparison = compare(alone, within_session(alone, 2), {}, 1)
    found = scores_by_group(comparison, alone)
    assert (found.kind, found.groups) == ("recording", ("run0", "run1", "run2"))
