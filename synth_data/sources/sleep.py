"""The events of sleep: spindles, K-complexes and slow waves.

Amplitudes refer to a scalp derivation (Cz or Fz against the ear lobes), as in the rules for scoring sleep. The lead
field determines the amplitudes at the ear.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from earloop.recordings import Annotation
from earloop.synth_data.head.cortex import CorticalPatches, event_gain
from earloop.synth_data.head.headset import Headset
from earloop.synth_data.scenes.behaviours import Sleep
from earloop.synth_data.scenes.timeline import Timeline, event_onsets
from earloop.synth_data.signals.curve import Samples, add_wave
from earloop.synth_data.signals.spectrum import FloatArray
from earloop.synth_data.subject import Subject

CENTRO_PARIETAL = CorticalPatches(at=((15.0, 180.0), (25.0, 90.0), (25.0, -90.0)), weight=(1.0, 0.5, 0.5), stated="Cz")
FRONTAL = CorticalPatches(at=((46.0, 0.0), (50.0, 40.0), (50.0, -40.0)), weight=(1.0, 0.5, 0.5), stated="Fz")


@dataclass(frozen=True, kw_only=True)
class SleepEventKind:
    """A kind of event of sleep: place, rate by stage (a minute), and ranges of duration and height (peak to peak)."""

    label: str
    place: CorticalPatches
    per_min: dict[str, float]
    duration_s: tuple[float, float]
    height_uv: tuple[float, float]


KINDS = (
    SleepEventKind(
        label="spindle",
        place=CENTRO_PARIETAL,
        per_min={"N2": 4.0, "N3": 2.0},  # 2-5 a minute of N2 (Purcell et al. 2017)
        duration_s=(0.6, 1.6),  # .5-2 s (AASM)
        height_uv=(35.0, 70.0),  # > 25 uV
    ),
    SleepEventKind(
        label="k_complex",
        place=FRONTAL,
        per_min={"N2": 1.5},  # 1-3 a minute (Halász 2005)
        duration_s=(0.6, 1.0),  # >= .5 s (AASM)
        height_uv=(100.0, 200.0),
    ),
    SleepEventKind(
        label="slow_wave",
        place=FRONTAL,
        per_min={"N2": 2.0, "N3": 22.0},  # N3: a fifth of each epoch or more (AASM)
        duration_s=(0.6, 1.6),  # .5-2 Hz
        height_uv=(75.0, 160.0),  # > 75 uV (AASM)
    ),
)
CHIRP_HZ_S = -0.6  # a spindle slows down; estimate after Andrillon et al. 2011
SPINDLE_SD_HZ = 0.4  # spread from one spindle to the next; estimate
SHORTEST_GAP_S = 0.4  # between events of one kind; estimate


def sleep_events(
    headset: Headset, timeline: Timeline, subject: Subject, samples: int, rng: np.random.Generator
) -> tuple[Samples, list[Annotation]]:
    """Return spindles, K-complexes and slow waves.

    Returns
    -------
    float32 [channels, samples], uV; and events `spindle`, `k_complex`, `slow_wave` with amplitude in uV peak to peak
    """
    uv = np.zeros((len(headset.channels), samples), np.float32)
    events = []
    for kind in KINDS:
        source = np.zeros(samples, np.float32)
        free_s = 0.0
        for activity, sleep in timeline.doing(Sleep):
            if not (per_min := kind.per_min.get(sleep.stage)):
                continue
            longest_s = kind.duration_s[1]
            mean_gap_s = 60 / per_min
            gap_s = (min(longest_s + SHORTEST_GAP_S, 0.8 * mean_gap_s), 0.0)
            gap_s = (gap_s[0], 2 * mean_gap_s - gap_s[0])
            for onset_s in event_onsets(activity, gap_s, longest_s, rng, first_s=(0.1, gap_s[1])):
                if onset_s < free_s:
                    continue
                duration_s, height_uv = (float(rng.uniform(*span)) for span in (kind.duration_s, kind.height_uv))
                wave = _wave(kind.label, duration_s, subject, headset.rate_hz, rng)
                add_wave(source, onset_s, (height_uv / np.ptp(wave)) * wave, headset.rate_hz)
                events.append(Annotation(onset_s, duration_s, kind.label, height_uv, "eeg"))
                free_s = onset_s + duration_s + SHORTEST_GAP_S
        if source.any():
            uv += event_gain(kind.place, headset.wiring, subject).astype(np.float32)[:, np.newaxis] * source
    return uv, events


def _wave(label: str, duration_s: float, subject: Subject, sfreq: float, rng: np.random.Generator) -> FloatArray:
    """Return the shape of an event, to an arbitrary scale; float64 [samples]."""
    t = np.arange(round(duration_s * sfreq)) / sfreq
    if label == "spindle":
        frequency_hz = subject.spindle_hz + SPINDLE_SD_HZ * rng.standard_normal() + CHIRP_HZ_S * (t - duration_s / 2)
        phase = 2 * np.pi * (np.cumsum(frequency_hz) / sfreq + rng.random())
        waxing: FloatArray = np.sin(np.pi * t / duration_s) ** 0.7 * np.sin(phase)
        return waxing
    # A sharp negative wave, then a rounder positive one of 0.6 times its height.
    share = 0.4
    down = -(np.sin(np.pi * np.clip(t / (share * duration_s), 0, 1)) ** 2)
    up = np.sin(np.pi * np.clip((t / duration_s - share) / (1 - share), 0, 1)) ** 2
    biphasic: FloatArray = down + 0.6 * up
    return biphasic
