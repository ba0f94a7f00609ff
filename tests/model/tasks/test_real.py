"""Real recordings as tasks: as many epochs as there are events, and each class recognised by its textbook sign."""

from __future__ import annotations

import gzip

import numpy as np
import pytest
from scipy.signal import welch

from earloop.model.config import ModelError
from earloop.model.tasks.real import REAL_TASKS
from earloop.model.tasks.real_muse import SSVEP, load_muse
from earloop.recordings import RecordingError
from earloop.spec.errors import EarloopError

BANDS = 12
pytestmark = pytest.mark.realdata


def uv_of(task):
    """[epochs, channels, samples]"""
    return task.notched_uv(np.arange(len(task)))


@pytest.fixture(scope="module")
def ssvep(real_data):
    return REAL_TASKS["ssvep"].load(real_data)


def test_each_flicker_has_its_line(ssvep):
    f, power = welch(uv_of(ssvep), 200, nperseg=400)
    decibel = 10 * np.log10(power.mean(axis=1))

    def line(hz):
        i = int(np.argmin(np.abs(f - hz)))
        return decibel[:, i] - decibel[:, [i - 3, i - 2, i + 2, i + 3]].mean(axis=1)

    assert ssvep.classes == ("20 Hz", "30 Hz")
    assert len(ssvep) == 128  # of 131 markers, of which three have too little behind them
    assert ((line(30) > line(20)) == (ssvep.target == 1)).mean() > 0.75


def test_runs_sessions_and_subjects_stand_in_the_file_names(ssvep, real_data):
    assert len(set(ssvep.run)) == 4
    assert set(ssvep.session) == {"1/1"}
    p300 = REAL_TASKS["p300"].load(real_data)
    assert set(p300.session) == {"1/1", "1/2", "1/3"}
    assert set(REAL_TASKS["left-right"].load(real_data).subject) == {"2"}


def test_targets_are_rare_and_deflect_more(real_data):
    task = REAL_TASKS["p300"].load(real_data)
    target = task.target == task.classes.index("target")
    assert 0.1 < target.mean() < 0.2
    uv = uv_of(task)
    uv = uv - uv[:, :, :20].mean(axis=2, keepdims=True)
    calm = np.abs(uv).max(axis=(1, 2)) < 100
    late = uv[:, :, 60:80].mean(axis=(1, 2))  # 0.30 to 0.40 s
    assert late[target & calm].mean() < late[~target & calm].mean() - 1


def test_faces_deflect_more_than_houses(real_data):
    task = REAL_TASKS["n170"].load(real_data)
    uv = uv_of(task)
    uv = uv - uv[:, :, :20].mean(axis=2, keepdims=True)
    calm = np.abs(uv).max(axis=(1, 2)) < 100
    mean = [uv[calm & (task.target == i)].mean(axis=(0, 1)) for i in range(2)]
    assert task.classes == ("face", "house")
    assert np.ptp(mean[0][40:70]) > np.ptp(mean[1][40:70])  # 0.2 to 0.35 s: the headband's radio delays it


def test_closed_eyes_have_alpha_at_the_rate_that_the_hum_says(real_data):
    task = REAL_TASKS["eyes"].load(real_data)
    f, power = welch(uv_of(task), 200, nperseg=400)
    closed, opened = (power[task.target == task.classes.index(name), 0].mean(axis=0) for name in ("closed", "open"))
    band = (f >= 7) & (f <= 14)
    assert 8.5 <= f[band][np.argmax(closed[band])] <= 11
    alpha = (f >= 8.5) & (f <= 11)
    assert closed[alpha].mean() > 1.5 * opened[alpha].mean()


def test_blinks_swing_the_vertical_derivation(real_data):
    task = REAL_TASKS["blinks"].load(real_data)
    swing = np.ptp(uv_of(task)[:, 1], axis=1)
    blink = task.target == task.classes.index("blink")
    assert 80 < blink.sum() < 189  # of those found in 300 s, some share a window and some lie at the edge of one
    assert np.median(swing[blink]) > 3 * np.median(swing[~blink])
    sideways = np.ptp(uv_of(task)[:, 0], axis=1)
    assert np.median(sideways[blink]) < 0.5 * np.median(swing[blink])


@pytest.mark.parametrize(
    ("name", "rows", "positive"),
    [("saccades", (1.0, 0.0), "positive"), ("rem-saccades", (1.0, -1.0), "left")],
)
def test_saccades_leave_the_derivation_higher_or_lower(real_data, name, rows, positive):
    task = REAL_TASKS[name].load(real_data)
    horizontal = np.einsum("ecs,c->es", uv_of(task), rows)
    rise = horizontal[:, 75:90].mean(axis=1) - horizontal[:, 30:45].mean(axis=1)
    assert len(task) > 90
    assert 0.3 < (task.target == 1).mean() < 0.7
    assert ((rise > 0) == (task.target == task.classes.index(positive))).mean() > 0.95


def test_every_task_says_what_it_is(real_data):
    for name, task in REAL_TASKS.items():
        assert task.name == name
        assert task.about
        assert task.windows
        assert "BSD" in task.licence or "MIT" in task.licence
        assert len(task.load(real_data).format.bands) == BANDS


def test_a_folder_or_file_that_is_missing_is_one_line(tmp_path):
    with pytest.raises(ModelError, match="no such folder; wanted the folder of real recordings"):
        REAL_TASKS["eyes"].load(tmp_path / "nothing")
    with pytest.raises(ModelError, match=r"eeg_ec\.txt\.gz: no such file"):
        REAL_TASKS["eyes"].load(tmp_path)
    with pytest.raises(ModelError, match=r"no recording visual_SSVEP_subjectN_sessionN_\*\.csv\.gz"):
        REAL_TASKS["ssvep"].load(tmp_path)


def test_a_damaged_recording_is_named(tmp_path):
    (tmp_path / "muse").mkdir()
    with gzip.open(tmp_path / "muse" / "visual_SSVEP_subject1_session1_a.csv.gz", "wt") as file:
        file.write("timestamps,TP9,TP10,Marker0\n0,1,2,0\n0,x,2,0\n")
    with pytest.raises(RecordingError, match=r"visual_SSVEP_subject1_session1_a\.csv\.gz: 'x' in line 3"):
        load_muse(SSVEP, tmp_path)


@pytest.mark.parametrize(
    ("task", "file"),
    [
        ("eyes", "biosppy/eeg_ec.txt.gz"),
        ("rem-saccades", "yasa/EOGs_REM_256Hz.npz"),
        ("blinks", "neurokit/eog_200hz.csv.gz"),
    ],
)
@pytest.mark.parametrize("damage", ["cut off", "garbage"])
def test_a_damaged_file_is_named_in_one_line(real_data, tmp_path, task, file, damage):
    path = tmp_path / file
    path.parent.mkdir()
    content = (real_data / file).read_bytes()
    path.write_bytes(content[: len(content) // 2] if damage == "cut off" else b"not of its kind\n" * 9)
    with pytest.raises(EarloopError, match=path.name) as caught:
        REAL_TASKS[task].load(tmp_path)
    assert "\n" not in str(caught.value)
