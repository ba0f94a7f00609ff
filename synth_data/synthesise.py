"""From a design, a duration and a seed to a session: scenario, sources, montage, in that order."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from recordings import Annotation, Recording
from spec.design import Design
from synth_data.ecg import ecg
from synth_data.eeg import eeg
from synth_data.emg import MUSCLES, jaw_emg
from synth_data.eog import blinks, gaze
from synth_data.montage import ear_montage
from synth_data.motion import walking
from synth_data.scenario import ScenarioError, short_session
from synth_data.session import Session
from synth_data.subject import ADULT, Subject

SPAWN_KEY = 0  # this room's branch of the seed; the front end, given the same seed, must not draw the same numbers
STREAMS = ("eeg", "gaze", "blink", "emg", "ecg", "motion")  # append only: the order decides what each source draws


def synthesise(design: Design, *, duration_s: float = 60.0, seed: int = 1, subject: Subject = ADULT) -> Session:
    """One subject living through each kind of activity once, as the design's electrodes see it.

    The same arguments give the same bytes.

    Parameters
    ----------
    design : electrodes, and the converter's rate, at which the potentials are given
    duration_s : 10 s or longer; the timeline is stretched or squeezed
    seed : 0 or larger; each source draws from a stream of its own spawned from it

    Returns
    -------
    Session
        `.recording`: float64 [samples, channels] in uV against a common midline reference. Annotations: the activities
        (`eyes_open`, `eyes_closed`, `saccades`, `blinks`, `clenches`, `walking`) and the events (`saccade_left`,
        `saccade_right`, `blink`, `jaw_clench`, `step`, `r_peak`), by onset.

    Raises
    ------
    ScenarioError
        Too short, a negative seed, or an electrode whose place on the head is not known.
    """
    if seed < 0:
        raise ScenarioError(f"seed {seed}; must be 0 or larger")
    scenario = short_session(duration_s)
    montage = ear_montage(design)
    sfreq = float(design.converter.rate_hz)
    samples = round(duration_s * sfreq)
    streams = np.random.SeedSequence(seed, spawn_key=(SPAWN_KEY,)).spawn(len(STREAMS))
    rng = {name: np.random.default_rng(stream) for name, stream in zip(STREAMS, streams, strict=True)}

    eyes_closed = scenario.mask("eyes_closed", samples, sfreq)
    cortical = [name for name in montage.sources if name.startswith("eeg_")]
    cortex_uv = eeg(eyes_closed, sfreq, subject, rng["eeg"], len(cortical))
    gaze_deg, saccade_events = gaze(scenario, samples, sfreq, rng["gaze"])
    lid_uv, blink_events = blinks(scenario, samples, sfreq, subject, rng["blink"])
    jaw_uv, clench_events = jaw_emg(scenario, samples, sfreq, subject, rng["emg"])
    heart, r_peaks = ecg(samples, sfreq, subject, rng["ecg"])
    motion_g, steps = walking(scenario, samples, sfreq, subject, rng["motion"])

    uv = montage.mix(
        {
            **dict(zip(cortical, cortex_uv.T, strict=True)),
            **dict(zip(MUSCLES, jaw_uv.T, strict=True)),
            "gaze": gaze_deg,
            "blink": lid_uv,
            "ecg": heart,
        }
    )
    events = [*scenario.annotations, *saccade_events, *blink_events, *clench_events, *steps, *r_peaks]
    recording = Recording(
        uv,
        "uV",
        sfreq,
        design.channels,
        tuple(sorted(events, key=_by_onset)),
        {"seed": seed, "scenario": scenario.name, "subject": asdict(subject), "design_hash": design.design_hash},
    )
    acceleration_g = np.column_stack([np.zeros((samples, 2)), motion_g])
    return Session(recording, acceleration_g, np.zeros(samples), {"gaze_deg": gaze_deg, "eyes_closed": eyes_closed})


def _by_onset(event: Annotation) -> tuple[float, float]:
    """By onset; of two that begin together the longer, which holds the other, first."""
    return event.onset_s, -event.duration_s
