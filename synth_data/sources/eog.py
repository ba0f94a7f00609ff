"""Gaze: saccades of the main sequence, pursuit, free viewing and reading; and drift and microsaccades.

Angles are interpolated between knots. A saccade has the 17 knots of a minimum-jerk step at every sampling rate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from earloop.recordings import Annotation
from earloop.synth_data.scenes.behaviours import (
    Behaviour,
    Looking,
    Nystagmus,
    Pursuit,
    RapidEyeMovements,
    Reading,
    RollingEyes,
    Saccades,
    Sleep,
)
from earloop.synth_data.scenes.timeline import Activity, Timeline, event_onsets
from earloop.synth_data.signals.curve import Knots, Samples, curve
from earloop.synth_data.signals.spectrum import slow_noise

SHAPE_T = np.linspace(0, 1, 17)
SHAPE = SHAPE_T**3 * (10 - 15 * SHAPE_T + 6 * SHAPE_T**2)  # minimum jerk: Flash & Hogan 1985
LIMIT_DEG = 30.0  # EOG is linear to +-30 degrees
MICRO_GAP_S, MICRO_DEG = (0.4, 1.4), (0.1, 0.45)  # microsaccades, 1-2 a second, under a degree (Martinez-Conde 2004)
DRIFT_DEG, DRIFT_HZ = 0.12, 0.7  # between microsaccades the eyes drift by a few minutes of arc (Martinez-Conde 2004)
SMALLEST_LABELLED_DEG = 1.0  # smaller saccades are not visible in an EOG
REM_BURST = 4  # largest number of movements in one burst; estimate
REM_VERTICAL = 0.4  # share of vertical movements in REM; estimate
REM_PAUSE_S = (0.15, 0.5)


def saccade_duration_s(amplitude_deg: float) -> float:
    """Return the duration of a saccade by the main sequence: D = 2.2 ms/degree x A + 21 ms (Carpenter 1988).

    With the minimum-jerk step the peak velocity is 1.875 A/D: 436 degrees/s for 10 degrees; measured are 400.
    """
    return (2.2 * abs(amplitude_deg) + 21.0) / 1e3


LONGEST_S = saccade_duration_s(2 * LIMIT_DEG)


@dataclass
class _Eyes:
    """Knots of both gaze angles up to the current time, and the events so far."""

    right: Knots = field(default_factory=lambda: [(0.0, 0.0)])
    up: Knots = field(default_factory=lambda: [(0.0, 0.0)])
    events: list[Annotation] = field(default_factory=list)

    @property
    def now(self) -> tuple[float, float]:
        """Current gaze: degrees to the right and degrees up."""
        return self.right[-1][1], self.up[-1][1]

    def look(self, onset_s: float, right_deg: float, up_deg: float) -> None:
        """Add a saccade from the current gaze."""
        from_right, from_up = self.now
        step = (right_deg - from_right, up_deg - from_up)
        size = float(np.hypot(*step))
        duration_s = saccade_duration_s(size)
        times_s = onset_s + duration_s * SHAPE_T
        self.right.extend(zip(times_s.tolist(), (from_right + step[0] * SHAPE).tolist(), strict=True))
        self.up.extend(zip(times_s.tolist(), (from_up + step[1] * SHAPE).tolist(), strict=True))
        if size >= SMALLEST_LABELLED_DEG:
            sideways = abs(step[0]) >= abs(step[1])
            towards = ("left", "right")[int(step[0] > 0)] if sideways else ("down", "up")[int(step[1] > 0)]
            self.events.append(Annotation(onset_s, duration_s, f"saccade_{towards}", size, "eog"))

    def follow(self, times_s: np.ndarray, right_deg: np.ndarray) -> None:
        """Add a smooth horizontal movement."""
        self.right += zip(times_s.tolist(), right_deg.tolist(), strict=True)


def gaze(
    timeline: Timeline, samples: int, sfreq: float, rng: np.random.Generator
) -> tuple[Samples, Samples, list[Annotation]]:
    """Return the gaze angles of the activities; the gaze is straight ahead otherwise.

    Returns
    -------
    degrees to the right and degrees up, float32 [samples] each; and events `saccade_left`, `_right`, `_up` and `_down`,
    `pursuit`, `nystagmus` and `rolling_eyes`, with amplitude in degrees
    """
    eyes = _Eyes()
    asleep = [activity for activity, _ in timeline.doing(Sleep)]
    busy = sorted(
        ((activity, draw, options) for kind, draw in _DRAW.items() for activity, options in timeline.doing(kind)),
        key=lambda it: it[0].onset_s,
    )
    free_s = 0.0
    for activity, draw, options in busy:
        _fixate(eyes, free_s, activity.onset_s, asleep, rng)
        draw(eyes, activity, options, rng)
        free_s = activity.end_s
    _fixate(eyes, free_s, timeline.duration_s, asleep, rng)
    right, up = (
        curve(knots, samples, sfreq) + np.float32(DRIFT_DEG) * slow_noise(DRIFT_HZ, samples, sfreq, rng)
        for knots in (eyes.right, eyes.up)
    )
    return right, up, eyes.events


def _fixate(eyes: _Eyes, start_s: float, end_s: float, asleep: list[Activity], rng: np.random.Generator) -> None:
    """Add microsaccades around a point straight ahead; none in sleep."""
    rest = Activity(name="fixation", onset_s=start_s, duration_s=end_s - start_s, does={})
    if rest.duration_s <= MICRO_GAP_S[1] or any(a.onset_s < end_s and start_s < a.end_s for a in asleep):
        return
    for onset_s in event_onsets(rest, MICRO_GAP_S, 2 * LONGEST_S, rng):
        size, angle = rng.uniform(*MICRO_DEG), rng.uniform(0, 2 * np.pi)
        eyes.look(onset_s, size * np.cos(angle), size * np.sin(angle))
    eyes.look(end_s - LONGEST_S, 0.0, 0.0)


def _saccades(eyes: _Eyes, activity: Activity, options: Saccades, rng: np.random.Generator) -> None:
    side = rng.choice([-1.0, 1.0])
    for onset_s in event_onsets(activity, options.gap_s, 2 * LONGEST_S, rng):
        # Targets alternate between the sides, as in a task, so that every saccade is large enough to be visible.
        right = side * rng.uniform(*options.amplitude_deg)
        eyes.look(onset_s, right, options.vertical * abs(right) * rng.uniform(-1, 1))
        side = -side
    eyes.look(activity.end_s - LONGEST_S, 0.0, 0.0)


def _looking(eyes: _Eyes, activity: Activity, options: Looking, rng: np.random.Generator) -> None:
    for onset_s in event_onsets(activity, options.gap_s, 2 * LONGEST_S, rng):
        right, up = np.clip(options.spread_deg * rng.standard_normal(2) * (1.0, 0.6), -LIMIT_DEG, LIMIT_DEG)
        eyes.look(onset_s, float(right), float(up))
    eyes.look(activity.end_s - LONGEST_S, 0.0, 0.0)


def _reading(eyes: _Eyes, activity: Activity, options: Reading, rng: np.random.Generator) -> None:
    left = -options.line_deg / 2
    for onset_s in event_onsets(activity, options.gap_s, 2 * LONGEST_S, rng):
        right = eyes.now[0] + options.step_deg * rng.uniform(0.6, 1.4)
        eyes.look(onset_s, left if right > -left else right, 0.0)
    eyes.look(activity.end_s - LONGEST_S, 0.0, 0.0)


def _swing(eyes: _Eyes, activity: Activity, options: Pursuit | RollingEyes, _: np.random.Generator) -> None:
    """Add whole swings around straight ahead, so that the eyes return to their first position."""
    swings = np.floor(activity.duration_s * options.frequency_hz)
    if swings:
        t = np.linspace(0, swings / options.frequency_hz, int(100 * swings / options.frequency_hz) + 1)
        angle = options.amplitude_deg * np.sin(2 * np.pi * options.frequency_hz * t)
        eyes.follow(activity.onset_s + t, angle)
        label = "pursuit" if isinstance(options, Pursuit) else "rolling_eyes"
        eyes.events.append(Annotation(activity.onset_s, float(t[-1]), label, options.amplitude_deg, "eog"))


def _nystagmus(eyes: _Eyes, activity: Activity, options: Nystagmus, rng: np.random.Generator) -> None:
    now_s, first = activity.onset_s + 0.2, len(eyes.events)
    while True:
        period_s, size = 1 / rng.uniform(*options.beats_hz), rng.uniform(*options.amplitude_deg)
        if now_s + period_s > activity.end_s - 2 * LONGEST_S:
            break
        eyes.follow(np.array([now_s, now_s + period_s - saccade_duration_s(size)]), np.array([eyes.now[0], -size]))
        eyes.look(now_s + period_s - saccade_duration_s(size), 0.0, 0.0)
        now_s += period_s
    del eyes.events[first:]  # all beats together are one event
    eyes.look(activity.end_s - LONGEST_S, 0.0, 0.0)
    eyes.events.append(
        Annotation(activity.onset_s, activity.duration_s, "nystagmus", float(np.mean(options.amplitude_deg)), "eog")
    )


def _rapid_eye_movements(eyes: _Eyes, activity: Activity, options: RapidEyeMovements, rng: np.random.Generator) -> None:
    burst_s = REM_BURST * (REM_PAUSE_S[1] + LONGEST_S)
    for onset_s in event_onsets(activity, (options.gap_s[0] + burst_s, options.gap_s[1] + burst_s), burst_s, rng):
        now_s = onset_s
        for _ in range(int(rng.integers(1, REM_BURST + 1))):
            size = rng.uniform(*options.amplitude_deg)
            right, up = eyes.now
            if rng.random() < REM_VERTICAL:
                eyes.look(now_s, right, -np.sign(up or rng.choice([-1, 1])) * 0.6 * size)
            else:
                eyes.look(now_s, -np.sign(right or rng.choice([-1, 1])) * size, up)
            now_s += LONGEST_S + rng.uniform(*REM_PAUSE_S)
    eyes.look(activity.end_s - LONGEST_S, 0.0, 0.0)


_DRAW: dict[type[Behaviour], Callable[[_Eyes, Activity, Any, np.random.Generator], None]] = {
    Saccades: _saccades,
    Looking: _looking,
    Reading: _reading,
    Pursuit: _swing,
    RollingEyes: _swing,
    Nystagmus: _nystagmus,
    RapidEyeMovements: _rapid_eye_movements,
}
