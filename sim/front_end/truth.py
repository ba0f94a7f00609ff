"""The truths of a simulated session, as tracks to store with it."""

from __future__ import annotations

import numpy as np

from earloop.recordings import Track
from earloop.sim.front_end.front_end import FrontEndRun
from earloop.synth_data import Session

TRUTH_HZ = 100.0  # rate of an earbud's accelerometer; gaze, lids and pulse have no power above half of it
POTENTIALS = ("eeg", "eog", "emg", "ecg")  # the keys of `Session.truth` that `sources=True` adds


def truth_tracks(session: Session, run: FrontEndRun | None = None) -> dict[str, Track]:
    """Return the truths about body and contacts of a session.

    Parameters
    ----------
    session : the session as synthesised
    run : its conversion by a front end, if there was one

    Returns
    -------
    dict of Track
        `acceleration` (g), low-passed, and samples of `jaw_open`, `gaze` (degrees), `lids`, `stage`, `ppg` and
        `breath`, all at about `TRUTH_HZ`; the sources of the potentials at each channel in uV at the session's rate, if
        the session has them; with a run, `impedance` (kOhm).
    """
    from scipy.signal import resample_poly

    sfreq, channels, truth = session.recording.sfreq, session.recording.channels, session.truth
    step = max(1, round(sfreq / TRUTH_HZ))
    slow_hz = sfreq / step
    motion = np.asarray(resample_poly(session.acceleration_g, 1, step, axis=0), np.float32)
    tracks = {
        "acceleration": Track(motion, slow_hz, ("right", "forward", "up"), "g"),
        "jaw_open": Track(session.jaw_open[::step], slow_hz),
    }
    gaze = [name for name in ("gaze_right_deg", "gaze_up_deg") if name in truth]
    if gaze:
        columns = tuple(name.split("_")[1] for name in gaze)
        tracks["gaze"] = Track(np.column_stack([truth[name][::step] for name in gaze]), slow_hz, columns, "deg")
    sampled = [name for name in ("lids", "stage", "ppg", "breath") if name in truth]
    tracks |= {name: Track(truth[name][::step], slow_hz) for name in sampled}
    tracks |= {name: Track(truth[name], sfreq, channels, "uV") for name in POTENTIALS if name in truth}
    if run:
        tracks["impedance"] = Track(run.impedance_kohm, run.impedance_rate_hz, run.sites, "kOhm")
    return tracks
