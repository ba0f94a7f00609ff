"""What only a simulation knows of a session, as tracks to keep beside it."""

from __future__ import annotations

import numpy as np

from recordings import Track
from sim.front_end import FrontEndRun
from synth_data import Session

POTENTIALS = ("eeg", "eog", "emg", "ecg")  # of `Session.truth`, those that `sources=True` adds


def truth_tracks(session: Session, run: FrontEndRun | None = None) -> dict[str, Track]:
    """Body and contacts of a session.

    Parameters
    ----------
    session : what was lived
    run : what a front end made of it, if one did

    Returns
    -------
    dict of Track
        `acceleration` (g), `jaw_open`, `gaze` (degrees), `lids`, `stage`, `ppg`, `breath`, at the session's rate; the
        sources of the potentials at each channel in uV, where the session keeps them; with a run, `impedance` (kOhm).
    """
    sfreq, channels, truth = session.recording.sfreq, session.recording.channels, session.truth
    tracks = {
        "acceleration": Track(session.acceleration_g, sfreq, ("right", "forward", "up"), "g"),
        "jaw_open": Track(session.jaw_open, sfreq),
    }
    gaze = [name for name in ("gaze_right_deg", "gaze_up_deg") if name in truth]
    if gaze:
        columns = tuple(name.split("_")[1] for name in gaze)
        tracks["gaze"] = Track(np.column_stack([truth[name] for name in gaze]), sfreq, columns, "deg")
    tracks |= {name: Track(truth[name], sfreq) for name in ("lids", "stage", "ppg", "breath") if name in truth}
    tracks |= {name: Track(truth[name], sfreq, channels, "uV") for name in POTENTIALS if name in truth}
    if run:
        tracks["impedance"] = Track(run.impedance_kohm, run.impedance_rate_hz, run.sites, "kOhm")
    return tracks
