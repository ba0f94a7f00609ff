"""BCI Competition IV 2b, from files in its layout: trials where the cues are, without those that were rejected."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.io import savemat

from earloop.model.config import ModelError
from earloop.model.tasks.datasets import load_motor_imagery
from earloop.model.tokens.clock import tick_at
from earloop.spec.variants import vary_reference
from tests.model.tasks.datasets.gdf import write_gdf

CHANNELS = ["EEG:C3", "EEG:Cz", "EEG:C4", "EOG:ch01", "EOG:ch02", "EOG:ch03"]
SFREQ, SECONDS = 250, 80
TRIALS_S = range(4, 72, 9)  # eight trials


def trials(kinds, rejected=()):
    """Events of trials whose cues come 3 s in."""
    events = []
    for i, (start_s, kind) in enumerate(zip(TRIALS_S, kinds, strict=True)):
        events.append((start_s * SFREQ, 768))
        if i in rejected:
            events.append((start_s * SFREQ, 1023))
        events.append(((start_s + 3) * SFREQ, kind))
    return events


def write(path, events, gap=None):
    """C4 hums at 10 Hz after every right cue, C3 after every left one."""
    rng = np.random.default_rng(1)
    uv = 2 * rng.standard_normal((SECONDS * SFREQ, 6))
    t = np.arange(4 * SFREQ) / SFREQ
    for sample, kind in events:
        if kind in (769, 770):
            uv[sample : sample + 4 * SFREQ, 0 if kind == 769 else 2] += 20 * np.sin(2 * np.pi * 10 * t)
    if gap:
        uv[gap] = np.nan
    write_gdf(path, uv, SFREQ, CHANNELS, events)


LEFT_RIGHT = [769, 770, 770, 769, 769, 770, 769, 770]


def test_each_cue_is_an_epoch_on_the_right_channels(tmp_path):
    write(tmp_path / "B0101T.gdf", trials(LEFT_RIGHT))
    task = load_motor_imagery(tmp_path)
    assert task.format.channels == ("C3", "Cz", "C4")
    assert task.classes == ("left", "right")
    np.testing.assert_array_equal(task.target, [0, 1, 1, 0, 0, 1, 0, 1])
    rms = task.notched_uv(np.arange(8)).std(axis=2)
    np.testing.assert_array_equal(rms[:, 2] > rms[:, 0], task.target == 1)
    assert 12 < rms.max() < 16  # uV
    design = vary_reference(electrodes={"left": ["C3", "Cz"], "right": ["C4"], "reference": ["bipolar"]})
    np.testing.assert_array_equal(task.start, [tick_at(design, at + 3.5) for at in TRIALS_S])


def test_rejected_trials_are_left_out(tmp_path):
    write(tmp_path / "B0101T.gdf", trials(LEFT_RIGHT, rejected=(1, 4)))
    np.testing.assert_array_equal(load_motor_imagery(tmp_path).target, [0, 1, 0, 1, 0, 1])


def test_files_are_sessions_of_subjects(tmp_path):
    for name in ("B0101T.gdf", "B0102T.gdf", "B0201T.gdf"):
        write(tmp_path / name, trials(LEFT_RIGHT))
    assert set(load_motor_imagery(tmp_path).session) == {"01/01", "01/02", "02/01"}
    assert set(load_motor_imagery(tmp_path, subjects=["02"]).subject) == {"02"}
    with pytest.raises(ModelError, match="no file of subject 09; valid: 01, 02"):
        load_motor_imagery(tmp_path, subjects=["09"])


def test_an_evaluation_has_the_labels_that_lie_beside_it(tmp_path):
    write(tmp_path / "B0104E.gdf", trials([783] * 8))
    with pytest.raises(ModelError, match="no epoch of left, right"):
        load_motor_imagery(tmp_path)
    savemat(tmp_path / "B0104E.mat", {"classlabel": np.array([[1, 2, 2, 1, 1, 2, 1, 2]]).T})
    np.testing.assert_array_equal(load_motor_imagery(tmp_path).target, [0, 1, 1, 0, 0, 1, 0, 1])
    savemat(tmp_path / "B0104E.mat", {"classlabel": np.array([[1, 2]]).T})
    with pytest.raises(ModelError, match=r"B0104E\.mat: 2 class labels for the 8 trials"):
        load_motor_imagery(tmp_path)


def test_a_gap_is_no_step(tmp_path):
    write(tmp_path / "B0101T.gdf", trials(LEFT_RIGHT), gap=slice(200, 600))
    stream = load_motor_imagery(tmp_path).streams[0]
    assert np.abs(stream.notched_uv).max() < 40  # a code of -32768 would be 100 uV


def test_some_of_the_channels_by_a_design_of_ones_own(tmp_path):
    write(tmp_path / "B0101T.gdf", trials(LEFT_RIGHT))
    ours = vary_reference(electrodes={"left": ["C3"], "right": ["C4"], "reference": ["bipolar"]})
    assert load_motor_imagery(tmp_path, ours).format.channels == ("C3", "C4")
    eog = vary_reference(electrodes={"left": ["C3"], "right": ["EOG1"], "reference": ["bipolar"]})
    with pytest.raises(ModelError, match="BCI IV 2b: has no channel EOG1 of the design; available: C3, Cz, C4"):
        load_motor_imagery(tmp_path, eog)


def test_what_cannot_be_read_is_one_line(tmp_path):
    with pytest.raises(ModelError, match="nothing: no such folder; wanted one with B0101T"):
        load_motor_imagery(tmp_path / "nothing")
    with pytest.raises(ModelError, match=r"no B0101T\.gdf and its like is in this folder"):
        load_motor_imagery(tmp_path)
    (tmp_path / "B0101T.gdf").write_bytes(b"GDF 1.25 and no more")
    with pytest.raises(ModelError, match=r"B0101T\.gdf: not a readable GDF file") as caught:
        load_motor_imagery(tmp_path)
    assert "\n" not in str(caught.value)
