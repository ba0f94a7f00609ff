"""What chance makes of a scenario."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earloop.synth_data import ScenarioError, load_scenario, parse_scenario, scenario_names
from earloop.synth_data.scenes.behaviours import EyesClosed, Sleep
from earloop.synth_data.scenes.scenario import MODULATORS
from earloop.synth_data.scenes.timeline import Activity, event_onsets, plan
from earloop.synth_data.signals.curve import curve
from tests.synth_data.lives import one_after_another, rng


@settings(max_examples=40)
@given(name=st.sampled_from(scenario_names()), duration_s=st.floats(10, 3000), seed=st.integers(0, 99))
def test_each_track_fills_the_session_without_gap_or_overlap(name, duration_s, seed):
    scenario = load_scenario(name)
    timeline = plan(scenario, duration_s, rng(seed))
    for track in scenario.tracks:
        own = {kind.label or kind.name for kind in track.activities}
        laid = [a for a in timeline.activities if a.name in own]
        assert laid[0].onset_s == 0
        assert laid[-1].end_s == pytest.approx(duration_s)
        assert all(after.onset_s == pytest.approx(before.end_s) for before, after in pairwise(laid))


@pytest.mark.parametrize("duration_s", [9.99, 0, -1, float("nan"), float("inf")])
def test_a_session_too_short_is_refused(duration_s):
    with pytest.raises(ScenarioError, match="must last 10 s or longer"):
        plan(load_scenario("rest"), duration_s, rng())


def test_a_timed_activity_that_the_session_does_not_reach_is_refused():
    late = {"name": "late", "duration_s": 5.0, "onset_s": 100.0}
    scenario = parse_scenario({"name": "s", "duration_s": 60.0, "tracks": [{"order": "timed", "activities": [late]}]})
    with pytest.raises(ScenarioError, match="late begins at 100 s, but the session ends at 60 s; choose a longer"):
        plan(scenario, 60.0, rng())


def test_a_nights_stages_follow_the_transitions():
    scenario = load_scenario("night")
    stages = [a.name for a in plan(scenario, 200 * 25200.0, rng()).activities if a.name != "in_bed"]
    names = [kind.name for kind in scenario.tracks[0].activities]
    counted = Counter(pairwise(stages))
    for row, before in zip(scenario.tracks[0].transitions, names, strict=True):
        total = sum(counted[before, after] for after in names)
        for wanted, after in zip(row, names, strict=True):
            assert counted[before, after] / total == pytest.approx(wanted / sum(row), abs=0.02)


def test_draws_follow_the_weights():
    kinds = [{"name": "often", "duration_s": 1.0, "weight": 3.0}, {"name": "seldom", "duration_s": 1.0}]
    scenario = {"name": "s", "duration_s": 60.0, "tracks": [{"order": "draw", "activities": kinds}]}
    names = [a.name for a in plan(parse_scenario(scenario), 4000.0, rng()).activities]
    assert names.count("often") / len(names) == pytest.approx(0.75, abs=0.03)


def test_shuffled_activities_come_equally_often():
    scenario = load_scenario("task-taste")
    names = Counter(a.name for a in plan(scenario, 2000.0, rng()).activities)
    assert abs(names["taste/sweet"] - names["taste/sour"]) <= 1


@pytest.mark.parametrize("effect_size", [0.0, 1.0, 3.0])
def test_the_effect_size_is_cohens_d_between_the_classes(effect_size):
    scenario = load_scenario("task-taste").model_copy(update={"effect_size": effect_size})
    trials = plan(scenario, 40_000.0, rng()).activities
    for modulator in MODULATORS:
        sour, sweet = (
            np.log([a.gain[modulator] for a in trials if a.name == name]) for name in ("taste/sour", "taste/sweet")
        )
        found = (sour.mean() - sweet.mean()) / np.sqrt((sour.var() + sweet.var()) / 2)
        shift = scenario.tracks[0].activities[0].shift.get(modulator, 0.0)
        assert found == pytest.approx(2 * effect_size * shift, abs=0.12)


def test_modulators_of_tracks_multiply():
    kinds = ({"name": "a", "duration_s": 10.0, "gain": {"alpha": 2.0}}, {"name": "b", "duration_s": 10.0})
    other = {"name": "c", "duration_s": 20.0, "gain": {"alpha": 3.0}}
    scenario = {"name": "s", "duration_s": 20.0, "tracks": [{"activities": list(kinds)}, {"activities": [other]}]}
    gain = curve(plan(parse_scenario(scenario), 20.0, rng()).gain("alpha"), 2000, 100.0)
    assert gain[500] == pytest.approx(6)
    assert gain[1500] == pytest.approx(3)
    assert np.abs(np.diff(gain)).max() < 0.1


def test_spans_of_one_behaviour_that_touch_are_one():
    shut = {"eyes_closed": {}}
    timeline = one_after_another((5.0, shut), (5.0, shut | {"sleep": {"stage": "N1"}}), (5.0, {}), (5.0, shut))
    assert timeline.spans(EyesClosed) == [pytest.approx((0, 10)), pytest.approx((15, 20))]
    assert timeline.spans(Sleep) == [pytest.approx((5, 10))]


@given(length_s=st.floats(0.5, 100), longest_s=st.floats(0.1, 2), seed=st.integers(0, 1000))
def test_events_lie_within_their_activity_and_keep_their_gap(length_s, longest_s, seed):
    activity = Activity(name="blinks", onset_s=7.0, duration_s=length_s, does={})
    onsets = event_onsets(activity, (0.5, 1.0), longest_s, np.random.default_rng(seed))
    assert all(onset >= 7.0 and onset + longest_s <= activity.end_s for onset in onsets)
    assert all(0.5 - 1e-9 <= gap <= 1.0 + 1e-9 for gap in np.diff(onsets))
    if onsets:
        assert activity.end_s - longest_s - onsets[-1] <= 1.0 + 1e-9
