"""What is kept of a simulation is what the simulation made."""

import numpy as np
import pytest

from earloop.recordings import Recording
from earloop.sim import front_end_run, truth_tracks
from earloop.synth_data import Session, synthesise


@pytest.fixture(scope="module")
def session(design):
    return synthesise(design, duration_s=12.0, seed=5, sources=True)


def test_the_sources_add_up_to_the_recording(session):
    tracks = truth_tracks(session)
    total = sum(tracks[name].data for name in ("eeg", "eog", "emg", "ecg"))
    np.testing.assert_allclose(total, session.recording.data, atol=1e-3)
    assert tracks["eeg"].columns == session.recording.channels


def test_gaze_and_motion_keep_their_columns(session):
    tracks = truth_tracks(session)
    np.testing.assert_array_equal(tracks["gaze"].data[:, 0], session.truth["gaze_right_deg"][::10])
    np.testing.assert_array_equal(tracks["gaze"].data[:, 1], session.truth["gaze_up_deg"][::10])
    assert (tracks["gaze"].columns, tracks["gaze"].unit, tracks["gaze"].sfreq) == (("right", "up"), "deg", 100.0)


def test_motion_is_low_passed_not_folded():
    recording = Recording(np.zeros((5000, 1)), "uV", 1000.0, ("a",))
    time_s = np.arange(5000) / 1000
    g = np.column_stack([np.sin(2 * np.pi * hz * time_s) for hz in (3.0, 20.0, 97.0)])
    kept = truth_tracks(Session(recording, g, np.zeros(5000)))["acceleration"].data[50:-50]
    np.testing.assert_allclose(kept.std(axis=0), [np.sqrt(0.5), np.sqrt(0.5), 0], atol=0.02)


def test_impedance_comes_with_a_run(session, design):
    run = front_end_run(session, design, seed=5)
    impedance = truth_tracks(session, run)["impedance"]
    np.testing.assert_array_equal(impedance.data, run.impedance_kohm)
    assert (impedance.columns, impedance.sfreq) == (run.sites, 10.0)
    assert "impedance" not in truth_tracks(session)
