"""EOG: the angle of the eyes, moved by saccades, and the lids, moved by blinks."""

from __future__ import annotations

import numpy as np

from recordings import Annotation
from synth_data.scenario import Scenario, event_onsets
from synth_data.spectrum import FloatArray
from synth_data.subject import Subject

TARGETS_DEG = (5.0, 25.0)  # EOG is linear to +-30 degrees
SACCADE_GAP_S = (0.8, 1.6)  # estimate: looking from target to target; latency alone is 0.1..0.3 s
BLINK_UV = (133.0, 33.0)  # median and sd (IQR 108..153) in the vertical EOG that NeuroKit2 ships
BLINK_CLOSE_S, BLINK_SHUT_S, BLINK_OPEN_S = 0.10, (0.0, 0.06), 0.13  # 100 ms, up to 300 ms, 100 ms: Stern et al. 1984
BLINK_LONGEST_S = BLINK_CLOSE_S + BLINK_SHUT_S[1] + BLINK_OPEN_S
DELIBERATE_BLINK_GAP_S = (0.7, 1.2)  # estimate: blinking on request


def saccade_duration_s(amplitude_deg: float) -> float:
    """The main sequence: D = 2.2 ms/degree x A + 21 ms (Carpenter 1988)."""
    return (2.2 * abs(amplitude_deg) + 21.0) / 1e3


def gaze(
    scenario: Scenario, samples: int, sfreq: float, rng: np.random.Generator
) -> tuple[FloatArray, list[Annotation]]:
    """Horizontal gaze angle: saccades between random targets, straight ahead otherwise.

    A saccade is a minimum-jerk step (Flash & Hogan 1985) of the main sequence's duration, which gives the peak velocity
    1.875 A/D: 436 degrees/s for 10 degrees, where 400 are measured.

    Returns
    -------
    float64 [samples], degrees, right positive; and `saccade_left` and `saccade_right` with onset and duration
    """
    angle_deg = np.zeros(samples)
    time_s = np.arange(samples) / sfreq
    annotations: list[Annotation] = []

    def look(onset_s: float, from_deg: float, to_deg: float) -> None:
        duration_s = saccade_duration_s(to_deg - from_deg)
        first = int(np.ceil(onset_s * sfreq))
        s = np.clip((time_s[first:] - onset_s) / duration_s, 0, 1)
        angle_deg[first:] += (to_deg - from_deg) * s**3 * (10 - 15 * s + 6 * s**2)
        side = "right" if to_deg > from_deg else "left"
        annotations.append(Annotation(onset_s, duration_s, f"saccade_{side}"))

    longest_s = saccade_duration_s(2 * TARGETS_DEG[1])
    for activity in scenario.of_kind("saccades"):
        now_deg = 0.0
        back_s = activity.end_s - longest_s
        onsets = event_onsets(activity, SACCADE_GAP_S, 2 * longest_s, rng)
        side = rng.choice([-1.0, 1.0])
        for onset_s in onsets:
            # Each target lies on the other side of the last, as in a task: no saccade is too small to see.
            target_deg = side * rng.uniform(*TARGETS_DEG)
            look(onset_s, now_deg, target_deg)
            now_deg, side = target_deg, -side
        if now_deg:
            look(back_s, now_deg, 0.0)
    return angle_deg, annotations


def blinks(
    scenario: Scenario, samples: int, sfreq: float, subject: Subject, rng: np.random.Generator
) -> tuple[FloatArray, list[Annotation]]:
    """Blinks as a vertical EOG shows them: on request during `blinks`, at the subject's rate whenever eyes are open.

    Returns
    -------
    float64 [samples], uV, positive as the lid closes; and `blink` with onset and duration
    """
    gap_s = 60.0 / subject.blinks_per_min
    spontaneous = (0.5 * gap_s, 1.5 * gap_s)
    onsets: list[float] = []
    for activity in scenario.activities:
        if activity.kind == "blinks":
            onsets += event_onsets(activity, DELIBERATE_BLINK_GAP_S, BLINK_LONGEST_S, rng)
        elif activity.kind != "eyes_closed":
            onsets += event_onsets(activity, spontaneous, BLINK_LONGEST_S, rng, first_s=spontaneous)

    lid_uv = np.zeros(samples)
    annotations = []
    for onset_s in onsets:
        height_uv = max(40.0, rng.normal(*BLINK_UV))
        shut_s = rng.uniform(*BLINK_SHUT_S)
        duration_s = BLINK_CLOSE_S + shut_s + BLINK_OPEN_S
        first, last = int(np.ceil(onset_s * sfreq)), int((onset_s + duration_s) * sfreq)
        t = np.arange(first, last + 1) / sfreq - onset_s
        closing = np.clip(t / BLINK_CLOSE_S, 0, 1)
        opening = np.clip((duration_s - t) / BLINK_OPEN_S, 0, 1)
        lid_uv[first : last + 1] += height_uv * 0.5 * (1 - np.cos(np.pi * np.minimum(closing, opening)))
        annotations.append(Annotation(onset_s, float(duration_s), "blink"))
    return lid_uv, annotations
