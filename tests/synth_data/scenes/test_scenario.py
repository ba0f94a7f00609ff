"""Scenarios as data: those that ship can be lived through, those that cannot are refused in one line."""

import pytest

from earloop.synth_data import ScenarioError, load_scenario, parse_scenario, scenario_names

TASKS = {"task-gaze", "task-video", "task-audio", "task-texture", "task-taste", "task-odour"}


def scenario(*tracks, **more):
    return {"name": "s", "duration_s": 60.0, "tracks": list(tracks)} | more


def track(*activities, **more):
    return {"activities": list(activities)} | more


def activity(name="a", duration_s=10.0, **more):
    return {"name": name, "duration_s": duration_s} | more


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_that_ships_is_sound_and_says_what_it_is(name):
    found = load_scenario(name)
    assert found.name == name
    assert found.about
    assert found.duration_s >= 60


def test_the_papers_six_tasks_and_the_day_and_night_are_there():
    assert set(scenario_names()) >= TASKS | {
        *("rest", "gaze", "video", "listening", "eating", "talking", "walking", "running", "night", "free-living")
    }


@pytest.mark.parametrize("name", sorted(TASKS - {"task-gaze"}))
def test_a_task_has_two_classes_of_the_same_conduct(name):
    first, second = load_scenario(name).tracks[0].activities
    assert first.label != second.label
    assert first.does == second.does
    assert first.shift == {modulator: -shift for modulator, shift in second.shift.items()}


WALK, RUN = activity("walk", does={"walking": {}}), activity("run", does={"running": {}})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (scenario(track(activity(duration_s=-3.0))), "tracks[0].activities[0].duration_s"),
        (scenario(track(activity(duration_s=[5.0, 2.0]))), "the range 5..2 ends before it begins"),
        (scenario(track(activity(does={"levitating": {}}))), "does.levitating: unknown; valid: blinks, chewing"),
        (scenario(track(activity(does={"sleep": {"stage": "N4"}}))), "does.sleep.stage = 'N4'"),
        (scenario(track(activity(does={"blinks": {"gap": 1}}))), "does.blinks.gap: unknown key; valid: gap_s"),
        (scenario(track(activity(gain={"delta": 2.0}))), "delta: not a modulator; valid: theta, alpha"),
        (scenario(track(activity(gain={"alpha": 0.0}))), "a gain must be larger than 0"),
        (scenario(track(WALK), track(RUN)), "walk and run can happen at the same time, but both occupy the legs"),
        (scenario(track(WALK | {"onset_s": 0.0}, RUN | {"onset_s": 5.0}, order="timed")), "both occupy the legs"),
        (scenario(track(activity(), order="timed")), "a.onset_s: missing; each activity of a timed track needs one"),
        (scenario(track(activity(), order="markov")), "needs 1 rows of 1"),
        (
            scenario(track(activity(), order="markov", transitions=[[0.5]])),
            "the row of a must sum to 1 without negative values",
        ),
        (scenario(track()), "tracks[0].activities"),
        (scenario(track(activity()), colour="red"), "colour: unknown key; valid: about, duration_s"),
        (scenario(track(activity()), duration_s=0), "duration_s = 0"),
    ],
)
def test_an_invalid_scenario_is_refused_in_one_line(data, said):
    with pytest.raises(ScenarioError) as refusal:
        parse_scenario(data)
    message = str(refusal.value)
    assert said in message
    assert "\n" not in message


def test_the_same_legs_may_walk_first_and_run_later():
    later = scenario(track(WALK | {"onset_s": 0.0}, RUN | {"onset_s": 10.0}, order="timed"))
    assert len(parse_scenario(later).tracks[0].activities) == 2


def test_an_unknown_name_lists_the_known_ones(tmp_path):
    with pytest.raises(ScenarioError, match=r"scenario nap: unknown; valid: eating, .*, or a \.toml file"):
        load_scenario("nap")
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_scenario(tmp_path / "none.toml")
    (tmp_path / "broken.toml").write_text("name = ")
    with pytest.raises(ScenarioError, match="not a TOML file"):
        load_scenario(tmp_path / "broken.toml")
