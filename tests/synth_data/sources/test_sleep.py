"""Sleep's events: where, when, how large; and whether a sleep scorer's detector finds them."""

import numpy as np
import pytest
import yasa
from scipy.signal import welch

from earloop.spec.wiring import wire
from earloop.synth_data import ADULT, synthesise
from earloop.synth_data.head.headset import Headset
from earloop.synth_data.sources.sleep import sleep_events
from tests.synth_data.lives import ACROSS, doing, rng
from tests.synth_data.scoring import f1_of_spans

SCALP = Headset(wire(("Cz",), ("Fz",), ("A1", "A2")), 200.0)


def asleep(stage, duration_s=600.0, headset=SCALP, seed=0):
    timeline = doing(duration_s, eyes_closed={}, sleep={"stage": stage})
    return sleep_events(headset, timeline, ADULT, round(duration_s * headset.rate_hz), rng(seed))


@pytest.mark.parametrize(
    ("stage", "label", "least", "most"),
    [("N2", "spindle", 2, 5), ("N2", "k_complex", 1, 3), ("N3", "slow_wave", 12, 30)],
)
def test_events_come_as_often_as_in_sleepers(stage, label, least, most):
    _, events = asleep(stage)
    assert least <= sum(event.label == label for event in events) / 10 <= most  # a minute


def test_waking_and_rem_have_no_spindles():
    assert not asleep("R")[1]
    assert not sleep_events(SCALP, doing(100.0), ADULT, 20_000, rng())[1]


@pytest.mark.parametrize(
    ("label", "channel", "least_uv", "most_uv"), [("spindle", 0, 25, 90), ("k_complex", 1, 75, 250)]
)
def test_events_have_the_height_that_scorers_ask_for(label, channel, least_uv, most_uv):
    uv, events = asleep("N2")
    for event in events:
        others = [e for e in events if e is not event and e.onset_s < event.onset_s + event.duration_s + 0.2]
        if event.label == label and all(e.onset_s + e.duration_s < event.onset_s for e in others):
            first = round(event.onset_s * 200)
            found_uv = np.ptp(uv[channel, first : first + round(event.duration_s * 200) + 1])
            assert found_uv == pytest.approx(event.amplitude, rel=0.05)
            assert least_uv <= found_uv <= most_uv


def test_spindles_lie_between_11_and_16_hz():
    uv, events = asleep("N2")
    spindles = [e for e in events if e.label == "spindle"]
    alone = np.zeros(uv.shape[1])
    for event in spindles:
        span = slice(round(event.onset_s * 200), round((event.onset_s + event.duration_s) * 200))
        alone[span] = uv[0, span]
    f, p = welch(alone, 200, nperseg=400)
    assert 11 < f[5:][np.argmax(p[5:])] < 16
    assert all(0.5 <= event.duration_s <= 2.0 for event in spindles)


def test_little_of_a_spindle_reaches_the_ear():
    at_ear, _ = asleep("N2", headset=Headset(ACROSS.wiring, 200.0))
    at_vertex, _ = asleep("N2")
    ratio = np.abs(at_ear[0]).max() / np.abs(at_vertex[0]).max()
    assert 0.1 < ratio < 0.7


def test_yasa_finds_the_spindles_that_are_annotated():
    session = synthesise(SCALP, scenario=sleeping("N2", 600.0), seed=3)
    truth = [(e.onset_s, e.onset_s + e.duration_s) for e in session.recording.annotations if e.label == "spindle"]
    found = yasa.spindles_detect(session.recording.data[:, 0].astype(float), 200, verbose=False).summary()
    assert f1_of_spans(truth, list(zip(found["Start"], found["End"], strict=True))) > 0.9


def sleeping(stage, duration_s):
    from earloop.synth_data import parse_scenario

    activity = {"name": stage, "duration_s": duration_s, "does": {"eyes_closed": {}, "sleep": {"stage": stage}}}
    return parse_scenario({"name": "asleep", "duration_s": duration_s, "tracks": [{"activities": [activity]}]})
