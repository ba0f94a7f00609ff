"""DREAMER and SEED, from files in their layouts: the right channels, the right clip, the right label."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.io import savemat

from earloop.model.config import ModelError
from earloop.model.tasks.datasets import DATASETS, load_dreamer, load_seed
from earloop.model.tasks.datasets.dreamer import MONTAGE
from earloop.model.tasks.datasets.seed import CHANNELS
from earloop.spec.variants import vary_reference

TWO = vary_reference(electrodes={"left": ["T7"], "right": ["T8"], "reference": ["P3"]})
T = np.arange(70 * 200)
EPOC = ["AF3", "F7", "F3", "FC5", "T7", "P7", "O1", "O2", "P8", "T8", "FC6", "F4", "F8", "AF4"]


def cell(values):
    """A MATLAB cell array of one column."""
    found = np.empty((len(values), 1), object)
    found[:, 0] = values
    return found


def tones(channels, sfreq, seconds, offset_uv=0.0):
    """Channel k hums with (k + 1) uV at 10 Hz; [samples, channels]."""
    t = np.arange(round(sfreq * seconds)) / sfreq
    return offset_uv + np.sin(2 * np.pi * 10 * t)[:, None] * np.arange(1, channels + 1)


def write_dreamer(folder, people=2, valence=(1, 2, 3, 4, 5), electrodes=EPOC, clips=None):
    subjects = np.empty((1, people), object)
    for i in range(people):
        signals = clips or [tones(14, 128, 66, 4100.0) * (1 + k) for k in range(5)]
        rating = np.array(valence, np.uint8)[:, None]
        subjects[0, i] = {
            "Age": "22",
            "EEG": {"baseline": cell(signals), "stimuli": cell(signals)},
            "ScoreValence": rating,
            "ScoreArousal": rating[::-1],
            "ScoreDominance": rating,
        }
    names = np.array(electrodes, object)[None]
    savemat(
        folder / "DREAMER.mat",
        {"DREAMER": {"Data": subjects, "EEG_SamplingRate": 128, "EEG_Electrodes": names, "noOfSubjects": people}},
    )


def loudness_uv(task, epochs):
    return task.notched_uv(epochs).std(axis=2) * np.sqrt(2)


@pytest.fixture(scope="module")
def dreamer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dreamer")
    write_dreamer(folder)
    return folder


def test_the_last_minute_of_each_clip_is_cut_into_windows(dreamer):
    task = load_dreamer(dreamer, TWO)
    assert set(task.subject) == {"01", "02"}
    assert len(set(task.run)) == 10
    assert len(task) == 2 * 5 * 14  # of fifteen times 4 s, the last one loses the decimator's delay
    assert {len(stream) for stream in task.streams} == {12_000}


def test_ratings_of_four_and_five_are_high(dreamer):
    task = load_dreamer(dreamer, TWO, ["01"])
    high = {int(run[-2:]) for run, target in zip(task.run, task.target, strict=True) if task.classes[target] == "high"}
    assert high == {4, 5}
    arousal = load_dreamer(dreamer, TWO, ["01"], score="arousal")
    assert {int(run[-2:]) for run, t in zip(arousal.run, arousal.target, strict=True) if t == 0} == {1, 2}
    assert arousal.task == "DREAMER arousal"


def test_the_eight_channels_nearest_to_the_ears_are_taken_by_name(dreamer):
    task = load_dreamer(dreamer, subjects=["01"])
    assert task.format.channels == ("F7", "FC5", "T7", "P7", "F8", "FC6", "T8", "P8")
    wanted = [EPOC.index(name) + 1 for name in task.format.channels]
    found = loudness_uv(task, np.flatnonzero(task.run == "01_01"))
    np.testing.assert_allclose(found[2:].mean(axis=0), wanted, rtol=0.05)
    assert MONTAGE.available == tuple(EPOC)


def test_seed_labels_the_clips_of_every_session(tmp_path):
    write_seed(tmp_path)
    task = load_seed(tmp_path)
    assert task.classes == ("negative", "neutral", "positive")
    assert task.format.channels == ("FT7", "T7", "TP7", "P7", "FT8", "T8", "TP8", "P8")
    assert set(task.session) == {"1/20131027", "1/20131030", "12/20131127"}
    assert len(set(task.run)) == 9
    by_clip = {run[-2:]: task.classes[t] for run, t in zip(task.run, task.target, strict=True)}
    assert by_clip == {"01": "positive", "02": "neutral", "03": "negative"}
    found = loudness_uv(task, np.flatnonzero(task.run == "1_20131027_01"))
    wanted = [CHANNELS.index(name) + 1 for name in task.format.channels]
    np.testing.assert_allclose(found[1:].mean(axis=0), wanted, rtol=0.05)
    assert set(load_seed(tmp_path, subjects=["12"]).subject) == {"12"}


def write_seed(folder, clips=3):
    preprocessed = folder / "Preprocessed_EEG"
    preprocessed.mkdir()
    savemat(preprocessed / "label.mat", {"label": np.array([[1, 0, -1]])})
    for name, initials in (("1_20131027", "djc"), ("1_20131030", "djc"), ("12_20131127", "wyw")):
        signals = {f"{initials}_eeg{k}": tones(62, 200, 14).T for k in range(1, clips + 1)}
        savemat(preprocessed / f"{name}.mat", signals)
    return preprocessed


def test_seed_without_a_clip_or_its_labels_is_one_line(tmp_path):
    folder = write_seed(tmp_path, clips=2)
    with pytest.raises(ModelError, match=r"12_20131127\.mat: clips 1, 2; wanted 1 to 3"):
        load_seed(tmp_path)
    (folder / "label.mat").unlink()
    with pytest.raises(ModelError, match=r"label\.mat: no such file"):
        load_seed(tmp_path)
    savemat(folder / "label.mat", {"label": np.array([[7, 8]])})
    with pytest.raises(ModelError, match="wanted `label`, -1, 0 or 1 for each clip"):
        load_seed(tmp_path)


def test_dreamer_of_another_structure_is_one_line(tmp_path):
    with pytest.raises(ModelError, match=r"DREAMER\.mat: no such file"):
        load_dreamer(tmp_path)
    (tmp_path / "DREAMER.mat").write_bytes(b"no MATLAB file " * 20)
    with pytest.raises(ModelError, match=r"DREAMER\.mat: not a readable MATLAB file"):
        load_dreamer(tmp_path)
    savemat(tmp_path / "DREAMER.mat", {"DREAMER": {"Data": 1}})
    with pytest.raises(ModelError, match="not have DREAMER's structure"):
        load_dreamer(tmp_path)
    write_dreamer(tmp_path, electrodes=EPOC[::-1])
    with pytest.raises(ModelError, match=r"electrodes AF4, F8, .*; wanted AF3, F7"):
        load_dreamer(tmp_path)
    write_dreamer(tmp_path, people=2, valence=(1, 2))
    with pytest.raises(ModelError, match="5 clips with 2 ratings"):
        load_dreamer(tmp_path)


def test_a_subject_or_class_that_is_not_there_is_named(dreamer, tmp_path):
    with pytest.raises(ModelError, match="no subject 23; valid: 01, 02"):
        load_dreamer(dreamer, subjects=["23"])
    write_dreamer(tmp_path, people=2, valence=(1, 1, 1, 1, 1))
    with pytest.raises(ModelError, match="DREAMER valence: no epoch of high"):
        load_dreamer(tmp_path, TWO, ["01"])


def test_kept_tokens_are_the_same_and_stay_on_disk(dreamer, tmp_path):
    wanted = load_dreamer(dreamer, TWO, ["01"])
    load_dreamer(dreamer, TWO, ["01"], tmp_path)
    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("samples.npy")}
    found = load_dreamer(dreamer, TWO, ["01"], tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("samples.npy")} == written
    assert len(written) == 5
    assert all(isinstance(stream.samples, np.memmap) for stream in found.streams)
    every = np.arange(len(wanted))
    np.testing.assert_array_equal(found.tokens(every), wanted.tokens(every))


def test_kept_tokens_of_a_file_that_changed_are_made_anew(tmp_path):
    folder, cache = write_seed(tmp_path), tmp_path / "cache"
    before = load_seed(tmp_path, subjects=["12"], cache=cache).notched_uv(np.array([0]))
    savemat(folder / "12_20131127.mat", {f"wyw_eeg{k}": 2 * tones(62, 200, 15).T for k in (1, 2, 3)})
    after = load_seed(tmp_path, subjects=["12"], cache=cache).notched_uv(np.array([0]))
    np.testing.assert_allclose(after.std(), 2 * before.std(), rtol=0.05)


def test_every_dataset_says_what_it_needs():
    assert set(DATASETS) == {"sleep-edf", "bci-iv-2b", "dreamer", "seed"}
    for name, dataset in DATASETS.items():
        assert dataset.name == name
        assert dataset.about
        assert dataset.layout
        assert dataset.terms
