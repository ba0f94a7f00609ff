"""Acceleration of the head at the ear: steps, turns, shifts of posture."""

from __future__ import annotations

import numpy as np

from earloop.recordings import Annotation
from earloop.synth_data.scenes.behaviours import Fidgets, Gait, Running, Walking
from earloop.synth_data.scenes.timeline import Activity, Timeline, event_onsets
from earloop.synth_data.signals.curve import Samples, add_wave
from earloop.synth_data.signals.spectrum import FloatArray, rhythm
from earloop.synth_data.subject import Subject

SWAY_G: dict[type[Gait], float] = {
    Walking: 0.12,
    Running: 0.6,
}  # vertical, at step rate; walking .1-.5 g, running .5-3.5 g (Luu et al. 2024)
STRIKE_G: dict[type[Gait], float] = {
    Walking: 0.2,
    Running: 1.2,
}  # the same; the part of a heel strike that reaches the head
RUN_RATE = 1.45  # steps a second of running over walking: 2.5-3 Hz
STRIKE_HZ, STRIKE_S = 8.0, 0.06  # estimate
# The body sways sideways once for each stride, and forward once for each step; estimates.
SIDEWAYS, FORWARD = 0.4, 0.5  # amplitudes over the vertical one
STEP_JITTER = 0.03  # estimate: sd of the stride interval over its mean
STEP_AMPLITUDE_SD = 0.15  # estimate
LIMP = 0.12  # difference between the feet, which causes a spectral line at half the step rate; estimate
TURN_G = 0.15  # at the ear, some 10 cm from the axis, for 45 degrees in .6 s; estimate
FIDGET_G, FIDGET_S = 0.04, (0.4, 1.5)  # estimate
BREATH_G = 0.001  # acceleration by heart and breath of a person who sits still; estimate
STILL_HZ, STILL_SD_HZ = 4.0, 1.5
X, Y, Z = range(3)


def motion(
    timeline: Timeline,
    turns: list[Annotation],
    subject: Subject,
    samples: int,
    sfreq: float,
    rng: np.random.Generator,
) -> tuple[Samples, list[Annotation]]:
    """Return the acceleration of the head without gravity.

    Parameters
    ----------
    turns : `head_turn` events, amplitude -1 to 1, positive to the left

    Returns
    -------
    float32 [3, samples], g: right, forward and up; and events `step` at each heel strike and `fidget`, with amplitude
    in g
    """
    g = np.float32(BREATH_G) * rhythm(STILL_HZ, STILL_SD_HZ, samples, sfreq, rng, rows=3)
    events: list[Annotation] = []
    gaits: tuple[tuple[type[Gait], float], ...] = ((Walking, 1.0), (Running, RUN_RATE))
    for kind, rate in gaits:
        for activity, options in timeline.doing(kind):
            sway_g, strike_g = SWAY_G[kind] * options.vigour, STRIKE_G[kind] * options.vigour
            events += _steps(g, activity, rate * subject.steps_hz, sway_g, strike_g, sfreq, rng)
    for event in turns:
        t = np.arange(int(event.duration_s * sfreq)) / sfreq / event.duration_s
        swing = TURN_G * (event.amplitude or 0.0) * np.sin(2 * np.pi * t) * np.sin(np.pi * t)
        add_wave(g[X], event.onset_s, -swing, sfreq)
        add_wave(g[Y], event.onset_s, 0.7 * swing, sfreq)
    for activity, fidgets in timeline.doing(Fidgets):
        for onset_s in event_onsets(activity, fidgets.gap_s, FIDGET_S[1], rng, first_s=(0.1, fidgets.gap_s[1])):
            duration_s, size_g = float(rng.uniform(*FIDGET_S)), FIDGET_G * float(rng.lognormal(0, 0.5))
            length = int(duration_s * sfreq)
            bell = np.hanning(length + 2)[1:-1]
            for axis, wave in enumerate(rhythm(2.0, 1.0, length, sfreq, rng, rows=3)):
                add_wave(g[axis], onset_s, size_g * bell * wave, sfreq)
            events.append(Annotation(onset_s, duration_s, "fidget", size_g, "motion"))
    return g, events


def _steps(
    g: Samples,
    activity: Activity,
    steps_hz: float,
    sway_g: float,
    strike_g: float,
    sfreq: float,
    rng: np.random.Generator,
) -> list[Annotation]:
    """Add the steps of one activity to the acceleration; returns its heel strikes."""
    interval_s = np.abs(rng.normal(1, STEP_JITTER, int(1.5 * activity.duration_s * steps_hz) + 2)) / steps_hz
    steps_s = activity.onset_s + 0.5 * interval_s[0] + np.concatenate([[0.0], np.cumsum(interval_s)])
    steps_s = steps_s[steps_s < activity.end_s]
    if len(steps_s) < 2:
        return []
    first, last = (int(np.ceil(edge * sfreq)) for edge in (steps_s[0], steps_s[-1]))
    last = min(last, g.shape[1])  # the last step may come after the last sample
    phase = np.interp(np.arange(first, last) / sfreq, steps_s, np.arange(len(steps_s)))
    span = slice(first, first + len(phase))
    g[Z, span] += sway_g * np.sin(2 * np.pi * phase)
    g[X, span] += SIDEWAYS * sway_g * np.sin(np.pi * phase)
    g[Y, span] += FORWARD * sway_g * np.cos(2 * np.pi * phase)
    shock = _shock(sfreq)
    heights = strike_g * rng.normal(1, STEP_AMPLITUDE_SD, len(steps_s)) * (1 + LIMP * (-1.0) ** np.arange(len(steps_s)))
    for step_s, height in zip(steps_s, heights, strict=True):
        add_wave(g[Z], step_s, height * shock, sfreq)
        add_wave(g[Y], step_s, FORWARD * height * shock, sfreq)
    return [Annotation(float(s), 0.0, "step", float(h), "motion") for s, h in zip(steps_s, heights, strict=True)]


def _shock(sfreq: float) -> FloatArray:
    """Return a decaying oscillation of height 1, float64 [samples]."""
    t = np.arange(int(8 * STRIKE_S * sfreq)) / sfreq
    shock = np.sin(2 * np.pi * STRIKE_HZ * t) * np.exp(-t / STRIKE_S)
    unit: FloatArray = shock / np.abs(shock).max()
    return unit
