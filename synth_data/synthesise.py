"""Synthesis of a session from a device, a scenario and a seed: first the timeline, then sources, then channels."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from earloop.recordings import Annotation, Recording
from earloop.spec.design import Design
from earloop.synth_data.head.fields import eye_gain, heart_gain, muscle_gain
from earloop.synth_data.head.headset import Headset, headset_of
from earloop.synth_data.head.sites import SITES
from earloop.synth_data.scenes.scenario import Scenario, ScenarioError, load_scenario
from earloop.synth_data.scenes.timeline import Timeline, plan
from earloop.synth_data.session import Session
from earloop.synth_data.signals.curve import Samples
from earloop.synth_data.sources.ecg import ecg, ppg
from earloop.synth_data.sources.eeg import eeg, spans
from earloop.synth_data.sources.emg import emg
from earloop.synth_data.sources.eog import gaze
from earloop.synth_data.sources.evoked import evoked
from earloop.synth_data.sources.heartbeat import heartbeat
from earloop.synth_data.sources.lids import blinks, lids
from earloop.synth_data.sources.motion import motion
from earloop.synth_data.sources.sleep import sleep_events
from earloop.synth_data.subject import ADULT, STAGES, Subject

SPAWN_KEY = 0  # this room's branch of the seed; the front end must not draw the same numbers from the same seed
# Append only: the order determines the numbers that each source draws.
STREAMS = ("plan", "eeg", "sleep", "evoked", "gaze", "blink", "emg", "heart", "motion")
SHORT_SESSION = "short-session"
"""The name of the scenario that is used where no other is given."""


@dataclass(frozen=True, kw_only=True)
class _Body:
    """The synthesised signals before their sum; `sources` are float32 [channels, samples], uV."""

    sources: dict[str, Samples]
    acceleration_g: Samples
    jaw_open: Samples
    truth: dict[str, Samples]
    events: list[Annotation]


def synthesise(
    device: Design | Headset,
    *,
    scenario: Scenario | str = SHORT_SESSION,
    duration_s: float | None = None,
    seed: int | np.random.SeedSequence = 1,
    subject: Subject = ADULT,
    sources: bool = False,
) -> Session:
    """Synthesise a session of one subject in a scenario, as potentials at a device's electrodes.

    The same arguments give the same bytes.

    Parameters
    ----------
    device : an earbud's design, or another headset: electrodes, wiring and sampling rate
    scenario : the name of one that comes with the project, or your own
    duration_s : 10 s or longer; None for the scenario's duration
    seed : 0 or larger, or a seed sequence; each source draws from a stream spawned from it
    sources : whether `.truth` also holds the channel potentials of each source alone

    Returns
    -------
    Session
        `.recording`: float32 [samples, channels] in uV. Annotations by onset: the activities, and every event with its
        amplitude and source. `.truth`, float32 [samples]: `gaze_right_deg`, `gaze_up_deg`, `lids` (0 open to 1 closed),
        `stage` (index into `STAGES`), `ppg`, `breath`; with `sources` also `eeg`, `eog`, `emg` and `ecg` [samples,
        channels] in uV, whose sum is the recording.

    Raises
    ------
    ScenarioError
        The session is too short, the seed is negative, there is no such scenario, or an electrode's site is unknown.
    """
    headset = headset_of(device) if isinstance(device, Design) else device
    scenario = load_scenario(scenario) if isinstance(scenario, str) else scenario
    duration_s = scenario.duration_s if duration_s is None else duration_s
    _check_sites(headset)
    rng = _streams(seed)
    timeline = plan(scenario, duration_s, rng["plan"])
    body = _simulate_body(headset, timeline, subject, round(duration_s * headset.rate_hz), rng)

    uv = np.zeros_like(body.sources["eeg"])
    for source in body.sources.values():
        uv += source
    events = [*timeline.annotations, *body.events]
    recording = Recording(
        np.ascontiguousarray(uv.T),
        "uV",
        headset.rate_hz,
        headset.channels,
        tuple(sorted(events, key=_by_onset)),
        {
            "seed": seed if isinstance(seed, int) else [seed.entropy, *seed.spawn_key],
            "scenario": scenario.name,
            "subject": asdict(subject),
            "design_hash": headset.design_hash,
        },
    )
    clean = {name: source.T for name, source in body.sources.items()} if sources else {}
    return Session(recording, body.acceleration_g.T, body.jaw_open, body.truth | clean)


def _simulate_body(
    headset: Headset, timeline: Timeline, subject: Subject, samples: int, rng: dict[str, np.random.Generator]
) -> _Body:
    """Return the signals of all sources, with their truths and events."""
    sfreq, wiring = headset.rate_hz, headset.wiring
    cortex_uv = eeg(headset, timeline, subject, samples, rng["eeg"])
    sleep_uv, sleep_marks = sleep_events(headset, timeline, subject, samples, rng["sleep"])
    evoked_uv, evoked_marks = evoked(headset, timeline, subject, samples, rng["evoked"])
    cortex_uv += sleep_uv
    cortex_uv += evoked_uv

    right_deg, up_deg, saccades = gaze(timeline, samples, sfreq, rng["gaze"])
    lid_uv, blink_marks = blinks(timeline, subject, samples, sfreq, rng["blink"])
    eyes = eye_gain(wiring, subject)
    eye_uv = _mix({"right": right_deg, "up": up_deg, "blink": lid_uv}, vars(eyes))

    muscles_uv, jaw_open, muscle_marks = emg(timeline, subject, samples, sfreq, rng["emg"])
    muscle_uv = _mix(muscles_uv, muscle_gain(wiring, subject))

    beats = heartbeat(timeline, subject, rng["heart"])
    heart, r_peaks = ecg(beats, samples, sfreq, subject)
    heart_uv = _mix({"heart": heart}, {"heart": heart_gain(wiring, subject)})

    turns = [event for event in muscle_marks if event.label == "head_turn"]
    acceleration_g, motion_marks = motion(timeline, turns, subject, samples, sfreq, rng["motion"])
    return _Body(
        sources={"eeg": cortex_uv, "eog": eye_uv, "emg": muscle_uv, "ecg": heart_uv},
        acceleration_g=acceleration_g,
        jaw_open=jaw_open,
        truth={
            "gaze_right_deg": right_deg,
            "gaze_up_deg": up_deg,
            "lids": lids(timeline, samples, sfreq),
            "stage": _stages(timeline, samples, sfreq),
            "ppg": ppg(beats, samples, sfreq, subject),
            "breath": beats.breath_at(np.arange(samples) / sfreq).astype(np.float32),
        },
        events=[*sleep_marks, *evoked_marks, *saccades, *blink_marks, *muscle_marks, *r_peaks, *motion_marks],
    )


def _mix(signals: dict[str, Samples], gains: dict[str, np.ndarray]) -> Samples:
    """Return the sum of signals [samples] times their gains [channels], in order; float32 [channels, samples]."""
    first = next(iter(signals))
    mixed = np.zeros((len(gains[first]), len(signals[first])), np.float32)
    for name, signal in signals.items():
        for channel, gain in enumerate(gains[name].astype(np.float32)):
            mixed[channel] += gain * signal
    return mixed


def _stages(timeline: Timeline, samples: int, sfreq: float) -> Samples:
    stages = np.zeros(samples, np.float32)
    for state, start_s, end_s in spans(timeline):
        stages[round(start_s * sfreq) : round(end_s * sfreq)] = STAGES.index(state)
    return stages


def _streams(seed: int | np.random.SeedSequence) -> dict[str, np.random.Generator]:
    if isinstance(seed, int):
        if seed < 0:
            raise ScenarioError(f"seed {seed}; must be 0 or larger")
        seed = np.random.SeedSequence(seed)
    room_seed = np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, SPAWN_KEY))
    return {
        name: np.random.default_rng(spawned)
        for name, spawned in zip(STREAMS, room_seed.spawn(len(STREAMS)), strict=True)
    }


def _check_sites(headset: Headset) -> None:
    for name in headset.sites:
        if name not in SITES:
            raise ScenarioError(
                f"electrode {name}: its position on the head is unknown; valid: {', '.join(sorted(SITES))}"
            )


def _by_onset(event: Annotation) -> tuple[float, float]:
    """Return the key that sorts events by onset; of two with the same onset, the longer comes first."""
    return event.onset_s, -event.duration_s
