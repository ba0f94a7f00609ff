"""Eyes and lids: the main sequence, where gaze goes, and whether NeuroKit2 finds the blinks."""

from itertools import pairwise

import neurokit2
import numpy as np
import pytest

from earloop.spec.wiring import wire
from earloop.synth_data import ADULT, load_scenario, synthesise
from earloop.synth_data.head.headset import Headset
from earloop.synth_data.sources.eog import DRIFT_DEG, LIMIT_DEG, gaze, saccade_duration_s
from earloop.synth_data.sources.lids import blinks, lids
from tests.synth_data.lives import SFREQ, doing, one_after_another, rng
from tests.synth_data.scoring import f1_of_times


def looking(timeline):
    return gaze(timeline, round(timeline.duration_s * SFREQ), SFREQ, rng())


def test_saccades_follow_the_main_sequence():
    assert saccade_duration_s(10) == pytest.approx(0.043)  # D = 2.2 A + 21 ms
    right, _, events = looking(doing(60.0, saccades={}))
    assert len(events) > 35
    for event in events:
        before, after = right[int(event.onset_s * SFREQ)], right[int((event.onset_s + event.duration_s) * SFREQ) + 1]
        assert event.label == ("saccade_right" if after > before else "saccade_left")
        assert event.amplitude == pytest.approx(abs(after - before), abs=2 * DRIFT_DEG)
        assert event.duration_s == pytest.approx(saccade_duration_s(event.amplitude), abs=1e-9)
    assert right[-1] == pytest.approx(0, abs=0.6)  # but for drift
    assert np.abs(np.diff(right)).max() * SFREQ < 750  # up to 700 degrees/s are seen in people


def test_a_saccade_is_the_minimum_jerk_step():
    right, _, events = looking(doing(30.0, saccades={}))
    event = events[3]
    t = (np.arange(len(right)) / SFREQ - event.onset_s) / event.duration_s
    part = (t > 0) & (t < 1)
    before = right[np.flatnonzero(part)[0] - 2]
    step = event.amplitude * (1 if event.label.endswith("right") else -1)
    wanted = before + step * t[part] ** 3 * (10 - 15 * t[part] + 6 * t[part] ** 2)
    assert np.abs(right[part] - wanted).max() < 0.01 * abs(step)


@pytest.mark.parametrize(
    "behaviour", ["saccades", "looking", "reading", "pursuit", "nystagmus", "rapid_eye_movements", "rolling_eyes"]
)
def test_gaze_stays_where_an_electrooculogram_is_linear_and_returns(behaviour):
    right, up, _ = looking(one_after_another((40.0, {behaviour: {}}), (10.0, {})))
    assert max(np.abs(right).max(), np.abs(up).max()) <= LIMIT_DEG + 1e-3
    assert np.abs(right[-500:]).max() < 1.5
    assert right.std() > 0.5


def test_pursuit_follows_a_sine():
    right, _, events = looking(doing(20.0, pursuit={"frequency_hz": 0.5, "amplitude_deg": 12.0}))
    t = np.arange(len(right)) / SFREQ
    assert np.abs(right - 12 * np.sin(2 * np.pi * 0.5 * t)).max() < 0.1 + 4 * DRIFT_DEG
    assert [e.label for e in events] == ["pursuit"]


def test_nystagmus_drifts_slowly_one_way_and_springs_back():
    right, _, events = looking(doing(20.0, nystagmus={}))
    speed = np.diff(right) * SFREQ
    assert [e.label for e in events] == ["nystagmus"]
    assert np.median(speed) < -3  # degrees/s, slow phase
    assert speed.max() > 100  # quick phase
    assert 1.2 < (np.diff((speed > 60).astype(int)) == 1).sum() / 20 < 3.2  # beats a second


def test_at_rest_the_eyes_hold_still_but_for_microsaccades():
    right, up, events = looking(doing(60.0))
    assert not events
    assert 0.05 < right.std() < 1.0
    assert max(np.abs(right).max(), np.abs(up).max()) < 1.0


def blinking(timeline, subject=ADULT, seed=0):
    return blinks(timeline, subject, round(timeline.duration_s * SFREQ), SFREQ, rng(seed))


def test_a_blink_lasts_as_long_as_peoples_do():
    lid_uv, events = blinking(doing(60.0, blinks={}))
    assert all(0.2 <= event.duration_s <= 0.5 for event in events)  # 100 ms to close, up to 300 shut, 100 to open
    for event in events:
        peak = lid_uv[int(event.onset_s * SFREQ) :][:320].max()
        assert peak == pytest.approx(event.amplitude, rel=1e-3)


def test_closed_eyes_do_not_blink():
    timeline = doing(60.0, eyes_closed={})
    assert not blinking(timeline)[1]
    assert lids(timeline, 60_000, SFREQ)[500:].min() == 1


def test_open_eyes_blink_at_the_subjects_rate_and_at_another_when_told():
    for factor in (1.0, 0.5):
        counts = [len(blinking(doing(600.0, gain={"blink_rate": factor}), seed=seed)[1]) / 10 for seed in range(5)]
        assert np.mean(counts) == pytest.approx(factor * ADULT.blinks_per_min, rel=0.1)


def test_blinks_do_not_overlap():
    _, events = blinking(doing(600.0, gain={"blink_rate": 3.0}))
    assert all(before.onset_s + before.duration_s < after.onset_s for before, after in pairwise(events))


def test_neurokit_finds_the_blinks_that_are_annotated_in_a_whole_recording():
    forehead = Headset(wire(("Fpz",), ("T8",), ("A1", "A2")), 500.0)
    session = synthesise(forehead, scenario=load_scenario("n170"), seed=2)
    vertical = neurokit2.eog_clean(session.recording.data[:, 0].astype(float), sampling_rate=500)
    found = neurokit2.eog_findpeaks(vertical, sampling_rate=500, method="mne") / 500
    truth = [e.onset_s + e.duration_s / 2 for e in session.recording.annotations if e.label == "blink"]
    assert f1_of_times(truth, found, within_s=0.15) > 0.9
