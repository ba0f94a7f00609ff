"""Synthetic tasks: the classes that the scenario says, where the trials are, and the truth of where the eyes look."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.model.config import ModelError
from earloop.model.tasks.corpus_task import classification, gaze
from earloop.model.tokens.clock import time_of
from earloop.model.tokens.corpus_tokens import corpus_tokens
from earloop.recordings import RecordingError
from earloop.sim.corpus import generate, plan_corpus
from earloop.spec.variants import vary_reference
from earloop.synth_data import load_scenario

# Two electrodes, for speed.
EAR = vary_reference(electrodes={"left": ["T7"], "right": ["T8"], "reference": ["TP9", "TP10"]})


def tokens_of(folder, name, seconds=30, truth=False, unit="uV", subjects=1, longest_s=None):
    plan = plan_corpus(
        EAR, load_scenario(name), hours=seconds / 3600, subjects=subjects, truth=truth, unit=unit, longest_s=longest_s
    )
    return corpus_tokens(generate(plan, folder / f"{name}.zarr").path)


@pytest.fixture(scope="module")
def odour(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odour")
    return tokens_of(folder, "task-odour", 160, subjects=2, longest_s=40)


def test_labelled_trials_are_an_epoch_each(odour):
    task = classification(odour)
    assert task.classes == ("odour/floral", "odour/sour")
    assert task.task == "task-odour"
    assert task.patches == 16  # of trials of 8 s or more
    wanted = {
        (session.stream.name, round(note.onset_s, 6)): note.label
        for session in odour.sessions
        for note in session.annotations
        if note.label.startswith("odour/") and note.duration_s > 4.5 and note.onset_s + 4.7 < 40
    }
    found = {
        (str(run), round(float(time_of(EAR, start)) - 0.5, 2)): task.classes[target]
        for run, start, target in zip(task.run, task.start, task.target, strict=True)
    }
    assert len(found) == len(wanted) >= 14
    for (run, onset_s), label in wanted.items():
        near = [found[r, at] for r, at in found if r == run and abs(at - onset_s) < 0.01]
        assert near == [label]


def test_epochs_know_whose_they_are(odour):
    task = classification(odour)
    assert set(task.subject) == {"01", "02"}
    assert set(task.session) == {"01/000", "01/001", "02/000", "02/001"}


def test_flicker_is_told_apart_by_its_line(tmp_path):
    task = classification(tokens_of(tmp_path, "ssvep", 40))
    assert task.classes == ("flicker_20", "flicker_30")
    assert task.patches == 10  # 2.7 s of 3 s
    uv = task.notched_uv(np.arange(len(task)))
    t = np.arange(uv.shape[2]) / 200
    power = [np.abs((uv * np.exp(-2j * np.pi * hz * t)).mean(axis=2)).mean(axis=1) for hz in (20, 30)]
    assert ((power[0] < power[1]) == task.target).mean() > 0.7


@pytest.mark.parametrize(
    ("name", "classes", "seconds"),
    [("p300", ("p300_standard", "p300_target"), 60), ("n170", ("n170_face", "n170_house"), 20)],
)
def test_pictures_are_an_epoch_each(tmp_path, name, classes, seconds):
    tokens = tokens_of(tmp_path, name, seconds)
    task = classification(tokens)
    assert task.classes == classes
    assert task.patches == 3  # of 0.8 s
    onsets = [n.onset_s for n in tokens.sessions[0].annotations if n.label in classes and n.onset_s < seconds - 1]
    assert len(onsets) <= len(task) <= len(onsets) + 1
    np.testing.assert_allclose(time_of(EAR, task.start)[: len(onsets)], onsets, atol=0.003)


def test_gaze_is_the_mean_over_each_patch(tmp_path):
    tokens = tokens_of(tmp_path, "task-gaze", 30, truth=True)
    task = gaze(tokens, patches=8)
    assert task.outputs == ("gaze_x_deg", "gaze_y_deg")
    assert task.target.shape == (14, 8, 2)
    assert task.target.dtype == np.float32
    track = tokens.corpus.open(tokens.sessions[0].planned).read_track("gaze")
    rows_s = np.arange(len(track.data)) / track.sfreq
    for epoch, patch in ((0, 0), (3, 5), (13, 7)):
        from_s = float(time_of(EAR, task.start[epoch] + 50 * patch))
        rows = (rows_s >= from_s - 0.001) & (rows_s < from_s + 0.249)
        np.testing.assert_allclose(task.target[epoch, patch], track.data[rows].mean(axis=0), atol=0.4)


def test_gaze_stands_in_the_signal_where_the_target_says(tmp_path):
    task = gaze(tokens_of(tmp_path, "task-gaze", 60, truth=True), patches=8)
    uv = task.notched_uv(np.arange(len(task)))
    sideways = (uv[:, 1] - uv[:, 0]).reshape(len(task), 8, 50).mean(axis=2)  # right ear against left
    right = task.target[:, :, 0]
    steps, turns = np.diff(sideways, axis=1).ravel(), np.diff(right, axis=1).ravel()
    assert np.corrcoef(steps, turns)[0, 1] > 0.9


def test_without_truth_there_is_no_gaze(odour):
    with pytest.raises(RecordingError, match="no track gaze"):
        gaze(odour)


def test_a_scenario_without_classes_is_refused(tmp_path):
    with pytest.raises(ModelError, match="scenario walking has no classes"):
        classification(tokens_of(tmp_path, "walking", 10))


def test_a_class_without_a_trial_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"task-odour: no epoch of odour/\w+ among 1; wanted some of each"):
        classification(tokens_of(tmp_path, "task-odour", 10))


def test_epochs_longer_than_the_trials_are_refused(odour):
    with pytest.raises(ModelError, match="epochs of 40 patches do not fit the trials; wanted 1 to 30"):
        classification(odour, patches=40)
