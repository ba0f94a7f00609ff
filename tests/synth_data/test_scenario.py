"""Timelines and the events within them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_data import Activity, ScenarioError, short_session
from synth_data.scenario import SHORT_SESSION_S, event_onsets


@given(duration_s=st.floats(10, 1e5))
def test_activities_follow_one_another_and_fill_the_session(duration_s):
    activities = short_session(duration_s).activities
    assert [a.kind for a in activities] == list(SHORT_SESSION_S)
    assert activities[0].onset_s == 0
    for before, after in pairwise(activities):
        assert after.onset_s == pytest.approx(before.end_s)
    assert activities[-1].end_s == pytest.approx(duration_s)


@pytest.mark.parametrize("duration_s", [9.99, 0, -1, float("nan"), float("inf")])
def test_a_session_too_short_is_refused(duration_s):
    with pytest.raises(ScenarioError, match="must last 10 s or longer"):
        short_session(duration_s)


def test_masks_of_all_activities_add_up_to_one():
    scenario = short_session(33.3)
    total = sum(scenario.mask(a.kind, 33300, 1000.0) for a in scenario.activities)
    np.testing.assert_array_equal(total, 1)


@given(length_s=st.floats(0.5, 100), longest_s=st.floats(0.1, 2), seed=st.integers(0, 1000))
def test_events_lie_within_their_activity_and_keep_their_gap(length_s, longest_s, seed):
    activity = Activity("blinks", 7.0, length_s)
    onsets = event_onsets(activity, (0.5, 1.0), longest_s, np.random.default_rng(seed))
    assert all(onset >= 7.0 and onset + longest_s <= activity.end_s for onset in onsets)
    assert all(0.5 <= gap <= 1.0 + 1e-9 for gap in np.diff(onsets))
