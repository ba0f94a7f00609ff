"""Whole sessions: the same bytes for a seed, every event present, sources that add up."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.signal import welch

from earloop.spec.design import Design, load_design
from earloop.synth_data import (
    ADULT,
    STAGES,
    Headset,
    ScenarioError,
    Session,
    draw_subject,
    headset_of,
    load_scenario,
    scenario_names,
    synthesise,
)

DESIGN = load_design()
EVENTS = {"saccade_left", "saccade_right", "blink", "jaw_clench", "step", "r_peak"}


def redesigned(**changes: object) -> Design:
    return Design.model_validate(DESIGN.model_dump() | changes)


@pytest.fixture(scope="module")
def sessions() -> list[Session]:
    return [synthesise(DESIGN, seed=seed) for seed in (1, 2, 3, 4)]


def span_of(session: Session, kind: str) -> slice:
    """The samples of the one activity of a kind."""
    note = next(note for note in session.recording.annotations if note.label == kind)
    first = round(note.onset_s * session.recording.sfreq)
    return slice(first, first + round(note.duration_s * session.recording.sfreq))


def band_uv(session: Session, kind: str, low_hz: float, high_hz: float) -> float:
    """uV rms in a band during an activity, the mean of the channels."""
    part = session.recording.data[span_of(session, kind)]
    f, p = welch(part, session.recording.sfreq, nperseg=4000, axis=0)
    return float(np.sqrt(p[(f >= low_hz) & (f < high_hz)].sum(axis=0) * f[1]).mean())


def test_the_same_seed_gives_the_same_bytes(sessions):
    again = synthesise(DESIGN, seed=1)
    assert again.recording.data.tobytes() == sessions[0].recording.data.tobytes()
    assert again.recording.annotations == sessions[0].recording.annotations
    assert again.acceleration_g.tobytes() == sessions[0].acceleration_g.tobytes()
    assert again.jaw_open.tobytes() == sessions[0].jaw_open.tobytes()


def test_another_seed_gives_another_session(sessions):
    assert not np.array_equal(sessions[0].recording.data, sessions[1].recording.data)


def test_a_seed_sequence_of_its_own_gives_a_session_of_its_own():
    first, second = np.random.SeedSequence(1).spawn(2)
    one, other = (synthesise(DESIGN, duration_s=10, seed=seed).recording.data for seed in (first, second))
    assert not np.array_equal(one, other)
    assert np.array_equal(
        one, synthesise(DESIGN, duration_s=10, seed=np.random.SeedSequence(1).spawn(1)[0]).recording.data
    )


def test_one_source_does_not_disturb_what_the_others_draw(sessions):
    calm = synthesise(DESIGN, seed=1, subject=replace(ADULT, heart_rate_bpm=50.0, clench_uv=50.0))
    assert [n for n in calm.recording.annotations if n.source != "ecg"] == [
        n for n in sessions[0].recording.annotations if n.source != "ecg"
    ]


def test_the_recording_says_what_it_is(sessions):
    recording = sessions[0].recording
    assert (recording.unit, recording.sfreq, recording.channels) == ("uV", 1000, DESIGN.channels)
    assert recording.data.shape == (60_000, 4)
    assert recording.meta["seed"] == 1
    assert recording.meta["scenario"] == "short-session"
    assert recording.meta["design_hash"] == DESIGN.design_hash
    assert recording.meta["subject"]["name"] == "adult"


def test_every_event_says_what_made_it_and_how_large_it_was():
    session = synthesise(DESIGN, scenario="free-living", seed=5)
    for note in session.recording.annotations:
        assert note.source in {"scenario", "eeg", "eog", "emg", "ecg", "motion"}
        assert (note.amplitude is None) == (note.source == "scenario")


@pytest.mark.parametrize("name", scenario_names())
def test_sources_add_up_to_the_recording_in_every_scenario(name):
    person = draw_subject("p", np.random.default_rng(3))
    session = synthesise(DESIGN, scenario=name, duration_s=60.0, seed=3, subject=person, sources=True)
    total = sum(session.truth[source] for source in ("eeg", "eog", "emg", "ecg"))
    np.testing.assert_array_equal(total, session.recording.data)
    assert session.recording.data.std(axis=0).min() > 1


def test_the_truth_of_every_sample_is_kept(sessions):
    truth = sessions[0].truth
    assert set(truth) == {"gaze_right_deg", "gaze_up_deg", "lids", "stage", "ppg", "breath"}
    assert all(values.shape == (60_000,) for values in truth.values())
    closed = span_of(sessions[0], "eyes_closed")
    assert truth["lids"][closed].mean() > 0.95
    assert truth["lids"].mean() < 0.25
    assert not truth["stage"].any()


def test_a_night_knows_its_stages():
    session = synthesise(replace_rate(200.0), scenario="night", duration_s=3600.0, seed=4)
    for note in session.recording.annotations:
        if note.source == "scenario" and note.label in STAGES:
            middle = round((note.onset_s + note.duration_s / 2) * 200)
            assert session.truth["stage"][middle] == STAGES.index(note.label)


def replace_rate(rate_hz: float) -> Headset:
    return replace(headset_of(DESIGN), rate_hz=rate_hz)


@settings(max_examples=12)
@given(duration_s=st.floats(10, 30), seed=st.integers(0, 2**63), rate_hz=st.sampled_from([250, 500, 1000, 2000]))
@example(duration_s=17.314453125, seed=151, rate_hz=500)  # the last step comes after the last sample
def test_every_event_occurs_within_any_session(duration_s, seed, rate_hz):
    recording = synthesise(replace_rate(rate_hz), duration_s=duration_s, seed=seed).recording
    assert len(recording.data) == round(duration_s * rate_hz)
    notes = recording.annotations
    labels = {note.label for note in notes}
    assert labels >= EVENTS - {"saccade_left", "saccade_right"}
    assert {label[:7] for label in labels} >= {"saccade"}
    assert all(note.onset_s >= 0 and note.onset_s + note.duration_s <= duration_s + 1e-6 for note in notes)
    assert list(notes) == sorted(notes, key=lambda note: (note.onset_s, -note.duration_s))


def test_a_horizontal_saccade_has_opposite_signs_at_the_two_ears(sessions):
    for session in sessions:
        span = span_of(session, "saccades")
        gain = np.polynomial.polynomial.polyfit(session.truth["gaze_right_deg"][span], session.recording.data[span], 1)[
            1
        ]
        left, right = gain[:2], gain[2:]
        assert left.max() < 0 < right.min()
        assert 1 < right.mean() - left.mean() < 4  # uV/degree across the ears (earEOG, arXiv 2506.07193)


def test_alpha_rises_when_the_eyes_close(sessions):
    ratio = np.mean([band_uv(s, "eyes_closed", 8, 13) / band_uv(s, "eyes_open", 8, 13) for s in sessions])
    assert 1.2 < ratio < 2.3  # 3.7 / 2.2 above the ear (OpenBCI), 2.17 within it (Kaveh 2020)


def test_a_clench_fills_the_muscle_bands(sessions):
    for session in sessions:
        assert 10 < band_uv(session, "clenches", 45, 95) / band_uv(session, "eyes_open", 45, 95) < 100


def test_the_heart_shows_across_the_ears_and_less_within_one(sessions):
    recording = sessions[0].recording
    peaks = [round(n.onset_s * 1000) for n in recording.annotations if n.label == "r_peak" and 1 < n.onset_s < 24]
    beat = np.mean([recording.data[peak - 150 : peak + 150] for peak in peaks], axis=0)  # averaging leaves the heart
    beat -= np.median(beat, axis=0)
    t7, t9, t8, _ = beat[140:160].T
    assert 10 < np.abs(t7 - t8).max() < 50
    assert np.abs(t7 - t9).max() < 0.45 * np.abs(t7 - t8).max()


def test_gait_is_felt_while_walking_only(sessions):
    walking = span_of(sessions[0], "walking")
    still_g, moving_g = sessions[0].acceleration_g[: walking.start], sessions[0].acceleration_g[walking]
    assert np.abs(still_g).max() < 0.02
    assert np.abs(moving_g[1000:-1000]).mean() > 0.02


def test_a_tasks_classes_differ_by_its_effect_and_only_then():
    def gap(effect_size):
        task = load_scenario("task-taste").model_copy(update={"effect_size": effect_size})
        session = synthesise(DESIGN, scenario=task, duration_s=900.0, seed=2, sources=True)
        level = {"taste/sour": [], "taste/sweet": []}
        for note in session.recording.annotations:
            if note.label in level and note.duration_s > 6:
                part = session.truth["emg"][
                    round((note.onset_s + 1) * 1000) : round((note.onset_s + note.duration_s - 1) * 1000)
                ]
                level[note.label].append(np.log(np.median(np.abs(part[:, 0]))))
        sour, sweet = (np.array(values) for values in level.values())
        return (sour.mean() - sweet.mean()) / np.sqrt((sour.var() + sweet.var()) / 2)

    assert abs(gap(0.0)) < 0.6  # 4 sd of d with 100 trials would be .4; the muscles' own noise comes on top
    assert gap(3.0) > 1.5


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"duration_s": 5}, "must last 10 s"),
        ({"seed": -1}, "seed -1; must be 0 or larger"),
        ({"scenario": "siesta"}, "scenario siesta: unknown; valid: eating"),
    ],
)
def test_impossible_sessions_are_refused(arguments, complaint):
    with pytest.raises(ScenarioError, match=complaint):
        synthesise(DESIGN, **arguments)


def test_an_electrode_of_unknown_place_lists_the_known_ones():
    with pytest.raises(ScenarioError, match=r"electrode L1: its position on the head is unknown; valid: A1, A2"):
        synthesise(redesigned(electrodes={"left": ["L1"], "right": ["T8"], "reference": ["Cz"]}))
