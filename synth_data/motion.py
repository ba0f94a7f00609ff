"""Walking, as an accelerometer in the ear feels it."""

from __future__ import annotations

import numpy as np

from recordings import Annotation
from synth_data.scenario import Scenario
from synth_data.spectrum import FloatArray
from synth_data.subject import Subject

SWAY_G = 0.15  # vertical, at step rate; with the heel strike 0.1..0.5 g at the head (Luu et al. 2024)
STRIKE_G, STRIKE_HZ, STRIKE_S = 0.2, 8.0, 0.06  # estimate: what the body lets through of a heel strike
STEP_JITTER = 0.03  # estimate: sd of the stride interval over its mean
STEP_AMPLITUDE_SD = 0.15  # estimate


def walking(
    scenario: Scenario, samples: int, sfreq: float, subject: Subject, rng: np.random.Generator
) -> tuple[FloatArray, list[Annotation]]:
    """Vertical head acceleration without gravity: a sway at step rate, and a decaying shock at each heel strike.

    Returns
    -------
    float64 [samples], g; and `step` of no duration, at each heel strike
    """
    time_s = np.arange(samples) / sfreq
    motion_g = np.zeros(samples)
    t = np.arange(int(8 * STRIKE_S * sfreq)) / sfreq
    shock = np.sin(2 * np.pi * STRIKE_HZ * t) * np.exp(-t / STRIKE_S)
    shock /= np.abs(shock).max()
    annotations = []
    for activity in scenario.of_kind("walking"):
        interval_s = rng.normal(1, STEP_JITTER, int(3 * activity.duration_s * subject.steps_hz) + 2) / subject.steps_hz
        steps_s = activity.onset_s + 0.5 * interval_s[0] + np.concatenate([[0.0], np.cumsum(np.abs(interval_s))])
        steps_s = steps_s[steps_s < activity.end_s]
        phase = np.interp(time_s, steps_s, np.arange(len(steps_s)), left=np.nan, right=np.nan)
        motion_g += np.where(np.isnan(phase), 0.0, SWAY_G * np.sin(2 * np.pi * phase))
        for step_s, strength in zip(steps_s, rng.normal(1, STEP_AMPLITUDE_SD, len(steps_s)), strict=True):
            first = int(np.ceil(step_s * sfreq))
            motion_g[first : first + len(shock)] += STRIKE_G * strength * shock[: max(0, samples - first)]
            annotations.append(Annotation(float(step_s), 0.0, "step"))
    return motion_g, annotations
